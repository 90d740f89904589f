package handlers_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// closes closes the handler at the end of the test.
func closes(t *testing.T, h interface {
	logbook.Handler
	logbook.Closer
}) {
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// failing makes a background failure fail the test.
func failing(t *testing.T) func(error) { return func(err error) { t.Error(err) } }

// newRotating returns a handler that writes messages only, closed at the end.
func newRotating(t *testing.T, path string, o handlers.FileOptions) *handlers.File {
	t.Helper()
	if o.Formatter == nil {
		o.Formatter = messageOnly
	}
	if o.OnError == nil {
		o.OnError = failing(t)
	}
	h, err := handlers.NewRotating(path, &o)
	if err != nil {
		t.Fatal(err)
	}
	closes(t, h)
	return h
}

// Files rotate by size into numbered backups, of which the newest are kept.
func TestRotating(t *testing.T) {
	dir := t.TempDir()
	h := newRotating(t, filepath.Join(dir, "f"), handlers.FileOptions{MaxSize: 2048, Backups: 3})
	var lines []string
	for i := range 32 {
		lines = append(lines, strings.Repeat(string(rune('A'+i)), 256)+"\n")
		bound(t, func() { log.Warn(strings.TrimSuffix(lines[i], "\n")) }, h)
	}
	part := func(from, to int) string { return strings.Join(lines[from:to], "") }
	expectListing(t, dir, map[string]string{
		"f": part(28, 32), "f.1": part(21, 28), "f.2": part(14, 21), "f.3": part(7, 14),
	})
	want := "handled 32, rotations 4, removals 1"
	if got := h.Stats().String(); got != want {
		t.Errorf("Stats are %s, want %s", got, want)
	}
}

func TestRotatingOptions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	for name, o := range map[string]*handlers.FileOptions{
		"Backups":                     nil,
		"invalid Backups: want":       {Backups: 0},
		"invalid Pattern: want none":  {Backups: 1, Pattern: "%Y"},
		"invalid Location: want none": {Backups: 1, Location: time.UTC},
		"MaxSize: want 0 or more":     {Backups: 1, MaxSize: -1},
		"MaxTotal: want 0 or more":    {Backups: 1, MaxTotal: -1},
		"MaxAge: want 0 or more":      {Backups: 1, MaxAge: -time.Second},
		`not the ""`:                  {Backups: 1, Compress: badCompressor{}},
	} {
		h, err := handlers.NewRotating(path, o)
		if h != nil || !refused(err) || !strings.Contains(fmt.Sprint(err), name) {
			t.Errorf("%s: got %v, %v", name, h, err)
		}
	}
	expectListing(t, filepath.Dir(path), map[string]string{})
}

type badCompressor struct{ handlers.Compressor }

func (badCompressor) Ext() string { return "" }

// A missing number is filled, and the files behind it stay.
func TestRotatingFillsAHole(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"f": "a\n", "f.1": "b\n", "f.3": "c\n", "f.4": "d\n", "f.20240229": "foreign\n"})
	h := newRotating(t, filepath.Join(dir, "f"), handlers.FileOptions{MaxSize: 3, Backups: 3})
	logAt(t, h, time.Now(), "x")
	expectListing(t, dir, map[string]string{
		"f": "x\n", "f.1": "a\n", "f.2": "b\n", "f.3": "c\n", "f.20240229": "foreign\n",
	})
}

// A record larger than the limit is written whole, to a file of its own.
func TestRotatingOversized(t *testing.T) {
	dir := t.TempDir()
	h := newRotating(t, filepath.Join(dir, "f"), handlers.FileOptions{MaxSize: 10, Backups: 5})
	huge := strings.Repeat("x", 1000)
	for _, message := range []string{"a", huge, "b", "c"} {
		logAt(t, h, time.Now(), message)
	}
	expectListing(t, dir, map[string]string{"f": "b\nc\n", "f.1": huge + "\n", "f.2": "a\n"})
}
