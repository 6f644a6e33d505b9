// Checks a served log (C2SP tlog-tiles) with the code of Go's checksum database, which shares none with ours:
//
//	check-log PREFIX VKEY [FILE WITH AN OLDER CHECKPOINT]
//
// It checks the signature, every tile, every entry, inclusion proofs that are made from the tiles, and that the tree
// begins with that of the older checkpoint. Standard output: what it found, as JSON. Status 1: the log is refused.
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height           = 8
	proofs           = 1000
	answerBytesLimit = 1 << 25
)

var client = http.Client{Timeout: 20 * time.Second}

func get(url string) ([]byte, error) {
	answer, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, answerBytesLimit))
}

// Tiles as C2SP has them: the path has no height, and the level of the entries has another name.
type servedTiles struct {
	prefix string
	read   map[tlog.Tile][]byte
}

func (s *servedTiles) Height() int { return height }

func (s *servedTiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (s *servedTiles) get(tile tlog.Tile) ([]byte, error) {
	if data, ok := s.read[tile]; ok {
		return data, nil
	}
	path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
	data, err := get(s.prefix + strings.Replace(path, "tile/data/", "tile/entries/", 1))
	if err != nil {
		return nil, err
	}
	if tile.L >= 0 && len(data) != tile.W*tlog.HashSize {
		return nil, fmt.Errorf("%s does not have %d hashes", path, tile.W)
	}
	s.read[tile] = data
	return data, nil
}

func (s *servedTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := s.get(tile)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (s *servedTiles) entries(tile tlog.Tile) ([][]byte, error) {
	tile.L = -1
	data, err := s.get(tile)
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) >= 2 {
		end := 2 + int(binary.BigEndian.Uint16(data))
		if end > len(data) {
			break
		}
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	if len(data) != 0 || len(entries) != tile.W {
		return nil, fmt.Errorf("%s does not have %d entries", tile.Path(), tile.W)
	}
	return entries, nil
}

// Go reads trees of one origin alone, that of its own database.
func openCheckpoint(signed []byte, key note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(signed, note.VerifierList(key))
	if err != nil {
		return tlog.Tree{}, err
	}
	origin, rest, _ := strings.Cut(opened.Text, "\n")
	if origin != key.Name() {
		return tlog.Tree{}, fmt.Errorf("the checkpoint is of %q", origin)
	}
	return tlog.ParseTree([]byte("go.sum database tree\n" + rest))
}

type report struct {
	Origin     string `json:"origin"`
	Size       int64  `json:"size"`
	Tiles      int    `json:"tiles"`
	Proofs     int    `json:"proofs"`
	Consistent bool   `json:"consistent"`
}

func check(prefix, vkey string, old []byte) (*report, error) {
	key, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, err
	}
	signed, err := get(prefix + "checkpoint")
	if err != nil {
		return nil, err
	}
	tree, err := openCheckpoint(signed, key)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	found := report{Origin: key.Name(), Size: tree.N}
	served := servedTiles{prefix, map[tlog.Tile][]byte{}}

	// From the entries alone.
	var stored []tlog.Hash
	computed := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	var leaves []tlog.Hash
	tiles := tlog.NewTiles(height, 0, tree.N)
	for _, tile := range tiles {
		if tile.L > 0 {
			continue
		}
		entries, err := served.entries(tile)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			leaf := tlog.RecordHash(entry)
			hashes, err := tlog.StoredHashesForRecordHash(int64(len(leaves)), leaf, computed)
			if err != nil {
				return nil, err
			}
			leaves = append(leaves, leaf)
			stored = append(stored, hashes...)
		}
	}
	root, err := tlog.TreeHash(tree.N, computed)
	if err != nil {
		return nil, err
	}
	if root != tree.Hash {
		return nil, fmt.Errorf("the entries do not have the root of the checkpoint")
	}
	for _, tile := range tiles {
		data, err := served.get(tile)
		if err != nil {
			return nil, err
		}
		expected, err := tlog.ReadTileData(tile, computed)
		if err != nil {
			return nil, err
		}
		if string(data) != string(expected) {
			return nil, fmt.Errorf("%s is not a tile of the tree", tile.Path())
		}
		found.Tiles++
	}

	// From the served tiles alone, as a client that knows one entry does.
	authenticated := tlog.TileHashReader(tree, &served)
	step := 1 + tree.N/proofs
	for n := int64(0); n < tree.N; n += step {
		proof, err := tlog.ProveRecord(tree.N, n, authenticated)
		if err != nil {
			return nil, err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaves[n]); err != nil {
			return nil, fmt.Errorf("entry %d: %w", n, err)
		}
		found.Proofs++
	}

	if old == nil {
		return &found, nil
	}
	before, err := openCheckpoint(old, key)
	if err != nil {
		return nil, fmt.Errorf("older checkpoint: %w", err)
	}
	if before.N > tree.N {
		return nil, fmt.Errorf("the tree has %d entries, fewer than the older one with %d", tree.N, before.N)
	}
	if before.N > 0 {
		proof, err := tlog.ProveTree(tree.N, before.N, authenticated)
		if err != nil {
			return nil, err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash); err != nil {
			return nil, fmt.Errorf("not consistent with the older checkpoint: %w", err)
		}
	}
	found.Consistent = true
	return &found, nil
}

func main() {
	var old []byte
	var err error
	if len(os.Args) == 4 {
		old, err = os.ReadFile(os.Args[3])
	} else if len(os.Args) != 3 {
		err = fmt.Errorf("write it like: check-log PREFIX VKEY [FILE WITH AN OLDER CHECKPOINT]")
	}
	var found *report
	if err == nil {
		found, err = check(strings.TrimSuffix(os.Args[1], "/")+"/", os.Args[2], old)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	json.NewEncoder(os.Stdout).Encode(found)
}
