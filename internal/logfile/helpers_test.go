package logfile

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
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

// spyFiles is the real file system, with records of the calls.
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

// record records the calls of some kinds.
func (s *spyFiles) record(kinds ...string) {
	s.Fail(func(op string, _ int) error {
		if slices.Contains(kinds, op) {
			s.ops = append(s.ops, op)
		}
		return nil
	})
}

// rotatingOn returns a file on the file system that rotates by number.
func rotatingOn(t *testing.T, files disk.FS, path string, o Options) *File {
	t.Helper()
	o.Path, o.FS, o.Numbered, o.Watch, o.Delay = path, files, true, time.Second, true
	if o.MaxSize == 0 {
		o.MaxSize = 1 << 20
	}
	return open(t, o)
}

// timedOn returns a file on the file system whose names have the date.
func timedOn(t *testing.T, files disk.FS, path string, o Options) *File {
	t.Helper()
	o.Path, o.FS, o.Watch, o.Delay = path, files, time.Second, true
	if o.Dated == nil {
		o.Dated = new(Dated)
	}
	o.Dated.Pattern, o.Dated.Format = "%Y-%m-%d", "{basename}-{timestamp}{ext}"
	return open(t, o)
}

// open returns a file that is closed at the end.
func open(t *testing.T, o Options) *File {
	t.Helper()
	if o.OnError == nil {
		o.OnError = func(err error) { t.Error(err) }
	}
	f, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return f
}

var noon = time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)

// putAt writes a line as a handler does, after the notice of lost lines.
func putAt(f *File, when time.Time, level logbook.Level, line string) error {
	if lost := f.Lost(); lost > 0 {
		records := "records"
		if lost == 1 {
			records = "record"
		}
		if err := f.WriteNotice(fmt.Appendf(nil, "%d %s dropped\n", lost, records), lost, 1, when); err != nil {
			return err
		}
	}
	return f.Write([]byte(line+"\n"), when, level)
}

func put(f *File, when time.Time, lines ...string) error {
	var errs []error
	for _, line := range lines {
		errs = append(errs, putAt(f, when, logbook.LevelInfo, line))
	}
	return errors.Join(errs...)
}

func mustPut(t *testing.T, f *File, when time.Time, lines ...string) {
	t.Helper()
	if err := put(f, when, lines...); err != nil {
		t.Error(err)
	}
}

func mustClose(t *testing.T, f *File) {
	t.Helper()
	if err := f.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// gzipped is a Compressor.
type gzipped struct{}

func (gzipped) Ext() string { return ".gz" }

func (gzipped) NewWriter(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }

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
			text = nil // its size is a counter of the handlers
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
