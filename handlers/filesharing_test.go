package handlers_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func mustClose(t *testing.T, h logbook.Handler) {
	t.Helper()
	if err := logbook.Close(context.Background(), h); err != nil {
		t.Error(err)
	}
}

// Handlers for one path share one file: no record is lost while the file rotates and is
// compressed.
func TestFileIsOpenedOnce(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "app.log")
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 5 {
				h, err := handlers.NewRotating(path, &handlers.FileOptions{
					MaxSize: 100, Backups: 1000, Compress: handlers.Gzip(), Formatter: messageOnly, OnError: failing(t),
				})
				if err != nil {
					t.Error(err)
					return
				}
				for j := range 20 {
					logAt(t, h, time.Now(), fmt.Sprintf("record %d of %d in %d", j, i, g))
				}
				mustClose(t, h)
			}
		})
	}
	wg.Wait()
	seen := make(map[string]bool)
	for name, text := range listing(t, dir) {
		if ext := filepath.Ext(name); ext != ".gz" && name != "app.log" {
			t.Errorf("%s is left", name)
		}
		if name != "app.log" {
			r, err := gzip.NewReader(strings.NewReader(text))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			unpacked, err := io.ReadAll(r)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			text = string(unpacked)
		}
		for line := range strings.Lines(text) {
			if seen[line] {
				t.Errorf("%q is there twice", line)
			}
			seen[line] = true
		}
	}
	if len(seen) != 4*5*20 {
		t.Errorf("%d records are there, want %d", len(seen), 4*5*20)
	}
}

// A closed handler refuses records; the other one still writes.
func TestFileOutlivesOneOfItsHandlers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	one, other := newMonitoring(t, path, handlers.FileOptions{}), newMonitoring(t, path, handlers.FileOptions{})
	logAt(t, one, time.Now(), "a")
	mustClose(t, one)
	for what, err := range map[string]error{
		"Handle": one.Handle(logbook.NewRecord(logbook.RecordData{Message: "late"})), "Sync": one.Sync(), "Reopen": one.Reopen(),
	} {
		if !errors.Is(err, logbook.ErrClosed) {
			t.Errorf("%s after Close: %v", what, err)
		}
	}
	logAt(t, other, time.Now(), "b")
	expectFile(t, path, "a\nb\n")
	if s := other.Stats(); s.Handled != 2 {
		t.Errorf("%+v", s)
	}
}

// A second handler with other options for the file is refused, unless TakeOver is set:
// then its options take effect when the first one is closed.
func TestFileTakeOver(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "app.log")
	o := handlers.FileOptions{MaxSize: 10, Backups: 9, Formatter: messageOnly, OnError: failing(t)}
	first := newRotating(t, path, o)
	logAt(t, first, time.Now(), "a")

	o.Backups = 1
	_, err := handlers.NewRotating(path, &o)
	if !refused(err) || !strings.Contains(err.Error(), "invalid Backups: want that of the handler of this process that has "+path+" open") {
		t.Errorf("got %v", err)
	}
	if _, err := handlers.NewFile(path, nil); !refused(err) || !strings.Contains(err.Error(), "invalid path: want one that no handler of another kind has open") {
		t.Errorf("got %v", err)
	}

	o.TakeOver = true
	second := newRotating(t, path, o)
	for range 4 {
		logAt(t, second, time.Now(), "12345678")
	}
	if got := listing(t, dir); len(got) != 5 {
		t.Errorf("before the first one is closed: %q", got)
	}
	mustClose(t, first)
	logAt(t, second, time.Now(), "b")
	expectListing(t, dir, map[string]string{"app.log": "b\n", "app.log.1": "12345678\n"})

	plain := newFile(t, path, handlers.FileOptions{Formatter: messageOnly, TakeOver: true})
	mustClose(t, second)
	for range 4 {
		logAt(t, plain, time.Now(), "12345678")
	}
	expectListing(t, dir, map[string]string{"app.log": "b\n" + strings.Repeat("12345678\n", 4), "app.log.1": "12345678\n"})
}

// Buffered lines are not lost when their handler is replaced.
func TestFileTakeOverOfABuffer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	first := newFile(t, path, handlers.FileOptions{Formatter: messageOnly, Buffer: &handlers.BufferOptions{Interval: time.Hour}})
	second := newFile(t, path, handlers.FileOptions{Formatter: messageOnly, TakeOver: true})
	logAt(t, first, time.Now(), "a")
	logAt(t, second, time.Now(), "b")
	expectFile(t, path, "")
	mustClose(t, first)
	expectFile(t, path, "a\nb\n")
	logAt(t, second, time.Now(), "c")
	expectFile(t, path, "a\nb\nc\n")
}

// Invalid options are refused at once, even if they would take effect only later.
func TestFileTakeOverRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	first := newFile(t, path, handlers.FileOptions{Formatter: messageOnly})
	if err := os.Symlink(path, path+".lock"); err != nil {
		t.Fatal(err)
	}
	if _, err := handlers.NewRotating(path, &handlers.FileOptions{Backups: 1, Shared: true, TakeOver: true}); err == nil {
		t.Error("there was no error")
	}
	logAt(t, first, time.Now(), "a")
	expectFile(t, path, "a\n")
}

// A new handler for a path whose file was removed creates a new file, and the handler
// that has the old one open switches to it.
func TestFileRemovedWhileOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	first := newFile(t, path, handlers.FileOptions{Formatter: messageOnly})
	logAt(t, first, time.Now(), "lost")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	second := newFile(t, path, handlers.FileOptions{Formatter: messageOnly})
	logAt(t, second, time.Now(), "a")
	logAt(t, first, time.Now(), "b")
	expectFile(t, path, "a\nb\n")
}

// Making a handler empties and removes no file; the first record does.
func TestFilesChangeWithTheFirstRecord(t *testing.T) {
	dir := t.TempDir()
	old := map[string]string{"run.log": "old\n", "app.log": "old\n", "app.log.1": "1\n", "app.log.2": "2\n"}
	writeFiles(t, dir, old)
	run, app := filepath.Join(dir, "run.log"), filepath.Join(dir, "app.log")
	for range 2 {
		mustClose(t, newFile(t, run, handlers.FileOptions{Truncate: true}))
		mustClose(t, newRotating(t, app, handlers.FileOptions{Backups: 1, Compress: handlers.Gzip()}))
	}
	expectListing(t, dir, old)

	logAt(t, newFile(t, run, handlers.FileOptions{Truncate: true, Formatter: messageOnly}), time.Now(), "a")
	logAt(t, newRotating(t, app, handlers.FileOptions{Backups: 1}), time.Now(), "a")
	expectListing(t, dir, map[string]string{"run.log": "a\n", "app.log": "old\na\n", "app.log.1": "1\n"})
}

// A file is not emptied while another handler has it open, and with TakeOver only once in
// a run.
func TestFileTruncate(t *testing.T) {
	for _, takeOver := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "run.log")
		o := handlers.FileOptions{Truncate: true, TakeOver: takeOver, Formatter: messageOnly}
		first, second := newFile(t, path, o), newFile(t, path, o)
		logAt(t, first, time.Now(), "a")
		logAt(t, second, time.Now(), "b")
		expectFile(t, path, "a\nb\n")
		mustClose(t, first)
		mustClose(t, second)
		logAt(t, newFile(t, path, o), time.Now(), "c")
		expectFile(t, path, map[bool]string{false: "c\n", true: "a\nb\nc\n"}[takeOver])
	}
}
