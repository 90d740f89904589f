package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// newFile returns a file handler with the plain format, closed at the end.
func newFile(t *testing.T, path string, o handlers.FileOptions) *handlers.File {
	t.Helper()
	if o.Formatter == nil {
		o.Formatter = plain
	}
	h, err := handlers.NewFile(path, &o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return h
}

func expectFile(t *testing.T, path, want string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != want {
		t.Errorf("the file has %q, want %q", text, want)
	}
}

// A file has the lines in the given format.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.log")
	bound(t, func() { log.Warn("warning message") }, newFile(t, path, handlers.FileOptions{}))
	expectFile(t, path, "WARNING:testlogger:warning message\n")
}

// Relative, absolute and unusual paths all work.
func TestFilePaths(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, path := range []string{
		"relative.log",
		filepath.Join(".", "with blank.log"),
		filepath.Join(dir, "absolute.log"),
		"snow\u2603man.log",
	} {
		bound(t, func() { log.Info("x") }, newFile(t, path, handlers.FileOptions{}))
		expectFile(t, path, "INFO:testlogger:x\n")
	}
}

// Non-ASCII text is written unchanged.
func TestFileUnicode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.log")
	h := newFile(t, path, handlers.FileOptions{})
	bound(t, func() { log.Info("\u2603 \u65e5\u672c \U0001f600 caf\u00e9") }, h)
	expectFile(t, path, "INFO:testlogger:\u2603 \u65e5\u672c \U0001f600 caf\u00e9\n")
}

// With Delay the file is created with the first record.
func TestFileDelay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.log")
	h := newFile(t, path, handlers.FileOptions{Delay: true})
	if err := h.Sync(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("the file exists before the first record: %v", err)
	}
	bound(t, func() { log.Info("first"); log.Info("second") }, h)
	expectFile(t, path, "INFO:testlogger:first\nINFO:testlogger:second\n")
	if err := h.Sync(); err != nil {
		t.Error(err)
	}
}

// A file has the text of a custom formatter.
func TestFileCustomFormatter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.log")
	h := newFile(t, path, handlers.FileOptions{Formatter: logbook.FormatterFunc(func(r *logbook.Record) string {
		return r.Channel() + "|" + strings.ToUpper(r.Message())
	})})
	bound(t, func() { log.Info("custom") }, h)
	expectFile(t, path, "testlogger|CUSTOM\n")
}

func TestFileTakesItsOptions(t *testing.T) {
	dir := t.TempDir()
	upper, lower := filepath.Join(dir, "upper"), filepath.Join(dir, "lower")
	bound(t, func() {
		log.Info("info")
		log.Warn("warn")
		log.Warn("filtered")
	}, newFile(t, lower, handlers.FileOptions{}), newFile(t, upper, handlers.FileOptions{
		Level: logbook.LevelWarn, Bubble: true,
		Filter: func(r *logbook.Record) bool { return r.Message() != "filtered" },
	}))
	expectFile(t, upper, "WARNING:testlogger:warn\n")
	expectFile(t, lower, "INFO:testlogger:info\nWARNING:testlogger:warn\nWARNING:testlogger:filtered\n")
}

// An argument that logs to the same handler while it is formatted causes no deadlock.
func TestFileArgumentThatLogsToTheSameFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.log")
	bound(t, func() {
		log.Info("outer {a}", "a", &ask{func() { log.Info("inner") }})
	}, newFile(t, path, handlers.FileOptions{}))
	expectFile(t, path, "INFO:testlogger:inner\nINFO:testlogger:outer asked\n")
}

func TestFileAppendsOrTruncates(t *testing.T) {
	for _, c := range []struct {
		name, before string
		o            handlers.FileOptions
		want         string
	}{
		{"append", "old\n", handlers.FileOptions{}, "old\nINFO:testlogger:x\nINFO:testlogger:y\n"},
		{"append to an empty file", "", handlers.FileOptions{}, "INFO:testlogger:x\nINFO:testlogger:y\n"},
		{"append to a torn line", "old\nto", handlers.FileOptions{}, "old\nto\nINFO:testlogger:x\nINFO:testlogger:y\n"},
		{"append later", "old", handlers.FileOptions{Delay: true}, "old\nINFO:testlogger:x\nINFO:testlogger:y\n"},
		{"truncate", "old\n", handlers.FileOptions{Truncate: true}, "INFO:testlogger:x\nINFO:testlogger:y\n"},
		{"truncate later", "old", handlers.FileOptions{Truncate: true, Delay: true}, "INFO:testlogger:x\nINFO:testlogger:y\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "test.log")
			if err := os.WriteFile(path, []byte(c.before), 0o600); err != nil {
				t.Fatal(err)
			}
			h := newFile(t, path, c.o)
			if c.o.Delay {
				expectFile(t, path, c.before)
			}
			bound(t, func() { log.Info("x"); log.Info("y") }, h)
			expectFile(t, path, c.want)
		})
	}
}

// Writing continues at the end of a file that another program truncates or appends to.
func TestFileIsSharedWithOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.log")
	a, b := newFile(t, path, handlers.FileOptions{}), newFile(t, path, handlers.FileOptions{})
	bound(t, func() { log.Info("1") }, a)
	bound(t, func() { log.Info("2") }, b)
	bound(t, func() { log.Info("3") }, a)
	expectFile(t, path, "INFO:testlogger:1\nINFO:testlogger:2\nINFO:testlogger:3\n")
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	bound(t, func() { log.Info("4") }, b)
	expectFile(t, path, "INFO:testlogger:4\n")
}

func TestFilePathIsAbsoluteAtOnce(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	t.Chdir(first)
	h := newFile(t, "test.log", handlers.FileOptions{Delay: true})
	t.Chdir(second)
	bound(t, func() { log.Info("x") }, h)
	expectFile(t, filepath.Join(first, "test.log"), "INFO:testlogger:x\n")
}

func TestFileMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // Windows has no such modes
	}
	for _, c := range []struct{ given, want fs.FileMode }{{0, 0o640}, {0o600, 0o600}} {
		path := filepath.Join(t.TempDir(), "test.log")
		newFile(t, path, handlers.FileOptions{Mode: c.given})
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		// A umask can only remove bits.
		if got := info.Mode().Perm(); got&^c.want != 0 || got&0o600 != 0o600 {
			t.Errorf("mode %o makes a file of mode %o", c.given, got)
		}
	}
}

func TestFileThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name, path string
		want       error // nil: any
	}{
		{"a directory", dir, nil},
		{"a missing directory", filepath.Join(dir, "missing", "test.log"), fs.ErrNotExist},
		{"a NUL in the path", filepath.Join(dir, "a\x00b"), nil},
	} {
		h, err := handlers.NewFile(c.path, nil)
		var pathError *fs.PathError
		if h != nil || !errors.As(err, &pathError) || pathError.Path != c.path || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, %v", c.name, h, err)
		}
		h, err = handlers.NewFile(c.path, &handlers.FileOptions{Delay: true})
		if err != nil {
			t.Errorf("%s, with Delay: %v", c.name, err)
			continue
		}
		errs := failures(func() { log.Info("x"); log.Info("y") }, h)
		if len(errs) != 2 || !errors.As(errs[1], &pathError) || pathError.Path != c.path {
			t.Errorf("%s, with Delay: reported %v", c.name, errs)
		}
		if err := h.Close(context.Background()); err != nil {
			t.Errorf("%s, with Delay: Close: %v", c.name, err)
		}
	}
	if _, err := handlers.NewFile("", &handlers.FileOptions{Delay: true}); !refused(err) {
		t.Errorf("no path, with Delay: %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("something was made: %v", entries)
	}
}

// With Delay each record tries again.
func TestFileDelayTriesAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "later")
	path := filepath.Join(dir, "test.log")
	h := newFile(t, path, handlers.FileOptions{Delay: true})
	if errs := failures(func() { log.Info("lost") }, h); len(errs) != 1 || !errors.Is(errs[0], fs.ErrNotExist) {
		t.Fatalf("reported %v", errs)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	bound(t, func() { log.Info("found") }, h)
	expectFile(t, path, "WARNING:testlogger:1 record dropped\nINFO:testlogger:found\n")
}

func TestFileAfterClose(t *testing.T) {
	for _, delay := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "test.log")
		h, err := handlers.NewFile(path, &handlers.FileOptions{Delay: delay})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := logbook.Close(context.Background(), h); err != nil {
				t.Error(err)
			}
		}
		errs := failures(func() { log.Info("x") }, h)
		var pathError *fs.PathError
		if len(errs) != 1 || !errors.Is(errs[0], logbook.ErrClosed) || !errors.As(errs[0], &pathError) || pathError.Path != path {
			t.Errorf("delay %v: reported %v", delay, errs)
		}
		if err := h.Sync(); !errors.Is(err, logbook.ErrClosed) {
			t.Errorf("delay %v: Sync: %v", delay, err)
		}
	}
}

func TestFileConcurrently(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.log")
	h := newFile(t, path, handlers.FileOptions{Formatter: logbook.MustFormat("{record.message}"), Delay: true})
	const goroutines, each = 8, 200
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			defer logbook.PushGoroutine(raise(t), h)()
			for i := range each {
				log.Info("{g} {i}", "g", g, "i", i)
				if i == each/2 && h.Sync() != nil {
					t.Error("Sync failed")
				}
			}
		})
	}
	wg.Wait()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for g := range goroutines {
		for i := range each {
			want = append(want, fmt.Sprintf("%d %d", g, i))
		}
	}
	got := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d lines, want %d complete ones", len(got), len(want))
	}
}

func TestFileOptions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for name, o := range map[string]*handlers.FileOptions{
		"Mode":            {Mode: 0o1600},
		"SyncInterval":    {SyncInterval: -1},
		"Buffer.Size":     {Buffer: &handlers.BufferOptions{Size: -1}},
		"Buffer.Interval": {Buffer: &handlers.BufferOptions{Interval: -1}},
	} {
		if _, err := handlers.NewFile(path, o); !refused(err) || !strings.Contains(err.Error(), "handlers.FileOptions: invalid "+name+": want ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, o := range map[string]*handlers.FileOptions{
		"Interval": {Interval: 1}, "MaxSize": {MaxSize: 1}, "Backups": {Backups: 1}, "MaxAge": {MaxAge: 1}, "MaxTotal": {MaxTotal: 1},
		"Compress": {Compress: handlers.Gzip()}, "OnRotate": {OnRotate: func(handlers.RotationInfo) {}}, "Shared": {Shared: true},
		"Pattern": {Pattern: "%Y"}, "RolloverFormat": {RolloverFormat: "{timestamp}"}, "PlainCurrent": {PlainCurrent: true}, "Location": {Location: time.UTC},
	} {
		if _, err := handlers.NewFile(path, o); !refused(err) || !strings.Contains(err.Error(), "invalid "+name+": want none for this kind") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was made")
	}
	if _, err := handlers.NewFile("", nil); !refused(err) || !strings.Contains(err.Error(), "invalid path: want") {
		t.Errorf("no path: %v", err)
	}
}
