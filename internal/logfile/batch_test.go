package logfile

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/internal/disk/disktest"
	"github.com/logbook-go/logbook/logbook"
)

// putBatch writes lines with the same time together.
func putBatch(f *File, when time.Time, level logbook.Level, texts ...string) error {
	var text []byte
	var lines []Line
	for _, t := range texts {
		text = append(text, t+"\n"...)
		lines = append(lines, Line{len(text), when})
	}
	left, err := f.WriteBatch(text, lines, level)
	if left > 0 {
		return &logbook.UnsentError{Records: left, Err: err}
	}
	return err
}

// If a batch fails halfway, the lines from the one that was cut short on are left to the
// caller; they do not count as lost.
func TestBatchCutShort(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lines []string
		left  int
		text  string
	}{
		{[]string{"0123456789", "abc"}, 2, "before\n0123456\nafter\n"},
		{[]string{"a", "0123456789"}, 1, "before\na\n0123\nafter\n"},
		{[]string{"a", "b", "c", "d"}, 2, "before\na\nb\nafter\n"},
	} {
		dir := t.TempDir()
		files := &disktest.Faults{Short: true}
		f := rotatingOn(t, files, filepath.Join(dir, "f"), Options{})
		mustPut(t, f, noon, "before")
		files.FailOp("write", syscall.ENOSPC)
		var unsent *logbook.UnsentError
		if err := putBatch(f, noon, logbook.LevelInfo, c.lines...); !errors.As(err, &unsent) || unsent.Records != c.left || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%q: got %v", c.lines, err)
		}
		files.Fail(nil)
		mustPut(t, f, noon, "after")
		expectDir(t, dir, map[string]string{"f": c.text})
		if s, want := f.Stats(), uint64(2+len(c.lines)-c.left); s.Handled != want || s.Dropped != 0 {
			t.Errorf("%q: %+v", c.lines, s)
		}
	}
}

// A batch is one write, and one fsync if its highest level requires that.
func TestBatchIsOneWrite(t *testing.T) {
	t.Parallel()
	files := new(spyFiles)
	f := rotatingOn(t, files, filepath.Join(t.TempDir(), "f"), Options{SyncLevel: logbook.LevelError})
	mustPut(t, f, noon, "before")
	files.record("write", "fsync")
	for _, level := range []logbook.Level{logbook.LevelInfo, logbook.LevelError} {
		if err := putBatch(f, noon, level, strings.Split(strings.Repeat("x", 500), "")...); err != nil {
			t.Error(err)
		}
	}
	if got := strings.Join(files.ops, " "); got != "write write fsync" {
		t.Errorf("the calls are %q", got)
	}
}

// A batch with a record of the buffer's level is not held back, and one larger than the
// buffer is written at once.
func TestBatchInABuffer(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f")
	f := bufferedOn(t, disk.OS{}, path, Buffer{Size: 8, Interval: time.Hour})
	defer mustClose(t, f)
	for _, c := range []struct {
		level logbook.Level
		lines []string
		want  string
	}{
		{logbook.LevelInfo, []string{"a", "b"}, ""},
		{logbook.LevelError, []string{"c"}, "a\nb\nc\n"},
		{logbook.LevelInfo, []string{"d"}, "a\nb\nc\n"},
		{logbook.LevelInfo, []string{"1", "2", "3", "4", "5"}, "a\nb\nc\nd\n1\n2\n3\n4\n5\n"},
	} {
		if err := putBatch(f, noon, c.level, c.lines...); err != nil {
			t.Error(err)
		}
		expectText(t, path, c.want)
	}
}
