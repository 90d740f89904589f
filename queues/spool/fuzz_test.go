package spool

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// fuzzSalt is the salt of the segments of the fuzz targets.
const fuzzSalt = 0x5f3a9c21

// fuzzSegment returns a segment of the first entries.
func fuzzSegment(entries int) []byte {
	var b []byte
	for n := 1; n <= entries; n++ {
		start := len(b)
		b = appendFrame(b, entry(n, 10*n))
		stamp(b[start:], uint64(n), fuzzSalt)
	}
	return append(b, zeros[:]...)
}

// fuzzScan writes a segment and reads it. It checks the order of what comes, and that each
// number comes once, as an entry or as damaged.
func fuzzScan(t *testing.T, content []byte) (entries []*Entry) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, segmentName(1, 1, fuzzSalt)), content, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := OpenReadOnly(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer closeLog(t, l)
	next := uint64(1)
	for e, err := range l.Scan(0) {
		var damage *DamageError
		switch {
		case errors.As(err, &damage):
			if damage.First != next || damage.Last < damage.First {
				t.Errorf("%v, want one from %d on", damage, next)
			}
			next = damage.Last + 1
		case err != nil:
			t.Fatal(err)
		default:
			if e.Number != next {
				t.Errorf("entry %d comes, want %d", e.Number, next)
			}
			next = e.Number + 1
			entries = append(entries, e)
		}
	}
	if next != l.Last()+1 {
		t.Errorf("%d is next, and %d was the last", next, l.Last())
	}
	return entries
}

// Any content of a segment is read without a panic.
func FuzzSegment(f *testing.F) {
	whole := fuzzSegment(5)
	f.Add(whole)
	f.Add(whole[:len(whole)-endOfSegment-10])
	f.Add(whole[100:])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, content []byte) {
		size := 0
		for _, e := range fuzzScan(t, content) {
			size += e.frameSize()
		}
		if size > len(content) {
			t.Errorf("entries of %d bytes come from %d", size, len(content))
		}
	})
}

// No damage makes a reader return an entry that is not one of those written.
func FuzzDamage(f *testing.F) {
	const entries = 20
	whole := fuzzSegment(entries)
	f.Add([]byte{})
	f.Add([]byte{0, 100, 1, 8, 0, 255})
	f.Fuzz(func(t *testing.T, changes []byte) {
		content := bytes.Clone(whole)
		for ; len(changes) >= 3; changes = changes[3:] { // a place, and which bits change there
			content[int(binary.BigEndian.Uint16(changes))%len(content)] ^= changes[2]
		}
		for _, e := range fuzzScan(t, content) {
			if e.Number > entries {
				t.Fatalf("entry %d was not written", e.Number)
			}
			checkEntry(t, e, 10*int(e.Number))
		}
	})
}

// A body that looks like entries is not taken for them if the entry around it is damaged.
func TestFramesInBody(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir, &Options{Sync: SyncNever})
	var body []byte
	for n := range 20_000 {
		start := len(body)
		body = appendFrame(body, &Entry{Key: "forged", Body: []byte("x")})
		stamp(body[start:], uint64(n%10), uint32(n%3))
	}
	for _, b := range [][]byte{[]byte("first"), body, []byte("last")} {
		if err := l.Append(t.Context(), &Entry{Key: "own", Body: b}); err != nil {
			t.Fatal(err)
		}
	}
	path := l.Segments()[0].Path
	closeLog(t, l)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	second := (&Entry{Key: "own", Body: []byte("first")}).frameSize()
	for _, at := range []int{second, second + 24, second + headerSize + 100} {
		content[at] ^= 1
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		content[at] ^= 1
		l, err := OpenReadOnly(dir)
		if err != nil {
			t.Fatal(err)
		}
		var got []uint64
		var damage *DamageError
		for e, err := range l.Scan(0) {
			if err != nil {
				if !errors.As(err, &damage) || damage.First != 2 || damage.Entries() != 1 {
					t.Error(err)
				}
				continue
			}
			if e.Key != "own" {
				t.Errorf("entry %d is forged", e.Number)
			}
			got = append(got, e.Number)
		}
		if len(got) != 2 || got[0] != 1 || got[1] != 3 || damage == nil {
			t.Errorf("byte %d: entries %v, %v", at, got, damage)
		}
		closeLog(t, l)
	}
}
