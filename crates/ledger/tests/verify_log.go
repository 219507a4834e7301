// Checks a log folder and its proofs with the Go team's own code and nothing of ours:
// golang.org/x/mod/sumdb/note and golang.org/x/mod/sumdb/tlog (Debian golang-golang-x-mod-dev).
//
//	verify_log LOG OLD CONSISTENCY PROOF INNER
//
// LOG is the published folder. OLD is an earlier checkpoint, CONSISTENCY the path from it (one
// base64 hash a line). PROOF is a .tlog-proof of one entry. INNER says what that entry holds: entry
// in hexadecimal, commitment in hexadecimal, position, size of the second, then the path.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) != 6 {
		fail("usage", errors.New("verify_log LOG OLD CONSISTENCY PROOF INNER"))
	}
	log, old, consistency, proof, inner := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	verifier, err := note.NewVerifier(strings.TrimSpace(read(filepath.Join(log, "log.vkey"))))
	fail("log.vkey", err)

	newest := open(read(filepath.Join(log, "checkpoint")), verifier)
	fmt.Println("checkpoint holds, size", newest.N)

	earlier := open(read(old), verifier)
	fail("consistency", tlog.CheckTree(hashes(read(consistency)), newest.N, newest.Hash, earlier.N, earlier.Hash))
	fmt.Println("consistency holds,", earlier.N, "to", newest.N)

	seconds := checkTiles(log, newest)
	fmt.Println("tiles and entries hold, last second", seconds)
	checkEarlier(log, newest, earlier)

	checkProof(read(proof), read(inner), verifier)
	fmt.Println("entry and commitment are included")
}

func fail(what string, err error) {
	if err != nil {
		fmt.Println("FAIL", what+":", err)
		os.Exit(1)
	}
}

func read(path string) string {
	octets, err := os.ReadFile(path)
	fail("read", err)
	return string(octets)
}

func hash(text string) (h tlog.Hash) {
	octets, err := base64.StdEncoding.DecodeString(text)
	if err == nil && len(octets) != len(h) {
		err = errors.New("a hash must have 32 octets")
	}
	fail("base64", err)
	copy(h[:], octets)
	return h
}

func hashes(text string) (path []tlog.Hash) {
	for _, line := range strings.Fields(text) {
		path = append(path, hash(line))
	}
	return path
}

func open(signed string, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open([]byte(signed), note.VerifierList(verifier))
	fail("checkpoint", err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		fail("checkpoint", errors.New("not origin, size and root of this log"))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	fail("checkpoint", err)
	return tlog.Tree{N: size, Hash: hash(lines[2])}
}

// folder reads tiles where C2SP tlog-tiles puts them; x/mod puts the height in the path as well.
type folder string

func (f folder) Height() int                         { return 8 }
func (f folder) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) (all [][]byte, err error) {
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		octets, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		all = append(all, octets)
	}
	return all, nil
}

// checkTiles authenticates every leaf hash against the root, hashes every entry and returns the
// last second.
func checkTiles(log string, tree tlog.Tree) (last uint64) {
	reader := tlog.TileHashReader(tree, folder(log))
	var indexes []int64
	for leaf := int64(0); leaf < tree.N; leaf++ {
		indexes = append(indexes, tlog.StoredHashIndex(0, leaf))
	}
	leaves, err := reader.ReadHashes(indexes)
	fail("tiles", err)
	for first := int64(0); first < tree.N; first += 256 {
		width := tree.N - first
		if width > 256 {
			width = 256
		}
		bundle := tlog.Tile{H: 8, L: 0, N: first / 256, W: int(width)}
		path := strings.Replace(bundle.Path(), "tile/8/0/", "tile/entries/", 1)
		octets := []byte(read(filepath.Join(log, path)))
		for leaf := first; leaf < first+width; leaf++ {
			if len(octets) < 2 || len(octets) < 2+int(binary.BigEndian.Uint16(octets)) {
				fail("entries", errors.New(path+" is cut off"))
			}
			length := int(binary.BigEndian.Uint16(octets))
			entry := octets[2 : 2+length]
			octets = octets[2+length:]
			if tlog.RecordHash(entry) != leaves[leaf] {
				fail("entries", fmt.Errorf("entry %d is not what its tile says", leaf))
			}
			if length != 41 || entry[0] != 1 {
				fail("entries", fmt.Errorf("entry %d is not a second", leaf))
			}
			second := binary.BigEndian.Uint64(entry[1:9])
			if second <= last {
				fail("entries", fmt.Errorf("the second of entry %d is not after the one before", leaf))
			}
			last = second
		}
		if len(octets) != 0 {
			fail("entries", errors.New(path+" has octets left over"))
		}
	}
	return last
}

// checkEarlier computes the earlier root from the newest tiles, and reads the earlier tiles.
func checkEarlier(log string, newest, earlier tlog.Tree) {
	root, err := tlog.TreeHash(earlier.N, tlog.TileHashReader(newest, folder(log)))
	fail("tiles", err)
	if root != earlier.Hash {
		fail("tiles", errors.New("the earlier root does not come out of the tiles"))
	}
	if earlier.N/256 == newest.N/256 {
		_, err = tlog.ProveRecord(earlier.N, earlier.N-1, tlog.TileHashReader(earlier, folder(log)))
		fail("tiles of the earlier checkpoint", err)
	}
}

func checkProof(proof, inner string, verifier note.Verifier) {
	head, checkpoint, _ := strings.Cut(proof, "\n\n")
	lines := strings.Split(head, "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		fail("proof", errors.New("not a tlog-proof"))
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	fail("proof", err)
	tree := open(checkpoint, verifier)

	fields := strings.Fields(inner)
	entry, err := hex.DecodeString(fields[0])
	fail("inner", err)
	path := hashes(strings.Join(lines[2:], "\n"))
	fail("inclusion", tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(entry)))

	commitment, err := hex.DecodeString(fields[1])
	fail("inner", err)
	position, err := strconv.ParseInt(fields[2], 10, 64)
	fail("inner", err)
	size, err := strconv.ParseInt(fields[3], 10, 64)
	fail("inner", err)
	var root tlog.Hash
	copy(root[:], entry[9:])
	path = hashes(strings.Join(fields[4:], "\n"))
	fail("commitment", tlog.CheckRecord(path, size, root, position, tlog.RecordHash(commitment)))
}
