package logfile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/internal/disk/disktest"
	"github.com/logbook-go/logbook/logbook"
)

// bufferedOn returns a file with a buffer. The test must close it.
func bufferedOn(t *testing.T, files disk.FS, path string, b Buffer) *File {
	t.Helper()
	h, err := Open(Options{Path: path, FS: files, Follow: true, Buffer: &b, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func expectText(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("the file has %q, want %q", got, want)
	}
}

func TestBuffer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "f")
		h := bufferedOn(t, disk.OS{}, path, Buffer{Size: 10})
		mustPut(t, h, noon, "a", "b")
		expectText(t, path, "")

		<-time.After(defaultBufferInterval)
		synctest.Wait()
		expectText(t, path, "a\nb\n") // the interval

		mustPut(t, h, noon, "1234", "5678")
		expectText(t, path, "a\nb\n")
		mustPut(t, h, noon, "9")
		expectText(t, path, "a\nb\n1234\n5678\n") // the size

		if err := putAt(h, noon, logbook.LevelError, "e"); err != nil {
			t.Error(err)
		}
		expectText(t, path, "a\nb\n1234\n5678\n9\ne\n") // the level

		mustPut(t, h, noon, "x")
		long := strings.Repeat("y", 20)
		mustPut(t, h, noon, long)
		expectText(t, path, "a\nb\n1234\n5678\n9\ne\nx\n"+long+"\n") // larger than the buffer

		mustPut(t, h, noon, "f")
		if err := h.Flush(); err != nil {
			t.Error(err)
		}
		expectText(t, path, "a\nb\n1234\n5678\n9\ne\nx\n"+long+"\nf\n")

		mustPut(t, h, noon, "c")
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
		expectText(t, path, "a\nb\n1234\n5678\n9\ne\nx\n"+long+"\nf\nc\n")
		if s := h.Stats(); s.Handled != 10 || s.Dropped != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// While the disk is full, lines are kept up to the size; further ones are refused, and
// reported in the file at their place.
func TestBufferOnAFullDisk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "f")
		files := &disktest.Faults{Short: true}
		h := bufferedOn(t, files, path, Buffer{Size: 64, Interval: time.Second})
		full := func(op string, _ int) error {
			if op == "write" {
				return syscall.ENOSPC
			}
			return nil
		}
		files.Fail(full)
		var refused int
		for range 10 {
			if err := put(h, noon, "0123456789abcde"); err != nil {
				refused++
				if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, errBufferFull) {
					t.Error(err)
				}
			}
		}
		var unsent *logbook.UnsentError
		if err := h.Flush(); !errors.As(err, &unsent) || unsent.Records == 0 || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("Flush returned %v", err)
		}
		files.Fail(nil)
		<-time.After(time.Second)
		synctest.Wait()
		mustPut(t, h, noon, "after")
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines, reported := 0, 0
		for line := range strings.Lines(string(text)) {
			var n int
			if line == "0123456789abcde\n" {
				lines++
			} else if _, err := fmt.Sscanf(line, "%d record", &n); err == nil && strings.HasSuffix(line, " dropped\n") {
				reported += n
			}
		}
		if refused == 0 || lines != 10-refused || reported != refused || !strings.HasSuffix(string(text), " dropped\nafter\n") {
			t.Errorf("%d records were refused, %d are there, %d were reported in\n%s", refused, lines, reported, text)
		}
	})
}

// Lines that cannot be written on Close are counted.
func TestBufferClosedOnAFullDisk(t *testing.T) {
	t.Parallel()
	files := new(disktest.Faults)
	h := bufferedOn(t, files, filepath.Join(t.TempDir(), "f"), Buffer{Interval: time.Hour})
	mustPut(t, h, noon, "a", "b")
	files.Fail(func(op string, _ int) error { return syscall.ENOSPC })
	var unsent *logbook.UnsentError
	if err := h.Close(context.Background()); !errors.As(err, &unsent) || unsent.Records != 2 {
		t.Errorf("Close returned %v", err)
	}
	if s := h.Stats(); s.Dropped != 2 {
		t.Errorf("%+v", s)
	}
}

// Buffered lines do not go to the file of another period, or over the limit of size.
func TestBufferRotates(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	midnight := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	var timed []*File
	for i, name := range []string{"t", "p"} {
		h := timedOn(t, disk.OS{}, filepath.Join(dir, name), Options{Buffer: &Buffer{Interval: time.Hour}, Dated: &Dated{Plain: i > 0}})
		mustPut(t, h, midnight.Add(-time.Second), "a", "b")
		mustPut(t, h, midnight, "c")
		timed = append(timed, h)
	}
	sized := rotatingOn(t, disk.OS{}, filepath.Join(dir, "f"), Options{MaxSize: 10, Backups: 9, Buffer: &Buffer{Interval: time.Hour}})
	mustPut(t, sized, noon, "1", "2", "3", "4", "5", "6")
	for _, h := range append(timed, sized) {
		mustClose(t, h)
	}
	expectDir(t, dir, map[string]string{
		"t-2024-02-29": "a\nb\n", "t-2024-03-01": "c\n",
		"p-2024-02-29": "a\nb\n", "p": "c\n",
		"f.1": "1\n2\n3\n4\n", "f": "5\n6\n",
	})
}
