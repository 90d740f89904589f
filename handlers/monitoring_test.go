package handlers_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// newMonitoring returns a handler that writes messages only, closed at the end.
func newMonitoring(t *testing.T, path string, o handlers.FileOptions) *handlers.File {
	t.Helper()
	o.Formatter = messageOnly
	if o.OnError == nil {
		o.OnError = failing(t)
	}
	h, err := handlers.NewMonitoring(path, &o)
	if err != nil {
		t.Fatal(err)
	}
	closes(t, h)
	return h
}

func move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// After the file was renamed, the next record goes to a new file with the old name.
func TestMonitoring(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "app.log")
	h := newMonitoring(t, path, handlers.FileOptions{Interval: -1})
	bound(t, func() {
		log.Warn("warning message")
		move(t, path, path+".old")
		log.Warn("another warning message")
	}, h)
	expectListing(t, dir, map[string]string{"app.log.old": "warning message\n", "app.log": "another warning message\n"})
}

// By default the path is checked once a second, by the times of the records.
func TestMonitoringOnceASecond(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "app.log")
	h := newMonitoring(t, path, handlers.FileOptions{})
	start := time.Now()
	logAt(t, h, start, "a")
	move(t, path, path+".1")
	logAt(t, h, start.Add(999*time.Millisecond), "b")
	logAt(t, h, start.Add(time.Second), "c")
	expectListing(t, dir, map[string]string{"app.log.1": "a\nb\n", "app.log": "c\n"})

	// Setting the clock back or forward does not prevent the check.
	for i, when := range []time.Time{start.AddDate(-10, 0, 0), start.AddDate(10, 0, 0)} {
		moved := filepath.Join(dir, []string{"back", "forward"}[i])
		move(t, path, moved)
		logAt(t, h, when, "d")
		expectFile(t, path, "d\n")
	}
	if got := h.Stats().Count("reopens"); got != 3 {
		t.Errorf("reopened %d times, want 3", got)
	}
}

func TestMonitoringWithinASecond(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "app.log")
	h := newMonitoring(t, path, handlers.FileOptions{Interval: 100 * time.Millisecond})
	start := time.Date(2024, 2, 29, 13, 0, 0, 0, time.UTC)
	logAt(t, h, start, "a")
	logAt(t, h, start.Add(50*time.Millisecond), "b")
	move(t, path, path+".1")
	logAt(t, h, start.Add(99*time.Millisecond), "c")
	logAt(t, h, start.Add(100*time.Millisecond), "d")
	expectListing(t, dir, map[string]string{"app.log.1": "a\nb\nc\n", "app.log": "d\n"})

	path = filepath.Join(dir, "each.log")
	h = newMonitoring(t, path, handlers.FileOptions{Interval: -1})
	logAt(t, h, start, "a")
	move(t, path, path+".1")
	logAt(t, h, start, "b")
	expectFile(t, path, "b\n")
}

func TestMonitoringReplacedAndRemoved(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "app.log")
	h := newMonitoring(t, path, handlers.FileOptions{Interval: -1})
	logAt(t, h, time.Now(), "a")
	writeFiles(t, dir, map[string]string{"other": "other\n"})
	move(t, filepath.Join(dir, "other"), path)
	logAt(t, h, time.Now(), "b")
	expectListing(t, dir, map[string]string{"app.log": "other\nb\n"})
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	logAt(t, h, time.Now(), "c")
	expectListing(t, dir, map[string]string{"app.log": "c\n"})
}

// Reopen checks at once, and closes the old file.
func TestReopen(t *testing.T) {
	for name, newHandler := range map[string]func(t *testing.T, path string) handlers.Reopener{
		"Monitoring": func(t *testing.T, path string) handlers.Reopener {
			return newMonitoring(t, path, handlers.FileOptions{})
		},
		"Rotating": func(t *testing.T, path string) handlers.Reopener {
			return newRotating(t, path, handlers.FileOptions{Backups: 1})
		},
		"File": func(t *testing.T, path string) handlers.Reopener {
			return newFile(t, path, handlers.FileOptions{Formatter: messageOnly})
		},
		"buffered": func(t *testing.T, path string) handlers.Reopener {
			return newMonitoring(t, path, handlers.FileOptions{Buffer: new(handlers.BufferOptions)})
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "app.log")
			h := newHandler(t, path)
			now := time.Now()
			logAt(t, h, now, "a")
			logAt(t, h, now, "b")
			if err := h.Reopen(); err != nil { // nothing has changed
				t.Error(err)
			}
			move(t, path, path+name)
			if err := h.Reopen(); err != nil {
				t.Error(err)
			}
			logAt(t, h, now, "c")
			if err := logbook.Flush(context.Background(), h); err != nil {
				t.Error(err)
			}
			expectFile(t, path+name, "a\nb\n")
			expectFile(t, path, "c\n")
		})
	}
}

// Records for a removed directory are lost, and that is reported.
func TestMonitoringWithoutDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "app.log")
	h := newMonitoring(t, path, handlers.FileOptions{Interval: -1, OnError: func(error) {}})
	logAt(t, h, time.Now(), "a")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := h.Handle(at(time.Now(), "lost")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	logAt(t, h, time.Now(), "b")
	expectListing(t, dir, map[string]string{"app.log": "1 record dropped\nb\n"})
}
