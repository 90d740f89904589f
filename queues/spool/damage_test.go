package spool

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// fromEnv returns a number from the environment, which make torture sets.
func fromEnv(t testing.TB, name string, standard int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return standard
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// snapshot returns the files of a directory.
func snapshot(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	names, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string][]byte)
	for _, n := range names {
		if n.Type().IsRegular() {
			if files[n.Name()], err = os.ReadFile(filepath.Join(dir, n.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	return files
}

// restore replaces the files of a directory.
func restore(t testing.TB, dir string, files map[string][]byte) {
	t.Helper()
	for name := range snapshot(t, dir) {
		if files[name] == nil {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A flipped bit anywhere in a segment costs one entry at most. It is counted, as damaged or
// as a torn tail, no corrupt entry is returned, and the log goes on.
func TestFlippedBits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := &Options{MaxBytes: 1 << 20, SegmentBytes: 16 << 10, Sync: SyncNever}
	l := open(t, dir, o)
	openCursor(t, l, "a", nil)
	const entries = 60
	sizes := func(n int) int { return n * n }
	for n := 1; n <= entries; n++ {
		appendEntries(t, l, n, n, sizes(n))
	}
	closeLog(t, l)
	files := snapshot(t, dir)
	var segments []string
	for name := range files {
		if strings.HasSuffix(name, segmentSuffix) {
			segments = append(segments, name)
		}
	}
	slices.Sort(segments)

	trials := fromEnv(t, "LOGBOOK_TORTURE_FLIPS", 300)
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	var damaged, torn, harmless int
	for trial := range trials {
		name := segments[random.IntN(len(segments))]
		at, bit := random.IntN(len(files[name])), random.IntN(8)
		files[name][at] ^= 1 << bit
		restore(t, dir, files)
		l, err := Open(dir, o)
		if err != nil {
			t.Fatal(err)
		}
		last := l.Last()
		appendEntries(t, l, int(last)+1, int(last)+1, 100)
		c := openCursor(t, l, "a", nil)
		var lost []uint64
		next := uint64(1)
		for next <= last+1 {
			for _, e := range read(t, c, 0) {
				for ; next < e.Number; next++ {
					lost = append(lost, next)
				}
				if e.Number == last+1 {
					checkEntry(t, e, 100)
				} else {
					checkEntry(t, e, sizes(int(e.Number)))
				}
				next++
			}
		}
		s, tails := c.State(), l.Stats().Count("torn_tails")
		switch {
		case len(lost) == 0 && last == entries && s.Damaged == 0:
			harmless++ // behind the last frame of a segment
		case len(lost) == 1 && last == entries && s.Damaged == 1 && tails == 0:
			damaged++
		case len(lost) == 0 && last == entries-1 && s.Damaged == 0 && tails == 1:
			torn++
		default:
			t.Fatalf("seed %d, trial %d, bit %d of byte %d of %s: lost %v, last %d, torn tails %d, %+v", seed, trial, bit, at, name, lost, last, tails, s)
		}
		closeLog(t, l)
		files[name][at] ^= 1 << bit
	}
	t.Logf("%d bits flipped: %d times one entry was lost and counted, %d times it was the last one, %d times none", trials, damaged, torn, harmless)
	if damaged == 0 {
		t.Error("no entry was lost")
	}
}
