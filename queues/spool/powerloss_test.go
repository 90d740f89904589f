package spool

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/internal/disk"
)

// lossy is a file system that knows what a loss of power may leave of it: of a file what was
// synced, and of what was written since then any sectors; of a directory the names that were
// synced, or those of now.
type lossy struct {
	disk.OS
	dir string

	mu     sync.Mutex
	names  map[string]*inode // of now
	synced map[string]*inode
	calls  int
	cutAt  int // the call before which the power is lost
	onCut  func()
}

type inode struct{ synced []byte }

func newLossy(dir string) *lossy {
	return &lossy{dir: dir, names: make(map[string]*inode), synced: make(map[string]*inode)}
}

// call counts a call, and returns with mu locked.
func (l *lossy) call() {
	l.mu.Lock()
	if l.calls++; l.calls == l.cutAt {
		l.onCut()
	}
}

func (l *lossy) Open(path string, flag int, mode fs.FileMode, follow bool) (disk.File, error) {
	l.call()
	defer l.mu.Unlock()
	file, err := l.OS.Open(path, flag, mode, follow)
	if err != nil {
		return nil, err
	}
	if l.names[path] == nil {
		l.names[path] = new(inode)
	}
	return &lossyFile{file, path, l, l.names[path]}, nil
}

func (l *lossy) Rename(from, to string) error {
	l.call()
	defer l.mu.Unlock()
	err := l.OS.Rename(from, to)
	if err == nil {
		l.names[to] = l.names[from]
		delete(l.names, from)
	}
	return err
}

func (l *lossy) Remove(path string) error {
	l.call()
	defer l.mu.Unlock()
	err := l.OS.Remove(path)
	if err == nil {
		delete(l.names, path)
	}
	return err
}

func (l *lossy) SyncDir(dir string) error {
	l.call()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.synced, func(path string, _ *inode) bool { return filepath.Dir(path) == dir })
	for path, node := range l.names {
		if filepath.Dir(path) == dir {
			l.synced[path] = node
		}
	}
	return nil
}

// cut writes to a directory what a loss of power may leave. The caller holds mu.
func (l *lossy) cut(to string, random *rand.Rand) error {
	now := make(map[*inode][]byte)
	for path, node := range l.names {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		now[node] = b
	}
	names := l.synced
	if random.IntN(2) == 0 {
		names = l.names
	}
	for path, node := range names {
		const sector = 512
		written, b := now[node], bytes.Clone(node.synced)
		if written == nil { // removed
			written = node.synced
		}
		for at := 0; at < len(written); at += sector {
			end := min(at+sector, len(written))
			if random.IntN(2) == 0 {
				continue
			}
			if len(b) < end {
				b = append(b, make([]byte, end-len(b))...)
			}
			copy(b[at:end], written[at:end])
		}
		name, err := filepath.Rel(l.dir, path)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, name), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}

type lossyFile struct {
	disk.File
	path string
	fs   *lossy
	node *inode
}

func (f *lossyFile) WriteAt(b []byte, at int64) (int, error) {
	f.fs.call()
	defer f.fs.mu.Unlock()
	return f.File.WriteAt(b, at)
}

func (f *lossyFile) SyncData() error { return f.Sync() }

func (f *lossyFile) Sync() error {
	f.fs.call()
	defer f.fs.mu.Unlock()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	b := make([]byte, info.Size())
	if _, err := f.ReadAt(b, 0); err != nil && len(b) > 0 {
		return nil // opened for writing alone: an entry that was set aside
	}
	f.node.synced = b
	return nil
}

// After a loss of power before any call of the file system, all that was acknowledged is there.
func TestPowerLoss(t *testing.T) {
	t.Parallel()
	var acknowledged, unsure int
	for range fromEnv(t, "LOGBOOK_TORTURE_CUTS", 20) {
		seed := rand.Uint64()
		random := rand.New(rand.NewPCG(seed, 2))
		dir, left := t.TempDir(), t.TempDir()
		files := newLossy(dir)
		o := Options{MaxBytes: 256 << 10, SegmentBytes: 16 << 10, files: files}
		var mu sync.Mutex
		var keys, sent map[uint64]string // acknowledged, and by the time of the loss
		keys = make(map[uint64]string)
		files.cutAt = random.IntN(800) + 20
		files.onCut = func() {
			mu.Lock()
			sent = maps.Clone(keys)
			mu.Unlock()
			if err := files.cut(left, rand.New(rand.NewPCG(seed, 3))); err != nil { // on another goroutine
				t.Error(err)
			}
		}
		cut := func() bool {
			mu.Lock()
			defer mu.Unlock()
			return sent != nil
		}
		l := open(t, dir, &o)
		c := openCursor(t, l, "a", nil)
		for n := 1; !cut() && n < 5000; {
			batch := make([]*Entry, random.IntN(3)+1)
			for i := range batch {
				batch[i] = entry(n, random.IntN(2000))
				n++
			}
			var full *FullError
			switch err := l.Append(t.Context(), batch...); {
			case errors.As(err, &full):
				n -= len(batch)
			case err != nil:
				t.Fatal(err)
			}
			mu.Lock()
			for _, e := range batch {
				if e.Number > 0 {
					keys[e.Number] = e.Key
				}
			}
			mu.Unlock()
			if full != nil || random.IntN(10) == 0 {
				entries := read(t, c, 0)
				c.Ack(entries[random.IntN(len(entries))].Number)
				c.Rewind()
			}
		}
		closeLog(t, l)
		if !cut() {
			t.Fatalf("seed %d: there was no loss of power", seed)
		}

		l, err := Open(left, &Options{MaxBytes: 256 << 10, SegmentBytes: 16 << 10})
		if err != nil {
			t.Fatal(err)
		}
		c = openCursor(t, l, "a", nil)
		done := c.State().Acked
		got := make(map[uint64]string)
		for c.State().Entries > 0 {
			if err := l.Append(t.Context(), &Entry{Key: "new"}); err != nil && !errors.As(err, new(*FullError)) {
				t.Fatal(err) // the last entries may be damaged: this one is not
			}
			for _, e := range read(t, c, 0) {
				got[e.Number] = e.Key
				c.Ack(e.Number)
			}
		}
		for number, key := range sent {
			if number > done && got[number] != key {
				t.Fatalf("seed %d: entry %d is %q, want %q; %d are done, %d is the last, %+v", seed, number, got[number], key, done, l.Last(), c.State())
			}
			acknowledged++
		}
		unsure += int(c.State().Damaged)
		closeLog(t, l)
	}
	t.Logf("%d entries acknowledged, none lost; %d others counted as damaged", acknowledged, unsure)
}
