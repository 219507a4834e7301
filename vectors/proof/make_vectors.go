// Writes the vectors of this folder with the Go team's own code. See README.md.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var store []tlog.Hash

type rd struct{}

func (rd) ReadHashes(ix []int64) ([]tlog.Hash, error) {
	var o []tlog.Hash
	for _, i := range ix {
		o = append(o, store[i])
	}
	return o, nil
}
func w(p, s string) {
	if e := os.WriteFile(os.Args[1]+"/"+p, []byte(s), 0644); e != nil {
		panic(e)
	}
}
func b(h tlog.Hash) string { return hex.EncodeToString(h[:]) }
func join(p []tlog.Hash) string {
	var s []string
	for _, h := range p {
		s = append(s, b(h))
	}
	if len(s) == 0 {
		return "-"
	}
	return strings.Join(s, ",")
}
func must(e error) {
	if e != nil {
		panic(e)
	}
}

func main() {
	const N = 300
	roots := "# size root; leaf i (from 0) is the decimal number i in ASCII\n"
	var trees []tlog.Hash
	for i := int64(0); i <= N; i++ {
		th := tlog.Hash(sha256.Sum256(nil))
		if i > 0 {
			var e error
			th, e = tlog.TreeHash(i, rd{})
			must(e)
		}
		trees = append(trees, th)
		if i <= 40 || i >= 254 && i <= 260 || i == N {
			roots += fmt.Sprintln(i, b(th))
		}
		hs, e := tlog.StoredHashes(i, []byte(fmt.Sprint(i)), rd{})
		must(e)
		store = append(store, hs...)
	}
	w("roots.txt", roots)
	inc := "# index size path, from the leaf up; tree as in roots.txt\n"
	con := "# old new path; tree as in roots.txt\n"
	for _, n := range []int64{1, 2, 3, 7, 8, 13, 256, 257, 300} {
		for _, i := range []int64{0, 1, n / 2, n - 1} {
			if i >= n {
				continue
			}
			p, e := tlog.ProveRecord(n, i, rd{})
			must(e)
			inc += fmt.Sprintln(i, n, join(p))
			if i >= 1 {
				q, e := tlog.ProveTree(n, i, rd{})
				must(e)
				con += fmt.Sprintln(i, n, join(q))
			}
		}
		q, e := tlog.ProveTree(n, n, rd{})
		must(e)
		con += fmt.Sprintln(n, n, join(q))
	}
	w("inclusion.txt", inc)
	w("consistency.txt", con)

	name := "lacre.example/site-0000/node-1"
	seed := sha256.Sum256([]byte("lacre test vector, not a key of anything"))
	priv := ed25519.NewKeyFromSeed(seed[:])
	vkey, e := note.NewEd25519VerifierKey(name, priv.Public().(ed25519.PublicKey))
	must(e)
	v, e := note.NewVerifier(vkey)
	must(e)
	skey := fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", name, v.KeyHash(), base64.StdEncoding.EncodeToString(append([]byte{1}, seed[:]...)))
	s, e := note.NewSigner(skey)
	must(e)
	w("log.vkey", vkey+"\n")
	w("log.seed.hex", hex.EncodeToString(seed[:])+"\n")
	text := fmt.Sprintf("%s\n%d\n%s\n", name, N, base64.StdEncoding.EncodeToString(trees[N][:]))
	good, e := note.Sign(&note.Note{Text: text}, s)
	must(e)
	w("checkpoint", string(good))
	// a witness nobody was told of
	wseed := sha256.Sum256([]byte("lacre test vector, a witness"))
	wpriv := ed25519.NewKeyFromSeed(wseed[:])
	wv, e := note.NewEd25519VerifierKey("witness.example/w", wpriv.Public().(ed25519.PublicKey))
	must(e)
	wver, _ := note.NewVerifier(wv)
	ws, e := note.NewSigner(fmt.Sprintf("PRIVATE+KEY+witness.example/w+%08x+%s", wver.KeyHash(), base64.StdEncoding.EncodeToString(append([]byte{1}, wseed[:]...))))
	must(e)
	both, e := note.Sign(&note.Note{Text: text}, s, ws)
	must(e)
	w("checkpoint-with-unknown-witness", string(both))
	// forbidden sides
	forged := strings.Replace(string(good), "\n300\n", "\n301\n", 1)
	w("checkpoint-size-altered", forged)
	sig := good[:len(good)-1]
	flip := []byte(string(sig))
	i := len(flip) - 20
	if flip[i] == 'A' {
		flip[i] = 'B'
	} else {
		flip[i] = 'A'
	}
	w("checkpoint-signature-altered", string(flip)+"\n")
	w("checkpoint-unsigned", text+"\n")
	w("checkpoint-signed-by-witness-only", func() string { n, e := note.Sign(&note.Note{Text: text}, ws); must(e); return string(n) }())
	w("checkpoint-without-empty-line", strings.Replace(string(good), "\n\n", "\n", 1))
	other := strings.Replace(text, name, "lacre.example/site-0001/node-1", 1)
	n, e := note.Sign(&note.Note{Text: other}, s)
	must(e)
	w("checkpoint-of-another-log", string(n))
	n, e = note.Sign(&note.Note{Text: text + "extension\n"}, s)
	must(e)
	w("checkpoint-with-extension-line", string(n))
	n, e = note.Sign(&note.Note{Text: strings.Replace(text, "\n300\n", "\n0300\n", 1)}, s)
	must(e)
	w("checkpoint-size-with-leading-zero", string(n))

	proof := func(idx int64, path []tlog.Hash, cp string) string {
		t := fmt.Sprintf("c2sp.org/tlog-proof@v1\nindex %d\n", idx)
		for _, h := range path {
			t += base64.StdEncoding.EncodeToString(h[:]) + "\n"
		}
		return t + "\n" + cp
	}
	p, e := tlog.ProveRecord(N, 123, rd{})
	must(e)
	w("leaf-123.tlog-proof", proof(123, p, string(good)))
	w("leaf-123-index-altered.tlog-proof", proof(122, p, string(good)))
	w("leaf-123-path-short.tlog-proof", proof(123, p[:len(p)-1], string(good)))
	w("leaf-123-path-long.tlog-proof", proof(123, append(append([]tlog.Hash{}, p...), trees[N]), string(good)))
	p2 := append([]tlog.Hash{}, p...)
	p2[3][31] ^= 1
	w("leaf-123-one-bit.tlog-proof", proof(123, p2, string(good)))

	// our own formats, computed a second time, in Go
	own := "# what, inputs, result: see spec/ledger-entry.md\n"
	salt32 := [32]byte{}
	for i := range salt32 {
		salt32[i] = byte(i)
	}
	doc := []byte(`{"schema":"lacre/act/1"}`)
	d := sha256.Sum256(doc)
	c := sha256.Sum256(append(append([]byte("lacre/commitment/1"), salt32[:]...), d[:]...))
	own += fmt.Sprintf("commitment %x %s %x\n", salt32, doc, c)
	salt16 := salt32[:16]
	octets := sha256.Sum256([]byte("PS-PDU"))
	var data []byte
	data = append(data, "lacre/pdu/1"...)
	data = append(data, salt16...)
	data = binary.BigEndian.AppendUint64(data, 7)
	at := int64(1795462020123456)
	data = binary.BigEndian.AppendUint64(data, uint64(at))
	data = binary.BigEndian.AppendUint16(data, uint16(len("OPLAB-ES")))
	data = append(data, "OPLAB-ES"...)
	data = append(data, octets[:]...)
	own += fmt.Sprintf("pdu %x 7 %d OPLAB-ES %x %x\n", salt16, at, octets, [32]byte(tlog.RecordHash(data)))
	var e41 []byte
	e41 = append(e41, 1)
	e41 = binary.BigEndian.AppendUint64(e41, 1795462020)
	e41 = append(e41, c[:]...)
	own += fmt.Sprintf("second 1795462020 %x %x %x\n", c, e41, [32]byte(tlog.RecordHash(e41)))
	w("lacre.txt", own)
}
