package spool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// open opens a log and closes it at the end of the test.
func open(t testing.TB, dir string, o *Options) *Log {
	t.Helper()
	l, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeLog(t, l) })
	return l
}

func closeLog(t testing.TB, l *Log) {
	t.Helper()
	if err := l.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

func openCursor(t testing.TB, l *Log, name string, o *CursorOptions) *Cursor {
	t.Helper()
	c, err := l.Cursor(name, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// entry returns an entry whose fields tell its number.
func entry(number, size int) *Entry {
	body := strings.Repeat(fmt.Sprintf("body %d ", number), size/6+1)[:size]
	return &Entry{Key: fmt.Sprint("key ", number), Peer: "peer", Records: number % 7, Gzip: number%2 == 0, Body: []byte(body)}
}

// appendEntries appends entries first to last, one at a time.
func appendEntries(t testing.TB, l *Log, first, last, size int) {
	t.Helper()
	for n := first; n <= last; n++ {
		e := entry(n, size)
		if err := l.Append(t.Context(), e); err != nil {
			t.Fatalf("entry %d: %v", n, err)
		}
		if e.Number != uint64(n) || e.Time.IsZero() {
			t.Fatalf("entry %d has the number %d and the time %v", n, e.Number, e.Time)
		}
	}
}

// checkEntry compares an entry with the one that was appended.
func checkEntry(t testing.TB, e *Entry, size int) {
	t.Helper()
	want := entry(int(e.Number), size)
	if e.Key != want.Key || e.Peer != want.Peer || e.Records != want.Records || e.Gzip != want.Gzip || string(e.Body) != string(want.Body) {
		t.Fatalf("entry %d is %+v, want %+v", e.Number, e, want)
	}
}

func read(t testing.TB, c *Cursor, maxRecords int) []*Entry {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a test that would hang
	defer cancel()
	entries, err := c.Read(ctx, maxRecords, 0)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// readTo reads, checks and acknowledges entries first to last.
func readTo(t testing.TB, c *Cursor, first, last, size int) {
	t.Helper()
	for first <= last {
		for _, e := range read(t, c, 0) {
			if e.Number != uint64(first) || !strings.HasSuffix(e.Segment, segmentSuffix) {
				t.Fatalf("entry %d of %q comes, want %d", e.Number, e.Segment, first)
			}
			checkEntry(t, e, size)
			c.Ack(e.Number)
			first++
		}
	}
}

func TestAppendAndRead(t *testing.T) {
	t.Parallel()
	for _, policy := range []Sync{SyncAlways, SyncInterval, SyncNever} {
		t.Run(policy.String(), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "a", "spool")
			o := &Options{MaxBytes: 1 << 20, SegmentBytes: 16 << 10, Sync: policy}
			l := open(t, dir, o)
			a, b := openCursor(t, l, "a", nil), openCursor(t, l, "b", nil)
			appendEntries(t, l, 1, 100, 1000)
			readTo(t, a, 1, 100, 1000)
			for _, e := range read(t, b, 10)[:3] {
				b.Ack(e.Number)
			}
			if err := l.Sync(t.Context()); err != nil {
				t.Error(err)
			}
			closeLog(t, l)

			l = open(t, dir, o)
			a, b = openCursor(t, l, "a", nil), openCursor(t, l, "b", nil)
			appendEntries(t, l, 101, 150, 1000)
			readTo(t, a, 101, 150, 1000)
			readTo(t, b, 4, 150, 1000)
			c := openCursor(t, l, "c", &CursorOptions{FromEnd: true})
			appendEntries(t, l, 151, 151, 1000)
			readTo(t, c, 151, 151, 1000)
			for _, s := range l.Cursors() {
				if s.Damaged != 0 || s.Dropped != 0 {
					t.Errorf("%+v", s)
				}
			}
		})
	}
}

func TestInUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open(t, dir, nil)
	_, err := Open(dir, nil)
	var inUse *InUseError
	if !errors.As(err, &inUse) || inUse.Dir != dir {
		t.Error(err)
	}
	l, err := OpenReadOnly(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Append(t.Context(), entry(1, 1)); !errors.Is(err, ErrReadOnly) {
		t.Error(err)
	}
	closeLog(t, l)
}

func TestClosed(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir(), nil)
	c := openCursor(t, l, "a", nil)
	done := make(chan error)
	go func() {
		_, err := c.Read(context.Background(), 0, 0)
		done <- err
	}()
	closeLog(t, l)
	if err := <-done; !errors.Is(err, logbook.ErrClosed) {
		t.Error(err)
	}
	if err := l.Append(t.Context(), entry(1, 1)); !errors.Is(err, logbook.ErrClosed) {
		t.Error(err)
	}
}

// scan returns the numbers of the entries and of those that are damaged.
func scan(t testing.TB, l *Log, from uint64, size int) (whole, damaged []uint64) {
	t.Helper()
	for e, err := range l.Scan(from) {
		var damage *DamageError
		switch {
		case errors.As(err, &damage):
			for n := damage.First; n <= damage.Last; n++ {
				damaged = append(damaged, n)
			}
		case err != nil:
			t.Fatal(err)
		default:
			checkEntry(t, e, size)
			whole = append(whole, e.Number)
		}
	}
	return whole, damaged
}

func numbers(first, last uint64) (n []uint64) {
	for ; first <= last; first++ {
		n = append(n, first)
	}
	return n
}

// A missing segment loses its entries, which are counted, and no others.
func TestMissingSegment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := &Options{MaxBytes: 1 << 20, SegmentBytes: 16 << 10}
	l := open(t, dir, o)
	openCursor(t, l, "a", nil)
	appendEntries(t, l, 1, 100, 1000)
	segments := l.Segments()
	closeLog(t, l)
	if err := os.Remove(segments[2].Path); err != nil {
		t.Fatal(err)
	}
	lost := numbers(segments[2].First, segments[3].First-1)
	want := slices.DeleteFunc(numbers(1, 100), func(n uint64) bool { return slices.Contains(lost, n) })

	l = open(t, dir, o)
	if whole, damaged := scan(t, l, 0, 1000); !slices.Equal(whole, want) || !slices.Equal(damaged, lost) {
		t.Errorf("whole %v, damaged %v, want %v", whole, damaged, lost)
	}
	c := openCursor(t, l, "a", nil)
	for len(want) > 0 {
		for _, e := range read(t, c, 10) {
			if e.Number != want[0] {
				t.Fatalf("entry %d, want %d", e.Number, want[0])
			}
			want = want[1:]
		}
		c.Ack(c.marksLast())
	}
	if s := c.State(); s.Damaged != uint64(len(lost)) || s.Entries != 0 || s.Dropped != 0 {
		t.Errorf("%+v", s)
	}
}

func (c *Cursor) marksLast() uint64 {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	return c.marks[len(c.marks)-1].number
}
