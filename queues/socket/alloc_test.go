//go:build !race

package socket

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// The memory of a frame is bounded, from decoding to the line of the record, whatever it
// contains.
func TestAllocatedBytesOfPickles(t *testing.T) {
	paths, err := filepath.Glob(pickles + "py_*.bin")
	if err != nil {
		t.Fatal(err)
	}
	data := make(map[string][]byte)
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".bin")
		data[name] = pythonFrame(t, name)
	}
	// A record whose attribute x is a tree of shared tuples, with as many values as possible.
	record := string(pickled())
	tree := ")"
	for range 15 {
		tree += "q\x00h\x00\x86"
	}
	data["shared tuples"] = []byte(strings.TrimSuffix(record, "u.") + "X\x01\x00\x00\x00x" + tree + "u.")
	if _, err := decodePickle(data["shared tuples"], false); err != nil {
		t.Fatal(err)
	}
	for name, data := range data {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if r, err := decodePickle(data, false); err == nil {
			_, _ = logbook.JSON(nil).AppendFormat(nil, r)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
			t.Errorf("%s: %d bytes for %d", name, n, len(data))
		}
	}
}
