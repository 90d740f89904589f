package handlers_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func TestStreamWritesOneLineARecord(t *testing.T) {
	var out bytes.Buffer
	writes := 0
	w := writerFunc(func(p []byte) (int, error) { writes++; return out.Write(p) })
	bound(t, func() {
		log.Warn("warning message")
		log.Info("two\nlines {n}", "n", 1)
	}, handlers.NewStream(w, &logbook.Options{Formatter: plain}))
	want := "WARNING:testlogger:warning message\nINFO:testlogger:two\\nlines 1\n"
	if out.String() != want || writes != 2 {
		t.Errorf("%d writes of %q, want 2 of %q", writes, out.String(), want)
	}
}

func TestStreamTakesItsOptions(t *testing.T) {
	var upper, lower bytes.Buffer
	bound(t, func() {
		log.Info("info")
		log.Warn("warn")
		log.Warn("filtered")
	}, handlers.NewStream(&lower, &logbook.Options{Formatter: plain}),
		handlers.NewStream(&upper, &logbook.Options{
			Formatter: plain, Level: logbook.LevelWarn, Bubble: true,
			Filter: func(r *logbook.Record) bool { return r.Message() != "filtered" },
		}))
	if got, want := upper.String(), "WARNING:testlogger:warn\n"; got != want {
		t.Errorf("upper has %q, want %q", got, want)
	}
	if got, want := strings.Count(lower.String(), "\n"), 3; got != want {
		t.Errorf("lower has %d lines, want %d", got, want)
	}
}

// The caller is looked up for formatters that read it, and for filters, which may.
func TestStreamLooksUpTheCaller(t *testing.T) {
	here := func(r *logbook.Record) bool { return strings.HasSuffix(r.Source().File, "stream_test.go") }
	for _, c := range []struct {
		name string
		o    logbook.Options
		none bool
		want string
	}{
		{"nobody reads it", logbook.Options{Formatter: plain}, true, "INFO:testlogger:x\n"},
		{"the formatter reads it", logbook.Options{Formatter: logbook.MustFormat("{record.func_name}")}, false, "TestStreamLooksUpTheCaller.func2\n"},
		{"the filter reads it", logbook.Options{Formatter: plain, Filter: here}, false, "INFO:testlogger:x\n"},
	} {
		var out bytes.Buffer
		h := handlers.NewStream(&out, &c.o)
		bound(t, func() { log.Info("x") }, h)
		if out.String() != c.want || h.Binding().NoCaller != c.none {
			t.Errorf("%s: got %q, want %q; NoCaller is %v", c.name, out.String(), c.want, h.Binding().NoCaller)
		}
		f := handlers.NewFingersCrossed(h, &handlers.FingersCrossedOptions{Filter: c.o.Filter})
		if got := f.Binding().NoCaller; got != c.none {
			t.Errorf("%s: before it, NoCaller is %v", c.name, got)
		}
	}
}

// An argument that logs to the same handler while it is formatted causes no deadlock.
func TestStreamArgumentThatLogsToTheSameStream(t *testing.T) {
	var out bytes.Buffer
	bound(t, func() {
		log.Info("outer {a}", "a", &ask{func() { log.Info("inner") }})
	}, handlers.NewStream(&out, &logbook.Options{Formatter: plain}))
	want := "INFO:testlogger:inner\nINFO:testlogger:outer asked\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestStreamFailures(t *testing.T) {
	broken := errors.New("broken pipe")
	for _, c := range []struct {
		name string
		w    io.Writer
		f    logbook.Formatter
		want error
	}{
		{"the writer fails", writerFunc(func([]byte) (int, error) { return 0, broken }), plain, broken},
		{"the writer writes nothing", writerFunc(func([]byte) (int, error) { return 0, nil }), plain, io.ErrShortWrite},
		{"the writer is a closed file", closedFile(t), plain, os.ErrClosed},
		{"the formatter fails", io.Discard, failingFormatter{broken}, broken},
		{"the writer panics", writerFunc(func([]byte) (int, error) { panic(broken) }), plain, broken},
	} {
		h := handlers.NewStream(c.w, &logbook.Options{Formatter: c.f})
		for range 2 { // a failure leaves no lock held
			errs := failures(func() { log.Info("x") }, h)
			if len(errs) != 1 || !errors.Is(errs[0], c.want) {
				t.Errorf("%s: reported %v, want %v", c.name, errs, c.want)
			}
		}
	}
}

func TestStreamWithoutWriter(t *testing.T) {
	errs := failures(func() { log.Info("x") }, handlers.NewStream(nil, nil))
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "no writer") {
		t.Errorf("reported %v", errs)
	}
}

func TestStreamContinuesShortWrites(t *testing.T) {
	var out bytes.Buffer
	w := writerFunc(func(p []byte) (int, error) { return out.Write(p[:1]) })
	bound(t, func() { log.Info("slow") }, handlers.NewStream(w, &logbook.Options{Formatter: plain}))
	if got, want := out.String(), "INFO:testlogger:slow\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestStreamTornLine lets the n-th write fail after some bytes: the next record starts on
// a new line.
func TestStreamTornLine(t *testing.T) {
	full := errors.New("no space left on device")
	for _, c := range []struct {
		name  string
		bytes int
		panic bool
		want  string
	}{
		{name: "nothing was written", bytes: 0, want: "b\n"},
		{name: "half a line", bytes: 3, want: "a-f\nb\n"},
		{name: "all but the newline", bytes: 7, want: "a-fails\nb\n"},
		{name: "half a line, then a panic", bytes: 3, panic: true, want: "a-f\nb\n"},
	} {
		var out bytes.Buffer
		failed := false
		w := writerFunc(func(p []byte) (int, error) {
			if failed {
				return out.Write(p)
			}
			failed = true
			out.Write(p[:c.bytes])
			if c.panic {
				panic("lost")
			}
			return c.bytes, full
		})
		errs := failures(func() { log.Info("a-fails"); log.Info("b") },
			handlers.NewStream(w, &logbook.Options{Formatter: logbook.MustFormat("{record.message}")}))
		if len(errs) != 1 || out.String() != c.want {
			t.Errorf("%s: got %q, want %q; reported %v", c.name, out.String(), c.want, errs)
		}
	}
}

func TestStreamFlush(t *testing.T) {
	var out bytes.Buffer
	h := handlers.NewStream(bufio.NewWriter(&out), &logbook.Options{Formatter: plain})
	bound(t, func() { log.Info("held back") }, h)
	if out.Len() > 0 {
		t.Fatal("the writer is not buffered")
	}
	if err := logbook.Close(context.Background(), h); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "INFO:testlogger:held back\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := handlers.NewStream(io.Discard, nil).Flush(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestStreamDoesNotCloseItsWriter(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	if err := logbook.Close(context.Background(), handlers.NewStream(f, nil)); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Errorf("the file had been closed: %v", err)
	}
}

// Two streams on one file, many goroutines: every line is complete.
func TestStreamsShareAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shared")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const goroutines, each = 8, 200
	var wg sync.WaitGroup
	streams := []*handlers.Stream{
		handlers.NewStream(f, &logbook.Options{Formatter: plain}),
		handlers.NewStream(f, &logbook.Options{Formatter: plain}),
	}
	for g := range goroutines {
		wg.Go(func() {
			defer logbook.PushGoroutine(raise(t), streams[g%2])()
			for i := range each {
				log.Info("{g} {i}", "g", g, "i", i)
			}
		})
	}
	wg.Wait()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	next := make([]int, goroutines)
	for line := range strings.Lines(string(text)) {
		var g, i int
		if _, err := fmt.Sscanf(line, "INFO:testlogger:%d %d\n", &g, &i); err != nil || i != next[g] {
			t.Fatalf("line %q: %v, want record %d", line, err, next[g])
		}
		next[g]++
	}
	for g, n := range next {
		if n != each {
			t.Errorf("goroutine %d has %d lines, want %d", g, n, each)
		}
	}
}

func TestStderrIsLookedUpAtEachRecord(t *testing.T) {
	h := handlers.NewStderr(&logbook.Options{Formatter: plain})
	got := captureStderr(t, func() {
		bound(t, func() { log.Warn("here \u2603") }, h)
	})
	if want := "WARNING:testlogger:here \u2603\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// captureStderr returns the output to os.Stderr while fn runs.
func captureStderr(t *testing.T, fn func()) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stderr")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	old := os.Stderr
	os.Stderr = f
	defer func() { os.Stderr = old }()
	fn()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func closedFile(t *testing.T) *os.File {
	f, err := os.Create(filepath.Join(t.TempDir(), "closed"))
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	return f
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

type failingFormatter struct{ err error }

func (f failingFormatter) AppendFormat(b []byte, _ *logbook.Record) ([]byte, error) { return b, f.err }
