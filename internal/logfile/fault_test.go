package logfile

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/internal/disk/disktest"
	"github.com/logbook-go/logbook/logbook"
)

// faultTests are files of each kind, with options that use each call.
var faultTests = map[string]Options{
	"Monitoring":         {Watch: -1},
	"Rotating":           {Numbered: true, MaxSize: 100, Mode: 0o600, SyncLevel: logbook.LevelError, Compress: gzipped{}},
	"Rotating, shared":   {Numbered: true, MaxSize: 100, Shared: true, Compress: gzipped{}},
	"Rotating, buffered": {Numbered: true, MaxSize: 100, SyncInterval: time.Hour, Buffer: &Buffer{Size: 64}},
	"Timed":              {Dated: &Dated{Pattern: "%H%M%S", Format: "{timestamp}"}, Compress: gzipped{}},
	"Timed, plain and shared": {
		Dated: &Dated{Pattern: "%H%M%S", Format: "{timestamp}", Plain: true}, MaxSize: 100, Shared: true, Compress: gzipped{},
	},
}

// faultOps are the calls that log files make; see [disktest.Faults].
var faultOps = []string{
	"open", "create", "lstat", "rename", "remove", "settime", "readdir", "syncdir", "read", "readat",
	"write", "close", "stat", "seek", "truncate", "fsync", "chmod", "lock", "unlock",
}

// faultTest logs through a handler on a faulty file system, and stores the accepted
// records.
type faultTest struct {
	t        *testing.T
	dir      string
	files    *disktest.Faults
	h        *File
	when     time.Time
	sent     int
	accepted []int
}

func newFaultTest(t *testing.T, dir string, files *disktest.Faults, o Options) (*faultTest, error) {
	o.Path, o.FS, o.OnError, o.Delay = filepath.Join(dir, "app.log"), files, func(error) {}, true
	if o.Watch == 0 {
		o.Watch = time.Second
	}
	// There is an earlier file, with a mode that the umask would not allow.
	if err := errors.Join(os.WriteFile(o.Path, []byte("old\n"), 0o600), os.Chmod(o.Path, 0o666)); err != nil {
		t.Fatal(err)
	}
	h, err := Open(o)
	return &faultTest{t: t, dir: dir, files: files, h: h, when: time.Date(2024, 2, 29, 13, 0, 0, 0, time.UTC)}, err
}

// log logs a record. Every third record is a third of a second later.
func (ft *faultTest) log() error {
	ft.sent++
	if ft.sent%3 == 0 {
		ft.when = ft.when.Add(time.Second)
	}
	level := logbook.LevelInfo
	if ft.sent%5 == 0 {
		level = logbook.LevelError
	}
	err := putAt(ft.h, ft.when, level, fmt.Sprintf("record %d ......................", ft.sent))
	if err == nil {
		ft.accepted = append(ft.accepted, ft.sent)
	}
	return err
}

var (
	recordLine = regexp.MustCompile(`^record (\d+) \.{22}$`)
	lossLine   = regexp.MustCompile(`^(\d+) records? dropped$`)
)

// check closes the handler and compares the files with the accepted records. unsure is
// the number of records that may exist despite an error.
func (ft *faultTest) check() {
	ft.t.Helper()
	closeErr := ft.h.Close(context.Background())
	counts := make(map[int]int)
	reported := 0
	for _, line := range readLines(ft.t, ft.dir) {
		if m := recordLine.FindStringSubmatch(line); m != nil {
			n, _ := strconv.Atoi(m[1])
			counts[n]++
		} else if m := lossLine.FindStringSubmatch(line); m != nil {
			n, _ := strconv.Atoi(m[1])
			reported += n
		}
	}
	for _, n := range ft.accepted {
		if counts[n] != 1 {
			ft.t.Errorf("record %d is there %d times", n, counts[n])
		}
	}
	for n, count := range counts {
		if count > 1 {
			ft.t.Errorf("record %d is there %d times", n, count)
		}
	}
	stats := ft.h.Stats()
	if int(stats.Dropped) != reported {
		ft.t.Errorf("%d records were dropped, %d were reported of (Close: %v)", stats.Dropped, reported, closeErr)
	}
	if ft.t.Failed() {
		ft.t.Fatalf("%+v %v", stats, closeErr)
	}
}

// readLines returns the lines of all files, compressed or not.
func readLines(t *testing.T, dir string) (lines []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		switch filepath.Ext(e.Name()) {
		case ".tmp", ".lock":
			continue
		case ".gz":
			r, err := gzip.NewReader(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if text, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		for line := range strings.Lines(string(text)) {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	return lines
}

// failFor logs some records, then some while a call fails, and then some without the
// fault. It returns the number of rotations in the end.
func (ft *faultTest) failFor(op string, fault error, after int) (rotations uint64) {
	for range after {
		if err := ft.log(); err != nil {
			ft.t.Fatal(err)
		}
	}
	ft.files.Fail(func(called string, _ int) error {
		if called == op {
			return fault
		}
		return nil
	})
	for range 9 {
		_ = ft.log() // may fail
	}
	ft.files.Fail(nil)
	<-time.After(time.Second)
	before := ft.h.Stats().Count("rotations")
	for range 9 {
		if err := ft.log(); err != nil {
			ft.t.Fatalf("after the fault: %v", err)
		}
	}
	return ft.h.Stats().Count("rotations") - before
}

// Each call fails for a while. Accepted records exist exactly once. Within a second after
// the fault, records are written again and files rotate.
func TestFaultsOfEachCall(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	used := make(map[string]bool)
	t.Run("calls", func(t *testing.T) {
		for name, o := range faultTests {
			for _, op := range faultOps {
				for i, fault := range disktest.Errors {
					t.Run(fmt.Sprintf("%s/%s/%v", name, op, fault), func(t *testing.T) {
						t.Parallel()
						for _, op := range failFor(t, o, op, fault, i) {
							mu.Lock()
							used[op] = true
							mu.Unlock()
						}
					})
				}
			}
		}
	})
	for _, op := range faultOps {
		if !used[op] {
			t.Errorf("no file has called %s", op)
		}
	}
}

// failFor makes a call fail for a while. It returns the calls that were made.
func failFor(t *testing.T, o Options, op string, fault error, i int) (seen []string) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		files := &disktest.Faults{Short: i < 2}
		ft, err := newFaultTest(t, dir, files, o)
		if err != nil {
			t.Fatal(err)
		}
		if ft.failFor(op, fault, 7*(i%2)) == 0 && (o.Numbered || o.Dated != nil) {
			t.Error("no file rotates after the fault")
		}
		ft.check()
		seen = files.Seen()
	})
	return seen
}

// Each call in turn fails once.
func TestFaultsInTurn(t *testing.T) {
	t.Parallel()
	for name, o := range faultTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for call := 1; ; call++ {
				clean := true
				dir := t.TempDir()
				synctest.Test(t, func(t *testing.T) {
					files := &disktest.Faults{Short: call%2 == 0}
					files.Fail(func(op string, n int) error {
						if n != call {
							return nil
						}
						clean = false
						return disktest.Errors[call%len(disktest.Errors)]
					})
					ft, err := newFaultTest(t, dir, files, o)
					if err != nil {
						return // nothing was logged
					}
					for range 7 {
						_ = ft.log() // may fail
					}
					files.Fail(nil)
					<-time.After(time.Second)
					for range 7 {
						if err := ft.log(); err != nil {
							t.Fatalf("call %d: after the fault: %v", call, err)
						}
					}
					ft.check()
				})
				if t.Failed() {
					t.Fatalf("call %d failed", call)
				}
				if clean {
					return
				}
			}
		})
	}
}

// After a failed write, the path is checked without waiting for the next second.
func TestFaultOfAFileThatMoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	files := new(disktest.Faults)
	h := rotatingOn(t, files, path, Options{Backups: 2})
	mustPut(t, h, noon, "first", "second")
	if err := os.Rename(path, filepath.Join(dir, "moved")); err != nil {
		t.Fatal(err)
	}
	files.Fail(func(op string, _ int) error {
		if op == "write" {
			return syscall.EIO
		}
		return nil
	})
	if err := put(h, noon, "lost"); !errors.Is(err, syscall.EIO) {
		t.Errorf("got %v", err)
	}
	files.Fail(nil)
	mustPut(t, h, noon, "third")
	expectDir(t, dir, map[string]string{"moved": "first\nsecond\n", "f": "1 record dropped\nthird\n"})
}

// A failed rotation loses no record, is counted, and is reported once until it is tried
// again.
func TestFaultsAreReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // the rotation is tried again after a second
		files := new(disktest.Faults)
		var reported []error
		path := filepath.Join(t.TempDir(), "app.log")
		h := rotatingOn(t, files, path, Options{MaxSize: 30, OnError: func(err error) { reported = append(reported, err) }})
		files.FailOp("rename", syscall.EACCES)
		for range 10 {
			mustPut(t, h, noon, "a line of thirty bytes and more")
		}
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if len(reported) != 1 || !errors.Is(reported[0], fs.ErrPermission) || !strings.Contains(reported[0].Error(), "rotate "+path) {
			t.Errorf("reported of %v", reported)
		}
		want := "handled 10, failed_rotations 1, failures 1"
		if got := h.Stats().String(); got != want {
			t.Errorf("Stats are %s, want %s", got, want)
		}
		if n := len(readLines(t, filepath.Dir(path))); n != 10 {
			t.Errorf("the file has %d lines", n)
		}
	})
}
