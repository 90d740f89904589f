package spool

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

func TestReadLimits(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir(), &Options{Sync: SyncNever})
	c := openCursor(t, l, "a", nil)
	for range 20 {
		if err := l.Append(t.Context(), &Entry{Records: 10, Body: make([]byte, 1000)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ records, bytes, want int }{
		{0, 0, 20}, {1, 0, 1}, {10, 0, 1}, {29, 0, 2}, {30, 0, 3}, {0, 1, 1}, {0, 5500, 5}, {20, 5500, 2},
	} {
		entries, err := c.Read(t.Context(), test.records, test.bytes)
		if err != nil || len(entries) != test.want {
			t.Errorf("%+v: %d entries, %v", test, len(entries), err)
		}
		c.Rewind()
	}
	if s := c.State(); s.Entries != 20 || s.Records != 200 || s.Bytes < 20_000 || s.Bytes > 21_000 {
		t.Errorf("%+v", s)
	}
	read(t, c, 100)
	c.Ack(10)
	if s := c.State(); s.Acked != 10 || s.Entries != 10 || s.Records != 100 || s.Bytes < 10_000 || s.Bytes > 10_500 {
		t.Errorf("%+v", s)
	}
	ctx, cancel := context.WithCancel(t.Context())
	read(t, c, 0)
	done := make(chan error)
	go func() {
		_, err := c.Read(ctx, 0, 0)
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if s := c.Stats(); s.Handled != 100 || s.Count("lag_entries") != 10 {
		t.Errorf("%v", s)
	}
}

// An entry that was set aside does not come again until it is requeued, and then for this
// cursor alone.
func TestSetAside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir, nil)
	c, other := openCursor(t, l, "a", nil), openCursor(t, l, "b", nil)
	appendEntries(t, l, 1, 10, 100)
	entries := read(t, c, 0)
	for _, n := range []int{1, 2, 6} {
		if err := c.SetAside(entries[n-1], errors.New("refused")); err != nil {
			t.Fatal(err)
		}
	}
	if s := c.State(); s.Acked != 2 || s.SetAside != 3 {
		t.Errorf("%+v", s)
	}
	c.Ack(4)
	c.Rewind()
	var numbers []uint64
	for _, e := range read(t, c, 0) {
		numbers = append(numbers, e.Number)
	}
	if !slices.Equal(numbers, []uint64{5, 7, 8, 9, 10}) {
		t.Errorf("after Rewind come %v", numbers)
	}
	c.Ack(10)

	// The command does this beside the program.
	tool, err := OpenReadOnly(dir)
	if err != nil {
		t.Fatal(err)
	}
	numbers = nil
	for d, err := range tool.Dead("a") {
		if err != nil || d.Reason != "refused" || d.Requeued {
			t.Errorf("%+v, %v", d, err)
		}
		checkEntry(t, &d.Entry, 100)
		numbers = append(numbers, d.Number)
	}
	if !slices.Equal(numbers, []uint64{1, 2, 6}) {
		t.Errorf("dead are %v", numbers)
	}
	if n, err := tool.Discard("a", 1); n != 1 || err != nil {
		t.Error(n, err)
	}
	if _, err := tool.Discard("a", 1); err == nil {
		t.Error("an entry is discarded twice")
	}
	if _, err := tool.Requeue("x"); !errors.Is(err, ErrNoCursor) {
		t.Error(err)
	}
	if err := tool.RemoveCursor("a"); !errors.Is(err, ErrReadOnly) {
		t.Error(err)
	}
	closeLog(t, tool)

	if n, err := l.Requeue("a"); n != 2 || err != nil {
		t.Error(n, err)
	}
	again := read(t, c, 0)
	if len(again) != 2 || again[0].Number != 2 || again[1].Number != 6 || again[0].Key != "" {
		t.Fatalf("requeued come %v", again)
	}
	c.Rewind()
	again = read(t, c, 0)
	c.Ack(again[0].Number)
	if err := c.SetAside(again[1], errors.New("again")); err != nil {
		t.Error(err)
	}
	for d, err := range l.Dead("a") {
		if err != nil || d.Number != 6 || d.Reason != "again" {
			t.Errorf("%+v, %v", d, err)
		}
	}
	if s := c.State(); s.SetAside != 1 || s.Entries != 0 || l.Stats().Count("set_aside_bytes") == 0 {
		t.Errorf("%+v", s)
	}
	readTo(t, other, 1, 10, 100)

	if err := l.RemoveCursor("a"); err == nil {
		t.Error("an open cursor is removed")
	}
	closeLog(t, l)
	if _, err := c.Read(t.Context(), 0, 0); !errors.Is(err, logbook.ErrClosed) {
		t.Error(err)
	}
	l = open(t, dir, nil)
	if err := l.RemoveCursor("a"); err != nil {
		t.Error(err)
	}
	if states := l.Cursors(); len(states) != 1 || states[0].Name != "b" {
		t.Errorf("%+v", states)
	}
	if n := l.Stats().Count("set_aside_bytes"); n != 0 {
		t.Errorf("%d bytes set aside", n)
	}
}

// A torn position falls back to the one before.
func TestDamagedPosition(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	reported := make(chan error, 10)
	o := &Options{OnError: func(err error) { reported <- err }}
	l := open(t, dir, o)
	c := openCursor(t, l, "a", nil)
	appendEntries(t, l, 1, 10, 100)
	read(t, c, 0)
	for n := uint64(1); n <= 3; n++ {
		c.Ack(n)
		l.checkpoint()
	}
	sequence := c.sequence
	closeLog(t, l)
	path := filepath.Join(dir, "a.cursor")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []uint64{2, 0} {
		b[(sequence-uint64(i))%2*slotSpace+20] ^= 1
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := OpenReadOnly(dir)
		if err != nil {
			t.Fatal(err)
		}
		if s := l.Cursors()[0]; s.Acked != want || s.Dropped+s.Damaged != 0 {
			t.Errorf("%+v", s)
		}
		closeLog(t, l)
	}
	l = open(t, dir, o)
	readTo(t, openCursor(t, l, "a", nil), 1, 10, 100)
	if err := <-reported; !strings.Contains(err.Error(), "the position of cursor a") {
		t.Error(err)
	}
}

// Tools read a log while it is written.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := smallLog
	o.DropOldest = true
	l := open(t, dir, &o)
	c := openCursor(t, l, "a", nil)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for n := 1; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := l.Append(context.Background(), entry(n, 1000)); err != nil {
				t.Error(err)
			}
			if n%100 == 0 {
				entries, err := c.Read(context.Background(), 0, 0)
				if err != nil {
					t.Error(err)
				}
				c.Ack(entries[len(entries)-1].Number)
			}
		}
	}()
	for range 50 {
		tool, err := OpenReadOnly(dir)
		if err != nil {
			t.Fatal(err)
		}
		whole, damaged := scan(t, tool, 0, 1000)
		if len(damaged) > 0 {
			t.Errorf("damaged: %v", damaged)
		}
		if !slices.IsSorted(whole) {
			t.Errorf("numbers: %v", whole)
		}
		tool.Cursors()
		tool.Segments()
		closeLog(t, tool)
	}
	close(stop)
	<-done
}

func TestModes(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		return // has no modes
	}
	dir := filepath.Join(t.TempDir(), "spool")
	l := open(t, dir, nil)
	c := openCursor(t, l, "a", nil)
	appendEntries(t, l, 1, 1, 1)
	if err := c.SetAside(read(t, c, 0)[0], nil); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
