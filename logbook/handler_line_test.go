package logbook_test

import (
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// lineSink writes lines as streams do.
type lineSink struct {
	logbook.Options
	mu    sync.Mutex
	lines []string
	err   error
}

func (h *lineSink) Binding() logbook.Binding {
	b := h.Options.Binding()
	b.Quiet = h
	return b
}

func (h *lineSink) Handle(r *logbook.Record) error {
	return h.WriteLine(r, h.write)
}

func (h *lineSink) write(line []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines = append(h.lines, string(line))
	clear(line) // write may modify the line
	return h.err
}

func TestWriteLine(t *testing.T) {
	one := &lineSink{Options: logbook.Options{Formatter: logbook.MustFormat("1 {record.message}")}}
	two := &lineSink{Options: logbook.Options{Formatter: logbook.MustFormat("2 {record.message}"), Bubble: true}}
	defer logbook.PushGoroutine(one, two)()
	long := strings.Repeat("x", 100<<10)
	inner := valuerFunc(func() slog.Value { logbook.Info("inner"); return slog.StringValue("v") })
	logbook.Info("a")
	logbook.Info(long)
	logbook.Info("b {v}", "v", inner) // logs while the line is formatted
	logbook.Info("c")
	want := []string{"a", long, "inner", "b v", "c"}
	for prefix, h := range map[string]*lineSink{"1 ": one, "2 ": two} {
		if len(h.lines) != len(want) {
			t.Fatalf("%d lines, want %d", len(h.lines), len(want))
		}
		for i, line := range h.lines {
			if line != prefix+want[i]+"\n" {
				t.Errorf("line %d is %.60q, want %.60q", i, line, prefix+want[i])
			}
		}
	}
}

func TestWriteLineErrors(t *testing.T) {
	var f failures
	outer := record(t, f.flag())
	bad := logbook.Must(logbook.TextTemplate("{{.NoSuch}}"))
	logbook.InGoroutine(func() { logbook.Info("m") },
		&lineSink{Options: logbook.Options{Bubble: true}, err: io.ErrShortWrite}, &lineSink{Options: logbook.Options{Bubble: true, Formatter: bad}})
	outer.want(t, "m")
	if len(f.list) != 2 || !errors.Is(f.list[1], io.ErrShortWrite) || !strings.Contains(f.list[0].Error(), "NoSuch") {
		t.Errorf("reported %v", f.list)
	}
}

// The panic of a formatter, or of a function that a format string calls, is an error, and
// the record can still be written by another handler.
func TestFormatterPanics(t *testing.T) {
	broken := errors.New("broken")
	named, err := logbook.Format("{handler.level}", &logbook.FormatOptions{Handler: func(string) string { panic(broken) }})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []logbook.Formatter{named, logbook.FormatterFunc(func(*logbook.Record) string { panic(broken) })} {
		good, bad := new(lineSink), logbook.Options{Formatter: f}
		logbook.InGoroutine(func() { logbook.Info("m") }, logbook.HandlerFunc(func(r *logbook.Record) error {
			if _, err := bad.AppendFormat(nil, r); !errors.Is(err, broken) {
				t.Errorf("%T: AppendFormat returns %v", f, err)
			}
			if err := bad.WriteLine(r, good.write); !errors.Is(err, broken) {
				t.Errorf("%T: WriteLine returns %v", f, err)
			}
			return good.Handle(r)
		}))
		if len(good.lines) != 1 {
			t.Errorf("%T: lines %q", f, good.lines)
		}
	}
}

// Retained records are formatted on several goroutines at once.
func TestWriteLineOfRetainedRecords(t *testing.T) {
	h := new(lineSink)
	var wg sync.WaitGroup
	background := &funcHandler{fn: func(r *logbook.Record) error {
		kept := r.Retain()
		for range 4 {
			wg.Go(func() {
				if err := h.Handle(kept); err != nil {
					t.Error(err)
				}
			})
		}
		return nil
	}}
	background.Bubble = true
	logbook.InGoroutine(func() {
		for range 50 {
			logbook.Info("message", "a", 1)
		}
	}, h, background)
	wg.Wait()
	if len(h.lines) != 250 {
		t.Errorf("%d lines, want 250", len(h.lines))
	}
	for _, line := range h.lines {
		if !strings.HasSuffix(line, "] INFO: Generic: message a=1\n") {
			t.Errorf("line %q", line)
		}
	}
}
