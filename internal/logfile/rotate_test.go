package logfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/internal/disk/disktest"
	"github.com/logbook-go/logbook/logbook"
)

// Rotations at the same time, and after the clock was set back, overwrite no backup.
func TestRotationsOverwriteNoBackup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sized := rotatingOn(t, disk.OS{}, filepath.Join(dir, "sized"), Options{MaxSize: 1, Backups: 1000})
	timed := timedOn(t, disk.OS{}, filepath.Join(dir, "timed"), Options{MaxSize: 1, Dated: &Dated{Plain: true}})
	for i := range 20 {
		for _, when := range []time.Time{noon, noon, noon.Add(-time.Hour), noon.AddDate(-10, 0, 0), noon.AddDate(10, 0, 0)} {
			mustPut(t, sized, when, fmt.Sprint("sized ", i, when))
			mustPut(t, timed, when, fmt.Sprint("timed ", i, when))
		}
	}
	if err := timed.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if n := len(readLines(t, dir)); n != 200 {
		t.Errorf("%d lines are left of 200", n)
	}
}

// agedBackups makes backups of the given ages at noon, and returns a handler that keeps
// them for three days.
func agedBackups(t *testing.T, dir string, days ...int) (h *File, clock *time.Time) {
	for i, d := range days {
		path := filepath.Join(dir, fmt.Sprint("f.", i+1))
		modified := noon.AddDate(0, 0, -d)
		if err := errors.Join(os.WriteFile(path, []byte("x\n"), 0o600), os.Chtimes(path, modified, modified)); err != nil {
			t.Fatal(err)
		}
	}
	h = rotatingOn(t, disk.OS{}, filepath.Join(dir, "f"), Options{Backups: 10, MaxAge: 72 * time.Hour, MaxSize: 1})
	now := noon
	clock = &now
	h.log.timeOfDay = func() time.Time { return *clock }
	return h, clock
}

func backupsIn(t *testing.T, dir string) int {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "f.*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

// Age does not depend on the zone.
func TestMaxAgeInZones(t *testing.T) {
	t.Parallel()
	for _, offset := range []int{-12, 0, 14} {
		dir := t.TempDir()
		h, clock := agedBackups(t, dir, 0, 2, 3, 4, 5)
		*clock = clock.In(time.FixedZone("", offset*3600))
		mustPut(t, h, *clock, "a")
		if n := backupsIn(t, dir); n != 3 {
			t.Errorf("at %+dh, %d backups are left, want 3", offset, n)
		}
	}
}

// A clock that jumps removes no backup.
func TestMaxAgeOfAClockThatJumps(t *testing.T) {
	t.Parallel()
	for _, jump := range []time.Duration{time.Hour, -time.Hour, 87660 * time.Hour, -87660 * time.Hour} {
		dir := t.TempDir()
		h, clock := agedBackups(t, dir, 0, 1, 2)
		mustPut(t, h, *clock, "a", "b")
		before := backupsIn(t, dir)
		for range 3 {
			*clock = clock.Add(jump)
			mustPut(t, h, *clock, "c")
			before++
			if n := backupsIn(t, dir); n != before {
				t.Errorf("after a jump by %v, %d backups are left, want %d", jump, n, before)
			}
		}
	}
	// Nor does a clock that was wrong from the start, whether it is corrected later or
	// not.
	for _, years := range []int{10, -30} {
		dir := t.TempDir()
		h, clock := agedBackups(t, dir, 0, 1, 2)
		*clock = clock.AddDate(years, 0, 0)
		mustPut(t, h, *clock, "a")
		*clock = noon
		mustPut(t, h, *clock, "b")
		if n := backupsIn(t, dir); n != 4 {
			t.Errorf("%d years off, %d backups are left of 4", years, n)
		}
	}
}

// A file that another program truncates has no hole.
func TestFileTruncatedByOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	h := rotatingOn(t, disk.OS{}, path, Options{MaxSize: 20, Backups: 2})
	mustPut(t, h, noon, "0123456789", "0123456789", "rotated")
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	mustPut(t, h, noon, "after")
	expectDir(t, dir, map[string]string{"f": "after\n", "f.1": "0123456789\n"})
}

// A file that another program created at the path while it was free is not emptied.
func TestFileMadeByOthersWhileRotating(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	files := &spyFiles{afterRename: func(from, _ string) {
		if from == path {
			if err := os.WriteFile(path, []byte("other\n"), 0o600); err != nil {
				t.Error(err)
			}
		}
	}}
	h := rotatingOn(t, files, path, Options{MaxSize: 10, Backups: 2})
	mustPut(t, h, noon, "1234", "567890")
	expectDir(t, dir, map[string]string{"f": "other\n567890\n", "f.1": "1234\n"})
}

// If the new file cannot be created, the old one stays in its place.
func TestNewFileThatCannotBeMade(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		files := new(disktest.Faults)
		reported := 0
		h := rotatingOn(t, files, filepath.Join(dir, "f"), Options{MaxSize: 10, Backups: 2, OnError: func(error) { reported++ }})
		mustPut(t, h, noon, "12345678")
		files.Fail(func(op string, _ int) error {
			if op == "create" {
				return syscall.EMFILE
			}
			return nil
		})
		mustPut(t, h, noon, "a", "b", "c")
		expectDir(t, dir, map[string]string{"f": "12345678\na\nb\nc\n"})
		files.Fail(nil)
		<-time.After(time.Second)
		mustPut(t, h, noon, "d")
		expectDir(t, dir, map[string]string{"f": "d\n", "f.1": "12345678\na\nb\nc\n"})
		if s := h.Stats(); s.Count("failed_rotations") != 1 || reported != 1 {
			t.Errorf("%d rotations failed, %d were reported, want 1", s.Count("failed_rotations"), reported)
		}
	})
}

// A file that cannot be opened is not taken for a missing one.
func TestFileThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := os.WriteFile(path, []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	files := new(disktest.Faults)
	h := rotatingOn(t, files, path, Options{MaxSize: 5, Backups: 2})
	files.Fail(func(op string, _ int) error { return syscall.EMFILE })
	if err := put(h, noon, "lost"); !errors.Is(err, syscall.EMFILE) {
		t.Errorf("got %v", err)
	}
	expectDir(t, dir, map[string]string{"f": "old\n"})
	files.Fail(nil)
	mustPut(t, h, noon, "found")
	expectDir(t, dir, map[string]string{"f": "found\n", "f.1": "1 record dropped\n", "f.2": "old\n"})
}

// Owner and mode are kept through the open file; a failure is not an error of the record.
func TestOwnerAndMode(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	files := new(disktest.Faults)
	reported := 0
	h := rotatingOn(t, files, path, Options{MaxSize: 5, Backups: 5, Mode: 0o600, OnError: func(error) { reported++ }})
	mustPut(t, h, noon, "first")
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 { // only root may give files away
		uid, gid = 12345, 54321
	}
	if err := errors.Join(os.Chmod(path, 0o666), os.Chown(path, uid, gid)); err != nil {
		t.Fatal(err)
	}
	mustPut(t, h, noon, "second")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	gotUID, gotGID, _ := disk.Owner(info)
	if info.Mode().Perm() != 0o666 || gotUID != uid || gotGID != gid {
		t.Errorf("the new file has %v %d:%d, want -rw-rw-rw- %d:%d", info.Mode(), gotUID, gotGID, uid, gid)
	}
	files.Fail(func(op string, _ int) error {
		if op == "chmod" {
			return syscall.EPERM
		}
		return nil
	})
	mustPut(t, h, noon, "third")
	if s := h.Stats(); s.Count("rotations") != 2 || s.Count("failures") != 1 || reported != 1 {
		t.Errorf("%+v, %d were reported", s, reported)
	}
}

// A power failure at any time leaves the source or the compressed file complete.
func TestPowerFailureWhileCompressing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := new(spyFiles)
	h := rotatingOn(t, files, filepath.Join(dir, "f"), Options{MaxSize: 5, Backups: 2, Compress: gzipped{}})
	mustPut(t, h, noon, "first")
	if err := h.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	h = rotatingOn(t, files, filepath.Join(dir, "f"), Options{MaxSize: 5, Backups: 2, Compress: gzipped{}})
	files.record("fsync", "rename", "syncdir", "remove")
	mustPut(t, h, noon, "second")
	if err := h.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	// The first removal is of a file that an earlier run may have left.
	want := []string{"rename", "remove", "fsync", "rename", "syncdir", "remove"}
	if !slices.Equal(files.ops, want) {
		t.Errorf("the calls were %q, want %q", files.ops, want)
	}
	expectDir(t, dir, map[string]string{"f": "second\n", "f.1.gz": "first\n"})
}

// Close waits for compression, leaves no goroutine, and nothing opens a closed file
// again.
func TestCloseWaitsForCompression(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // fails if a goroutine is left
		dir := t.TempDir()
		h := rotatingOn(t, disk.OS{}, filepath.Join(dir, "f"), Options{
			MaxSize: 5, Backups: 9, Compress: gzipped{}, SyncInterval: time.Hour, Buffer: &Buffer{Interval: time.Hour},
		})
		mustPut(t, h, noon, "first", "second", "third")
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
		want := map[string]string{"f": "third\n", "f.1.gz": "second\n", "f.2.gz": "first\n"}
		expectDir(t, dir, want)
		if err := put(h, noon, "late"); !errors.Is(err, logbook.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		if err := errors.Join(h.Close(context.Background()), h.Flush()); err != nil {
			t.Error(err)
		}
		expectDir(t, dir, want)
	})
}

// A failure in the background is reported and counted.
func TestFailuresInTheBackground(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var reported []error
	h := rotatingOn(t, disk.OS{}, filepath.Join(dir, "f"), Options{
		MaxSize: 5, Backups: 9, Compress: failingCompressor{}, OnError: func(err error) { reported = append(reported, err) },
	})
	mustPut(t, h, noon, "first", "second")
	err := h.Close(context.Background())
	if !errors.Is(err, errNotCompressed) || !strings.Contains(err.Error(), "1 finished files") {
		t.Errorf("Close returned %v", err)
	}
	if len(reported) == 0 || !errors.Is(reported[0], errFailing) || h.Stats().Count("failures") == 0 {
		t.Errorf("reported %v, %+v", reported, h.Stats())
	}
	expectDir(t, dir, map[string]string{"f": "second\n", "f.1": "first\n"})
}

var errFailing = errors.New("failing on purpose")

type failingCompressor struct{ gzipped }

func (failingCompressor) NewWriter(io.Writer) (io.WriteCloser, error) { return nil, errFailing }

// After a short write, the next record starts on a new line.
func TestWriteCutShort(t *testing.T) {
	t.Parallel()
	for _, buffer := range []*Buffer{nil, {Level: logbook.LevelInfo}} {
		synctest.Test(t, func(t *testing.T) {
			dir := t.TempDir()
			files := &disktest.Faults{Short: true}
			h := rotatingOn(t, files, filepath.Join(dir, "f"), Options{Backups: 1, Buffer: buffer, OnError: func(error) {}})
			mustPut(t, h, noon, "before")
			files.Fail(func(op string, _ int) error {
				if op == "write" {
					return syscall.ENOSPC
				}
				return nil
			})
			err := put(h, noon, "0123456789")
			files.Fail(nil)
			<-time.After(time.Second)
			mustPut(t, h, noon, "after")
			want := "before\n01234\n1 record dropped\nafter\n"
			if buffer != nil { // it was kept
				want = "before\n01234\n0123456789\nafter\n"
			}
			if (err == nil) != (buffer != nil) {
				t.Errorf("got %v", err)
			}
			expectDir(t, dir, map[string]string{"f": want})
		})
	}
}

// Symbolic links are not followed, wherever they are.
func TestLinksAreNotFollowed(t *testing.T) {
	t.Parallel()
	victim := filepath.Join(t.TempDir(), "victim")
	if err := os.WriteFile(victim, []byte("untouched"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, planted := range []string{"f", "f.1", "f.1.gz", "f.gz.tmp", "f.lock", "f.gz.lock"} {
		t.Run(planted, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.Symlink(victim, filepath.Join(dir, planted)); err != nil {
				t.Fatal(err)
			}
			h, err := Open(Options{
				Path: filepath.Join(dir, "f"), Numbered: true, Watch: time.Second,
				MaxSize: 5, Backups: 2, Compress: gzipped{}, Shared: true, OnError: func(error) {},
			})
			if opened := err == nil; opened != (planted != "f" && planted != "f.lock") {
				t.Fatalf("got %v", err)
			}
			if h != nil {
				mustPut(t, h, noon, "first", "second", "third")
				_ = h.Close(context.Background()) // may fail to compress
			}
			if text, err := os.ReadFile(victim); err != nil || string(text) != "untouched" {
				t.Errorf("the target has %q, %v", text, err)
			}
		})
	}
}

// Several handlers for one path do not lose each other's lines. The torture
// test does it with processes.
func TestSharedFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var handlers []*File
	for range 3 {
		handlers = append(handlers, rotatingOn(t, disk.OS{}, filepath.Join(dir, "f"), Options{MaxSize: 50, Backups: 1000, Shared: true, Compress: gzipped{}}))
	}
	for i := range 100 {
		for j, h := range handlers {
			mustPut(t, h, noon, fmt.Sprintf("%d of %d", i, j))
		}
	}
	for _, h := range handlers {
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
	lines := readLines(t, dir)
	slices.Sort(lines)
	if len(lines) != 300 || len(slices.Compact(lines)) != 300 {
		t.Errorf("%d lines, want 300 different ones", len(lines))
	}
}

// A handler that was idle while another one rotated and compressed its file does not
// write to the removed file.
func TestSharedFileOfAnIdleProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := Options{MaxSize: 10, Backups: 9, Shared: true, Compress: gzipped{}}
	idle := rotatingOn(t, disk.OS{}, filepath.Join(dir, "f"), o)
	mustPut(t, idle, noon, "first")
	busy := rotatingOn(t, disk.OS{}, filepath.Join(dir, "f"), o)
	mustPut(t, busy, noon, "second", "third")
	if err := busy.Close(context.Background()); err != nil {
		t.Error(err)
	}
	mustPut(t, idle, noon, "4") // there would be room in the first file
	expectLines(t, dir, "first", "second", "third", "4")
	if s := idle.Stats(); s.Count("reopens") != 1 || s.Count("rotations") != 0 {
		t.Errorf("%+v", s)
	}
}

// A handler does not write to a file that another one has finished, even if it has room.
func TestSharedFileThatIsFinished(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := Options{MaxSize: 13, Backups: 9, Shared: true}
	one := rotatingOn(t, disk.OS{}, filepath.Join(dir, "f"), o)
	mustPut(t, one, noon, "first")
	other := rotatingOn(t, disk.OS{}, filepath.Join(dir, "f"), o)
	mustPut(t, other, noon, "2nd", "third")
	mustPut(t, one, noon, "4")
	mustPut(t, other, noon, "5")
	expectDir(t, dir, map[string]string{"f": "third\n4\n5\n", "f.1": "first\n2nd\n", "f.lock": ""})
}

// Fsync is called as configured.
func TestSyncPolicy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o    Options
		want int
	}{
		"none":           {Options{}, 0},
		"every record":   {Options{SyncLevel: logbook.LevelNotSet}, 4},
		"at a level":     {Options{SyncLevel: logbook.LevelError}, 1},
		"interval":       {Options{SyncInterval: time.Minute}, 1},
		"level, buffer":  {Options{SyncLevel: logbook.LevelError, Buffer: new(Buffer)}, 1},
		"with rotations": {Options{SyncInterval: time.Minute, MaxSize: 5}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				files := new(spyFiles)
				c.o.Backups = 9
				h := rotatingOn(t, files, filepath.Join(dir, "f"), c.o)
				files.record("fsync")
				mustPut(t, h, noon, "debug", "debug", "debug")
				if err := putAt(h, noon, logbook.LevelError, "error"); err != nil {
					t.Error(err)
				}
				<-time.After(time.Minute)
				synctest.Wait()
				if len(files.ops) != c.want {
					t.Errorf("%d fsyncs, want %d", len(files.ops), c.want)
				}
			})
		})
	}
}
