package logbook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/logbook-go/logbook/logbook"
)

// recorder keeps the records that reach it, and their lines.
type recorder struct {
	logbook.Options
	mu      sync.Mutex
	records []*logbook.Record
	lines   []string
}

func (h *recorder) Handle(r *logbook.Record) error {
	line, err := h.AppendFormat(nil, r)
	if err != nil {
		return err
	}
	r = r.Retain() // may call methods that log: before the lock
	h.mu.Lock()
	defer h.mu.Unlock()
	h.records = append(h.records, r)
	h.lines = append(h.lines, string(line))
	return nil
}

func (h *recorder) messages() (out []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.records {
		out = append(out, r.Message())
	}
	return out
}

// last returns the last record.
func (h *recorder) last(t testing.TB) *logbook.Record {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.records) == 0 {
		t.Fatal("no record arrived")
	}
	return h.records[len(h.records)-1]
}

func (h *recorder) line(t testing.TB) string {
	t.Helper()
	h.last(t)
	return h.lines[len(h.lines)-1]
}

// want checks the messages that arrived.
func (h *recorder) want(t testing.TB, messages ...string) {
	t.Helper()
	if got := h.messages(); !slices.Equal(got, messages) {
		t.Errorf("messages are %q, want %q", got, messages)
	}
}

// record binds a recorder to the test's goroutine until the test ends.
func record(t testing.TB, items ...logbook.Bindable) *recorder {
	h := new(recorder)
	t.Cleanup(logbook.PushGoroutine(append([]logbook.Bindable{h}, items...)...))
	return h
}

// recordAs is record with a formatter.
func recordAs(t testing.TB, f logbook.Formatter, items ...logbook.Bindable) *recorder {
	h := &recorder{Options: logbook.Options{Formatter: f}}
	t.Cleanup(logbook.PushGoroutine(append([]logbook.Bindable{h}, items...)...))
	return h
}

// failures collects the reports of the error flag.
type failures struct {
	mu   sync.Mutex
	list []*logbook.HandlerError
}

func (f *failures) add(e *logbook.HandlerError) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, e)
}

// flag returns the item that makes f collect reports.
func (f *failures) flag() logbook.Flags { return logbook.Flags{Errors: f.add} }

// one returns the only failure.
func (f *failures) one(t testing.TB) *logbook.HandlerError {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.list) != 1 {
		t.Fatalf("%d failures were reported, want 1: %v", len(f.list), f.list)
	}
	return f.list[0]
}

func (f *failures) none(t testing.TB) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.list) != 0 {
		t.Errorf("failures were reported: %v", f.list)
	}
}

// stderrOf returns the output to os.Stderr while fn runs.
func stderrOf(t testing.TB, fn func()) string {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	old := os.Stderr
	os.Stderr = f
	defer func() { os.Stderr = old }()
	fn()
	text, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var bubbles time.Duration

// inFreshTime runs fn with a clock that is hours away from that of any other test, so that
// no failure is suppressed because of an earlier one.
func inFreshTime(t *testing.T, fn func(t *testing.T)) {
	bubbles++
	hours := bubbles
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(hours * time.Hour) // returns at once, in the fake time of synctest
		fn(t)
	})
}

// withoutDefault removes the default handler until the test ends.
func withoutDefault(t testing.TB) {
	logbook.SetDefaultHandler(nil)
	t.Cleanup(func() { logbook.SetDefaultHandler(new(stderrHandler)) })
}

// stderrHandler replaces the original default handler, which cannot be restored.
type stderrHandler struct{ logbook.Options }

func (h *stderrHandler) Binding() logbook.Binding {
	return logbook.Binding{Level: logbook.LevelInfo, NoCaller: true, Quiet: h}
}

func (h *stderrHandler) Handle(r *logbook.Record) error {
	b, err := h.AppendFormat(nil, r)
	if err != nil {
		return err
	}
	_, err = os.Stderr.Write(append(b, '\n'))
	return err
}

// at is the time of the golden samples.
var at = time.Date(2024, 2, 29, 13, 37, 42, 5_000_000, time.UTC)

// logAt logs a literal message with a given time.
func logAt(l *logbook.Logger, at time.Time, level logbook.Level, msg string, attrs ...slog.Attr) {
	r := slog.NewRecord(at, level.Level(), msg, 0)
	r.AddAttrs(attrs...)
	l.LogSlog(context.Background(), r)
}

// golden decodes a file in testdata.
func golden[T any](t testing.TB, name string) (v T) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// unsafeRune reports whether a rune could control a terminal, or break or
// disorder a line.
func unsafeRune(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// checkLine checks that a text is one line that is safe to show.
func checkLine(line string) error {
	if !utf8.ValidString(line) {
		return fmt.Errorf("not UTF-8: %q", line)
	}
	if i := strings.IndexFunc(line, unsafeRune); i >= 0 {
		return fmt.Errorf("unsafe rune at byte %d: %q", i, line)
	}
	return nil
}

// checkJSON checks that a line is one valid JSON object, safe to show, without
// a key twice in one object.
func checkJSON(line string) error {
	if err := checkLine(line); err != nil {
		return err
	}
	if !json.Valid([]byte(line)) {
		return fmt.Errorf("invalid JSON: %q", line)
	}
	d := json.NewDecoder(strings.NewReader(line))
	d.UseNumber()
	if err := checkValue(d, 0); err != nil {
		return fmt.Errorf("%w: %q", err, line)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("more than one value: %q", line)
	}
	return nil
}

func checkValue(d *json.Decoder, depth int) error {
	tok, err := d.Token()
	if err != nil {
		return err
	}
	delim, ok := tok.(json.Delim)
	if !ok {
		return nil
	}
	keys := make(map[string]bool)
	for d.More() {
		if delim == '{' {
			key, err := d.Token()
			if err != nil {
				return err
			}
			if keys[key.(string)] {
				return fmt.Errorf("key %q twice", key)
			}
			keys[key.(string)] = true
		}
		if err := checkValue(d, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// decodeJSON decodes a line after it has been checked.
func decodeJSON(t testing.TB, line string) (m map[string]any) {
	t.Helper()
	if err := checkJSON(line); err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader([]byte(line)))
	d.UseNumber()
	if err := d.Decode(&m); err != nil {
		t.Fatal(err)
	}
	return m
}

// panicker is a value all of whose methods panic.
type panicker struct{}

func (panicker) String() string               { panic("String panicked") }
func (panicker) LogValue() slog.Value         { panic("LogValue panicked") }
func (panicker) MarshalJSON() ([]byte, error) { panic("MarshalJSON panicked") }

type stringPanicker struct{}

func (stringPanicker) String() string { panic("String panicked") }

type errorPanicker struct{}

func (errorPanicker) Error() string { panic("Error panicked") }

type valuerFunc func() slog.Value

func (f valuerFunc) LogValue() slog.Value { return f() }

// newLevelVar returns a variable that holds the level.
func newLevelVar(l logbook.Level) *logbook.LevelVar {
	v := new(logbook.LevelVar)
	v.Set(l)
	return v
}

func withSource(o *logbook.JSONOptions) *logbook.JSONOptions {
	o.Source = true
	return o
}
