package handlers

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/internal/disk/disktest"
	"github.com/logbook-go/logbook/logbook"
)

// spyFiles is the real file system, watched.
type spyFiles struct {
	disktest.Faults
	ops         []string
	afterRename func(from, to string)
	onSyncDir   func()
}

func (s *spyFiles) Rename(from, to string) error {
	err := s.Faults.Rename(from, to)
	if s.afterRename != nil {
		s.afterRename(from, to)
	}
	return err
}

func (s *spyFiles) SyncDir(dir string) error {
	if s.onSyncDir != nil {
		s.onSyncDir()
	}
	return s.Faults.SyncDir(dir)
}

// record makes the calls of some kinds be remembered.
func (s *spyFiles) record(kinds ...string) {
	s.Fail(func(op string, _ int) error {
		if slices.Contains(kinds, op) {
			s.ops = append(s.ops, op)
		}
		return nil
	})
}

// rotatingOn returns a handler on the file system that writes messages only.
func rotatingOn(t *testing.T, files disk.FS, path string, o RotatingOptions) *Rotating {
	t.Helper()
	if o.OnError == nil {
		o.OnError = func(err error) { t.Error(err) }
	}
	c, err := o.config(path)
	if err != nil {
		t.Fatal(err)
	}
	c.files = files
	h := new(Rotating)
	if err := h.setUp(h, logbook.Options{Formatter: plainMessage}, c, true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return h
}

var plainMessage = logbook.MustFormat("{record.message}")

var noon = time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)

func put(h logbook.Handler, when time.Time, messages ...string) error {
	var errs []error
	for _, message := range messages {
		errs = append(errs, h.Handle(logbook.NewRecord(logbook.RecordData{Time: when, Level: logbook.LevelInfo, Message: message})))
	}
	return errors.Join(errs...)
}

func mustPut(t *testing.T, h logbook.Handler, when time.Time, messages ...string) {
	t.Helper()
	if err := put(h, when, messages...); err != nil {
		t.Error(err)
	}
}

// expectDir compares a directory with names and contents; .gz is decompressed, and
// .lock counts as empty.
func expectDir(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	got := make(map[string]string)
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
		case ".gz":
			text = gunzip(t, text)
		case ".lock":
			text = nil // its size says something, to handlers only
		}
		got[e.Name()] = string(text)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the files are\n%q\nwant\n%q", got, want)
	}
}

func gunzip(t *testing.T, packed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func expectLines(t *testing.T, dir string, want ...string) {
	t.Helper()
	got := readLines(t, dir)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the lines are %q, want %q", got, want)
	}
}
