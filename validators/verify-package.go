// verify-package checks a court package without any software of Lacre's: Go's standard library and
// the Go team's transparency-log code (golang.org/x/mod/sumdb note and tlog; in Debian
// golang-golang-x-mod-dev). It follows spec/package.md and shares no code with the project.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build verify-package.go
//	./verify-package package.asice [trust.json]
//
// It recomputes octets and salts -> leaves -> seal -> second -> ledger entry -> checkpoint, walks
// the chain of seals and counts communications. It does not check the CAdES signature and the time
// stamp: openssl does (verify-package.sh).
//
// Exit: 0 intact by keys the sheet names, 3 not intact, 4 unbroken but no sheet or declared gaps.
package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type seal struct {
	Schema, Vault, Node, Before, Case, Part, Root string
	Number, Communication, Pdus, Octets           uint64
	PartIndex                                     uint64  `json:"part_index"`
	PartBefore                                    *string `json:"part_before"`
	Gaps                                          []json.RawMessage
	Hash                                          *string
}

type head struct {
	Schema, Vault, Case, Order, Node, Origin string
	Seals                                    uint64
	LastSeal                                 string `json:"last_seal"`
	Communications                           [][2]uint64
}

type inner struct {
	Schema, Entry string
	Index, Size   int64
	Path          []string
}

type index struct {
	Schema, Case, Order, Vault, Node, Origin string
	Communications                           []struct {
		N     uint64
		Parts []struct{ Index, Number uint64 }
	}
	Stubs []struct {
		N     uint64
		Seals []struct {
			Number uint64
			Seal   string
		}
	}
}

type trust struct {
	Schema  string
	Logs    []struct{ Origin, Vkey string }
	SealCas []string `json:"seal_cas"`
	TsaCas  []struct {
		Pem string
	} `json:"tsa_cas"`
}

type pack struct {
	files    map[string]*zip.File
	names    []string
	verifier note.Verifier
	parts    int
	pdus     int
	gaps     int
	points   map[int64]tlog.Hash
}

func fail(format string, args ...interface{}) {
	fmt.Printf("FAIL "+format+"\n", args...)
	os.Exit(3)
}

func must(what string, err error) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

func (p *pack) read(name string) []byte {
	f, ok := p.files[name]
	if !ok {
		fail("%s is missing", name)
	}
	r, err := f.Open()
	must(name, err)
	octets, err := io.ReadAll(r)
	must(name, err)
	must(name, r.Close())
	return octets
}

func hexHash(what, text string) (h tlog.Hash) {
	octets, err := hex.DecodeString(text)
	must(what, err)
	if len(octets) != len(h) {
		fail("%s: not a hash", what)
	}
	copy(h[:], octets)
	return h
}

func hexSum(octets []byte) string {
	sum := sha256.Sum256(octets)
	return hex.EncodeToString(sum[:])
}

// root is the Merkle tree hash of RFC 6962 over leaf hashes, by the stack of complete subtrees.
type root struct {
	stack []tlog.Hash
	count uint64
}

func (r *root) push(h tlog.Hash) {
	for n := r.count; n&1 == 1; n >>= 1 {
		h = tlog.NodeHash(r.stack[len(r.stack)-1], h)
		r.stack = r.stack[:len(r.stack)-1]
	}
	r.stack = append(r.stack, h)
	r.count++
}

func (r *root) sum() tlog.Hash {
	if len(r.stack) == 0 {
		return sha256.Sum256(nil)
	}
	h := r.stack[len(r.stack)-1]
	for i := len(r.stack) - 2; i >= 0; i-- {
		h = tlog.NodeHash(r.stack[i], h)
	}
	return h
}

// committed proves document dir/name.json down to the signed checkpoint.
func (p *pack) committed(dir, name string) []byte {
	document := p.read(dir + "/" + name + ".json")
	salt, err := hex.DecodeString(strings.TrimSuffix(string(p.read(dir+"/"+name+".salt")), "\n"))
	must(dir+" salt", err)
	sum := sha256.Sum256(document)
	data := append([]byte("lacre/commitment/1"), salt...)
	commitment := sha256.Sum256(append(data, sum[:]...))
	var in inner
	must(dir+" inner.json", json.Unmarshal(p.read(dir+"/inner.json"), &in))
	entry, err := hex.DecodeString(in.Entry)
	must(dir+" entry", err)
	if len(entry) != 41 || entry[0] != 1 {
		fail("%s: not a ledger entry of version 1", dir)
	}
	var path tlog.RecordProof
	for _, text := range in.Path {
		path = append(path, hexHash(dir, text))
	}
	var second tlog.Hash
	copy(second[:], entry[9:])
	leaf := tlog.RecordHash(commitment[:])
	if err := tlog.CheckRecord(path, in.Size, second, in.Index, leaf); err != nil {
		fail("%s: the commitment is not in its second: %v", dir, err)
	}
	p.tlogProof(dir, entry)
	return document
}

// tlogProof checks a c2sp.org/tlog-proof@v1 file for an entry.
func (p *pack) tlogProof(dir string, entry []byte) {
	text := string(p.read(dir + "/proof.tlog-proof"))
	top, checkpoint, ok := strings.Cut(text, "\n\n")
	lines := strings.Split(top, "\n")
	if !ok || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" ||
		!strings.HasPrefix(lines[1], "index ") {
		fail("%s: not a tlog-proof", dir)
	}
	at, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	must(dir+" index", err)
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		h, err := tlog.ParseHash(line)
		must(dir+" path", err)
		path = append(path, h)
	}
	opened, err := note.Open([]byte(checkpoint), note.VerifierList(p.verifier))
	must(dir+" checkpoint", err)
	body := strings.Split(opened.Text, "\n")
	if len(body) != 4 || body[0] != p.verifier.Name() {
		fail("%s: not a checkpoint of %s", dir, p.verifier.Name())
	}
	size, err := strconv.ParseInt(body[1], 10, 64)
	must(dir+" size", err)
	octets, err := base64.StdEncoding.DecodeString(body[2])
	must(dir+" root", err)
	var tree tlog.Hash
	copy(tree[:], octets)
	if known, ok := p.points[size]; ok && known != tree {
		fail("%s: two checkpoints of size %d: split view", dir, size)
	}
	p.points[size] = tree
	if err := tlog.CheckRecord(path, size, tree, at, tlog.RecordHash(entry)); err != nil {
		fail("%s: the entry is not in the ledger: %v", dir, err)
	}
}

// leaves recomputes the root of a part from its octets, reading them once.
func (p *pack) leaves(dir string) (root, uint64) {
	rows := csv.NewReader(bytes.NewReader(p.read(dir + "/leaves.csv")))
	rows.FieldsPerRecord = 7
	_, err := rows.Read()
	must(dir+" leaves.csv", err)
	f, ok := p.files[dir+"/pdus.ber"]
	if !ok {
		fail("%s/pdus.ber is missing", dir)
	}
	opened, err := f.Open()
	must(dir, err)
	pdus := bufio.NewReaderSize(opened, 1<<20)
	var tree root
	var at uint64
	for {
		row, err := rows.Read()
		if err == io.EOF {
			break
		}
		must(dir+" leaves.csv", err)
		number, e1 := strconv.ParseUint(row[0], 10, 64)
		offset, e2 := strconv.ParseUint(row[1], 10, 64)
		length, e3 := strconv.ParseInt(row[2], 10, 64)
		received, e4 := strconv.ParseInt(row[3], 10, 64)
		salt, e5 := hex.DecodeString(row[5])
		if e1 != nil || e2 != nil || e3 != nil || e4 != nil || e5 != nil ||
			number != tree.count || offset != at || len(salt) != 16 || len(row[4]) > 65535 {
			fail("%s/leaves.csv: row of PDU %d is not what it must be", dir, tree.count)
		}
		h := sha256.New()
		if n, err := io.CopyN(h, pdus, length); err != nil || n != length {
			fail("%s/pdus.ber ends before PDU %d does", dir, number)
		}
		digest := h.Sum(nil)
		if hex.EncodeToString(digest) != row[6] {
			fail("%s/pdus.ber: PDU %d is not the one received", dir, number)
		}
		var data bytes.Buffer
		data.WriteString("lacre/pdu/1")
		data.Write(salt)
		binary.Write(&data, binary.BigEndian, number)
		binary.Write(&data, binary.BigEndian, received)
		binary.Write(&data, binary.BigEndian, uint16(len(row[4])))
		data.WriteString(row[4])
		data.Write(digest)
		tree.push(tlog.RecordHash(data.Bytes()))
		at += uint64(length)
	}
	if _, err := pdus.ReadByte(); err != io.EOF {
		fail("%s/pdus.ber has octets that no row names", dir)
	}
	must(dir, opened.Close())
	return tree, at
}

// part checks one part and gives its seal.
func (p *pack) part(dir string, n, at uint64, before *string) (seal, []byte) {
	document := p.committed(dir, "seal")
	var s seal
	must(dir+" seal.json", json.Unmarshal(document, &s))
	tree, octets := p.leaves(dir)
	made := tree.sum()
	if s.Schema != "lacre.seal/1" || s.Pdus != tree.count || s.Octets != octets ||
		s.Root != hex.EncodeToString(made[:]) {
		fail("%s: the PDUs do not make the seal", dir)
	}
	sameBefore := (before == nil) == (s.PartBefore == nil) && (before == nil || *before == *s.PartBefore)
	if s.Communication != n || s.PartIndex != at || !sameBefore {
		fail("%s: the part does not follow the one before", dir)
	}
	p.parts++
	p.pdus += int(s.Pdus)
	p.gaps += len(s.Gaps)
	return s, document
}

// chain walks data/chain.jsonl; it gives the line of each seal, nil where it is withheld, and the
// hash of each.
func (p *pack) chain(h head) ([][]byte, []string) {
	lines := strings.SplitAfter(string(p.read("data/chain.jsonl")), "\n")
	before := hexSum(p.read("data/order/registration.json"))
	var shown [][]byte
	var hashes []string
	for _, line := range lines[:len(lines)-1] {
		line = strings.TrimSuffix(line, "\n")
		var s seal
		must("chain.jsonl", json.Unmarshal([]byte(line), &s))
		if s.Number != uint64(len(hashes)) {
			fail("data/chain.jsonl: seal %d stands where %d should", s.Number, len(hashes))
		}
		if s.Hash != nil {
			shown, before = append(shown, nil), *s.Hash
		} else {
			if s.Before != before || s.Vault != h.Vault || s.Node != h.Node || s.Case != h.Case {
				fail("data/chain.jsonl: seal %d does not follow the one before", s.Number)
			}
			shown, before = append(shown, []byte(line)), hexSum([]byte(line))
		}
		hashes = append(hashes, before)
	}
	if h.Seals != uint64(len(hashes)) || h.LastSeal != before {
		fail("the chain does not end at the vault head")
	}
	return shown, hashes
}

func (p *pack) coverage(idx index, h head, shown [][]byte, hashes []string) {
	present := map[uint64]bool{}
	claimed := map[uint64]bool{}
	for _, row := range idx.Communications {
		if present[row.N] {
			fail("communication %d twice", row.N)
		}
		present[row.N] = true
		var before *string
		for i := range row.Parts {
			at := uint64(i + 1)
			dir := fmt.Sprintf("data/communications/%d/part-%d", row.N, at)
			s, document := p.part(dir, row.N, at, before)
			if s.Number >= uint64(len(shown)) || !bytes.Equal(shown[s.Number], document) ||
				claimed[s.Number] {
				fail("%s: its seal is not in the chain", dir)
			}
			claimed[s.Number] = true
			part := s.Part
			before = &part
		}
	}
	for _, stub := range idx.Stubs {
		if present[stub.N] {
			fail("communication %d twice", stub.N)
		}
		present[stub.N] = true
		for _, s := range stub.Seals {
			if s.Number >= uint64(len(shown)) || shown[s.Number] != nil || claimed[s.Number] ||
				hashes[s.Number] != s.Seal {
				fail("communication %d: withheld seal %d does not match the chain", stub.N, s.Number)
			}
			claimed[s.Number] = true
		}
	}
	for number := range shown {
		if !claimed[uint64(number)] {
			fail("seal %d of the chain is neither in the package nor counted as withheld", number)
		}
	}
	named := uint64(0)
	for _, span := range h.Communications {
		for n := span[0]; n <= span[1]; n++ {
			if !present[n] {
				fail("communication %d missing", n)
			}
			named++
		}
	}
	if named != uint64(len(present)) {
		fail("a communication that the vault head does not name")
	}
}

// lists compares every payload file with manifest-sha256.txt, both ways.
func (p *pack) lists() {
	listed := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSuffix(string(p.read("manifest-sha256.txt")), "\n"), "\n") {
		sum, name, _ := strings.Cut(line, "  ")
		f, ok := p.files[name]
		if !ok {
			fail("%s is missing", name)
		}
		r, err := f.Open()
		must(name, err)
		h := sha256.New()
		_, err = io.Copy(h, r)
		must(name, err)
		must(name, r.Close())
		if hex.EncodeToString(h.Sum(nil)) != sum {
			fail("%s is not the file that was listed", name)
		}
		listed[name] = true
	}
	for _, name := range p.names {
		if strings.HasPrefix(name, "data/") && !listed[name] {
			fail("%s is not listed", name)
		}
	}
}

func (p *pack) trusted(path string) {
	octets, err := os.ReadFile(path)
	must(path, err)
	var sheet trust
	must(path, json.Unmarshal(octets, &sheet))
	vkey := strings.TrimSuffix(string(p.read("data/keys/log.vkey")), "\n")
	ok := false
	for _, log := range sheet.Logs {
		ok = ok || log.Vkey == vkey && log.Origin == p.verifier.Name()
	}
	if !ok {
		fail("data/keys/log.vkey: key not named by the sheet")
	}
	var tsas []string
	for _, tsa := range sheet.TsaCas {
		tsas = append(tsas, tsa.Pem)
	}
	certificate := func(text []byte) string {
		block, _ := pem.Decode(text)
		if block == nil {
			return ""
		}
		return hexSum(block.Bytes)
	}
	for name, known := range map[string][]string{"seal-ca.pem": sheet.SealCas, "tsa-ca.pem": tsas} {
		own, ok := certificate(p.read("data/keys/"+name)), false
		for _, text := range known {
			ok = ok || own != "" && certificate([]byte(text)) == own
		}
		if !ok {
			fail("data/keys/%s: key not named by the sheet", name)
		}
	}
}

func main() {
	if len(os.Args) < 2 || len(os.Args) > 3 {
		fmt.Fprintln(os.Stderr, "usage: verify-package FILE.asice [trust.json]")
		os.Exit(2)
	}
	archive, err := zip.OpenReader(os.Args[1])
	must(os.Args[1], err)
	p := pack{files: map[string]*zip.File{}, points: map[int64]tlog.Hash{}}
	for _, f := range archive.File {
		if _, twice := p.files[f.Name]; twice || f.Method != zip.Store {
			fail("%s: twice, or not stored", f.Name)
		}
		p.files[f.Name] = f
		p.names = append(p.names, f.Name)
	}
	vkey := strings.TrimSuffix(string(p.read("data/keys/log.vkey")), "\n")
	p.verifier, err = note.NewVerifier(vkey)
	must("log.vkey", err)
	p.lists()
	var h head
	must("head.json", json.Unmarshal(p.committed("data/head", "head"), &h))
	var idx index
	must("index.json", json.Unmarshal(p.read("data/index.json"), &idx))
	if h.Schema != "lacre.vault-head/1" || idx.Schema != "lacre.package/1" || h.Vault != idx.Vault ||
		h.Case != idx.Case || h.Order != idx.Order || h.Node != idx.Node ||
		h.Origin != idx.Origin || h.Origin != p.verifier.Name() {
		fail("index, vault head and log key do not belong together")
	}
	shown, hashes := p.chain(h)
	p.coverage(idx, h, shown, hashes)
	if len(os.Args) == 3 {
		p.trusted(os.Args[2])
	}
	var sizes []string
	for size := range p.points {
		sizes = append(sizes, strconv.FormatInt(size, 10))
	}
	sort.Strings(sizes)
	fmt.Printf("OK octets -> leaves -> seal -> second -> entry -> checkpoint: %d communications, %d withheld, "+
		"%d parts, %d PDUs, %d seals, checkpoint of size %s\n",
		len(idx.Communications), len(idx.Stubs), p.parts, p.pdus, len(hashes), strings.Join(sizes, ", "))
	if len(os.Args) < 3 {
		fmt.Printf("origin not checked: compare %s\n", vkey)
		os.Exit(4)
	}
	if p.gaps > 0 {
		fmt.Printf("%d gaps declared\n", p.gaps)
		os.Exit(4)
	}
}
