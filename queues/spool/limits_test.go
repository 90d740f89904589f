package spool

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/internal/disk/disktest"
	"github.com/logbook-go/logbook/logbook"
)

// diskUsage returns the sizes of all files below a directory but those of positions.
func diskUsage(t testing.TB, dir string) (n int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == cursorSuffix {
			return err
		}
		info, err := d.Info()
		n += info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// smallLog is full after some hundred entries of a kilobyte.
var smallLog = Options{MaxBytes: 256 << 10, SegmentBytes: 16 << 10, Sync: SyncNever}

func TestFull(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir, &smallLog)
	c := openCursor(t, l, "a", nil)
	last := 0
	fill := func() {
		t.Helper()
		for {
			err := l.Append(t.Context(), entry(last+1, 1000))
			var full *FullError
			if errors.As(err, &full) && full.Limit == smallLog.MaxBytes && full.Dir == dir {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			last++
		}
	}
	fill()
	if last < 200 {
		t.Errorf("full after %d entries", last)
	}
	if n := diskUsage(t, dir); n > smallLog.MaxBytes {
		t.Errorf("%d bytes on disk", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Room(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	read(t, c, 0)
	c.Ack(100)
	c.Rewind()
	if err := l.Room(t.Context()); err != nil {
		t.Error(err)
	}
	before := last
	fill()
	if last < before+50 {
		t.Errorf("room for %d more entries", last-before)
	}
	if n := diskUsage(t, dir); n > smallLog.MaxBytes {
		t.Errorf("%d bytes on disk", n)
	}
	readTo(t, c, 101, last, 1000)
	if s := l.Stats(); s.Count("refused_appends") != 2 || s.Count("appended_entries") != uint64(last) || s.Count("reused_segments") == 0 {
		t.Errorf("%v", s)
	}
}

// Each entry is read or counted as dropped, for each cursor.
func TestDropOldest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := smallLog
	o.DropOldest = true
	reported := make(chan error, 1)
	o.OnError = func(err error) {
		select {
		case reported <- err:
		default:
		}
	}
	l := open(t, dir, &o)
	fast, slow, never := openCursor(t, l, "fast", nil), openCursor(t, l, "slow", nil), openCursor(t, l, "never", nil)
	const entries = 2000
	readSlow := uint64(0)
	take := func(c *Cursor, maxRecords int) (n uint64) {
		got := read(t, c, maxRecords)
		for _, e := range got {
			checkEntry(t, e, 1000)
		}
		c.Ack(got[len(got)-1].Number)
		return uint64(len(got))
	}
	for n := 1; n <= entries; n += 10 {
		appendEntries(t, l, n, n+9, 1000)
		readTo(t, fast, n, n+9, 1000)
		readSlow += take(slow, 10)
		if n%500 == 1 { // is dropped while it is read
			slow.Rewind()
			read(t, slow, 100)
			slow.Rewind()
		}
	}
	if n := diskUsage(t, dir); n > o.MaxBytes {
		t.Errorf("%d bytes on disk", n)
	}
	for slow.State().Entries > 0 {
		readSlow += take(slow, 0)
	}
	if s := slow.State(); s.Dropped == 0 || s.Dropped+readSlow != entries || s.Damaged != 0 {
		t.Errorf("%d read, %+v", readSlow, s)
	}
	if s := fast.State(); s.Dropped != 0 || s.Damaged != 0 {
		t.Errorf("%+v", s)
	}
	if s := never.State(); s.Dropped+s.Entries != entries || s.Dropped != l.Stats().Count("dropped_entries") || s.Oldest != (CursorState{}).Oldest {
		t.Errorf("%+v, %v", s, l.Stats())
	}
	closeLog(t, l)
	l = open(t, dir, &o)
	if s := openCursor(t, l, "never", nil).State(); s.Dropped+s.Entries != entries || s.Damaged != 0 {
		t.Errorf("after a restart: %+v", s)
	}
	if err := <-reported; !strings.Contains(err.Error(), "are dropped") {
		t.Error(err)
	}
}

// Entries that were returned before they were dropped are not counted if they are done.
func TestDropInFlight(t *testing.T) {
	t.Parallel()
	o := smallLog
	o.DropOldest = true
	for _, done := range []int{0, 5, 10} {
		l := open(t, t.TempDir(), &o)
		c := openCursor(t, l, "a", nil)
		appendEntries(t, l, 1, 10, 1000)
		entries := read(t, c, 0)
		if len(entries) != 10 {
			t.Fatal(len(entries))
		}
		appendEntries(t, l, 11, 1000, 1000)
		if done > 0 {
			c.Ack(uint64(done))
		}
		c.Rewind()
		next := read(t, c, 0)[0].Number
		if s := c.State(); s.Dropped != next-1-uint64(done) || s.Damaged != 0 {
			t.Errorf("%d done, %d is next, %+v", done, next, s)
		}
	}
}

// A cursor with a limit of its own lags no further behind, and others lose nothing.
func TestCursorLimit(t *testing.T) {
	t.Parallel()
	o := smallLog
	reported := make(chan error, 100)
	o.OnError = func(err error) { reported <- err }
	l := open(t, t.TempDir(), &o)
	limited, free := openCursor(t, l, "limited", &CursorOptions{MaxBytes: 50_000}), openCursor(t, l, "free", nil)
	appendEntries(t, l, 1, 150, 1000)
	if s := limited.State(); s.Bytes > 50_000+o.SegmentBytes || s.Dropped+s.Entries != 150 || s.Dropped == 0 {
		t.Errorf("%+v", s)
	}
	if err := <-reported; !strings.Contains(err.Error(), "cursor limited") {
		t.Error(err)
	}
	first := int(limited.State().Dropped) + 1
	readTo(t, limited, first, 150, 1000)
	readTo(t, free, 1, 150, 1000)
	if s := free.State(); s.Dropped+s.Damaged+s.Entries+s.Records != 0 || s.Bytes != 0 {
		t.Errorf("%+v", s)
	}
}

// syncs is a file system that fails a sync now and then, and finds a second sync of a
// file after that.
type syncs struct {
	disk.OS
	t *testing.T

	mu    sync.Mutex
	count int
}

type syncsFile struct {
	disk.File
	fs     *syncs
	failed bool
}

func (s *syncs) Open(path string, flag int, mode fs.FileMode, follow bool) (disk.File, error) {
	file, err := s.OS.Open(path, flag, mode, follow)
	if err != nil {
		return nil, err
	}
	return &syncsFile{File: file, fs: s}, nil
}

func (f *syncsFile) SyncData() error { return f.Sync() }

func (f *syncsFile) Sync() error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if f.failed {
		f.fs.t.Error("a sync that had failed is tried again")
	}
	f.fs.count++
	if f.fs.count%5 == 0 {
		f.failed = true
		return syscall.EIO
	}
	return nil
}

// After a failed sync the entries go to a new segment. What was acknowledged is there, and
// in order.
func TestFailedSync(t *testing.T) {
	t.Parallel()
	o := Options{MaxBytes: 4 << 20, SegmentBytes: 16 << 10, files: &syncs{t: t}}
	dir := t.TempDir()
	l := open(t, dir, &o)
	c := openCursor(t, l, "a", nil)
	var want []string
	failed := 0
	for n := range 200 {
		e := entry(n, 100)
		switch err := l.Append(t.Context(), e); {
		case err == nil:
			want = append(want, e.Key)
			if e.Number != uint64(len(want)) {
				t.Fatalf("the number is %d, want %d", e.Number, len(want))
			}
		case errors.Is(err, syscall.EIO):
			failed++
		default:
			t.Fatal(err)
		}
	}
	if failed == 0 || l.Stats().Count("failed_syncs") != uint64(failed) {
		t.Errorf("%d failed, %v", failed, l.Stats())
	}
	check := func(c *Cursor) {
		t.Helper()
		var got []string
		for len(got) < len(want) {
			for _, e := range read(t, c, 0) {
				got = append(got, e.Key)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	check(c)
	_ = l.Close(t.Context()) // a sync may fail
	l = open(t, dir, &Options{})
	check(openCursor(t, l, "a", nil))
}

// A sync at the interval that fails is returned by the next Sync.
func TestFailedSyncAtInterval(t *testing.T) {
	t.Parallel()
	files := new(disktest.Faults)
	reported := make(chan error, 1)
	o := Options{Sync: SyncInterval, SyncInterval: 1, files: files, OnError: func(err error) { reported <- err }}
	l := open(t, t.TempDir(), &o)
	files.FailOp("fdatasync", syscall.EIO)
	appendEntries(t, l, 1, 1, 100)
	if err := <-reported; !errors.Is(err, syscall.EIO) {
		t.Error(err)
	}
	files.Fail(nil)
	if err := l.Sync(t.Context()); !errors.Is(err, syscall.EIO) {
		t.Error(err)
	}
	appendEntries(t, l, 2, 2, 100)
	if err := l.Sync(t.Context()); err != nil {
		t.Error(err)
	}
	if n := len(l.Segments()); n != 2 {
		t.Errorf("%d segments", n)
	}
}

// On a full disk Append fails, nothing of it stays, and the log goes on when there is room.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"writeat", "preallocate", "create"} {
		files := &disktest.Faults{Short: true}
		l := open(t, t.TempDir(), &Options{MaxBytes: 1 << 20, SegmentBytes: 16 << 10, files: files})
		appendEntries(t, l, 1, 14, 1000) // fill most of a segment
		files.FailOp(op, syscall.ENOSPC)
		var err error
		for n := 15; err == nil && n < 20; n++ {
			err = l.Append(t.Context(), entry(n, 3000))
			if err == nil {
				t.Logf("%s: entry %d has room", op, n)
			}
		}
		var full *FullError
		if !errors.As(err, &full) || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: %v", op, err)
		}
		if err := l.Room(t.Context()); err != nil {
			t.Error(err)
		}
		last := l.Last()
		files.Fail(nil)
		appendEntries(t, l, int(last)+1, int(last)+10, 1000)
		c := openCursor(t, l, "a", nil)
		next := uint64(1)
		for next <= last+10 {
			for _, e := range read(t, c, 0) {
				if e.Number != next {
					t.Fatalf("entry %d, want %d", e.Number, next)
				}
				next++
			}
		}
		if s := c.State(); s.Damaged != 0 {
			t.Errorf("%+v", s)
		}
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir, &smallLog)
	c := openCursor(t, l, "a", nil)
	var size *SizeError
	if err := l.Append(t.Context(), &Entry{Body: make([]byte, smallLog.MaxBytes/4)}); !errors.As(err, &size) || size.Bytes != smallLog.MaxBytes/4 {
		t.Error(err)
	}
	if err := l.Append(t.Context(), &Entry{Body: make([]byte, size.Limit)}); err != nil {
		t.Errorf("a body of the limit: %v", err)
	}
	if err := l.Append(t.Context(), &Entry{Body: make([]byte, size.Limit/2)}, &Entry{Body: make([]byte, size.Limit/2+1000)}); !errors.As(err, &size) {
		t.Error(err)
	}
	for _, e := range []*Entry{nil, {Key: string(make([]byte, 256))}, {Peer: string(make([]byte, 256))}, {Records: -1}} {
		if err := l.Append(t.Context(), e); !errors.Is(err, errEntry) {
			t.Errorf("%+v: %v", e, err)
		}
	}
	if err := l.Append(t.Context()); err != nil {
		t.Error(err)
	}
	edge := &Entry{Key: string(make([]byte, 255)), Peer: string(make([]byte, 255)), Records: 1<<31 - 1}
	if err := l.Append(t.Context(), edge, &Entry{}); err != nil {
		t.Error(err)
	}
	got := read(t, c, 0)
	if len(got) != 3 || got[1].Key != edge.Key || got[1].Peer != edge.Peer || got[1].Records != edge.Records || len(got[2].Body) != 0 {
		t.Errorf("%d entries", len(got))
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "x")
	for option, o := range map[string]*Options{
		"MaxBytes":     {MaxBytes: 1000},
		"SegmentBytes": {SegmentBytes: 1000},
		"Sync":         {Sync: 3},
		"SyncInterval": {SyncInterval: -1},
	} {
		_, err := Open(dir, o)
		var optionError *logbook.OptionError
		if !errors.As(err, &optionError) || optionError.Option != option {
			t.Errorf("%s: %v", option, err)
		}
	}
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a refused log has made its directory: %v", err)
	}
	if _, err := OpenReadOnly(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	l := open(t, dir, nil)
	for _, name := range []string{"", ".", "..", "a/b", "-a", "a b", "é", string(make([]byte, 65))} {
		if _, err := l.Cursor(name, nil); err == nil {
			t.Errorf("the name %q is taken", name)
		}
	}
	if _, err := l.Cursor("a", &CursorOptions{MaxBytes: -1}); err == nil {
		t.Error("a negative limit is taken")
	}
	openCursor(t, l, "a", nil)
	if _, err := l.Cursor("a", nil); err == nil {
		t.Error("a cursor is opened twice")
	}
	var s Sync
	for _, text := range []string{"always", "interval", "never"} {
		if err := s.UnmarshalText([]byte(text)); err != nil || s.String() != text {
			t.Errorf("%s: %v, %v", text, s, err)
		}
	}
	if err := s.UnmarshalText([]byte("x")); err == nil {
		t.Error("x is taken")
	}
}
