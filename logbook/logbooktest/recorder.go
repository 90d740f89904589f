package logbooktest

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// Recorder is a handler that keeps records in the order in which it gets them, for
// inspection by a test. It handles all levels and passes no record on to the handlers
// below. It is safe for concurrent use.
type Recorder struct {
	options Options

	mu        sync.Mutex
	t         testing.TB // nil if there is no test or it has ended
	records   []*logbook.Record
	formatted []string                     // lines of records[:len(formatted)]
	expected  map[*logbook.Record]struct{} // records found by Has
	allowed   []Probe
}

// Record returns a recorder that is bound to the calling goroutine until the test ends.
// Call it on the goroutine of the test.
func Record(t testing.TB) *Recorder {
	t.Helper()
	return RecordWith(t, nil)
}

// NewRecorder returns an unbound recorder. Push it like any other handler.
func NewRecorder() *Recorder { return new(Recorder) }

// Context returns a context to which the recorder is bound, for code that logs on other
// goroutines. A record that reaches the recorder through both the goroutine and the
// context is kept once. The binding ends with the test; without a test it does not end.
func (h *Recorder) Context(ctx context.Context) context.Context {
	h.mu.Lock()
	t := h.t
	h.mu.Unlock()
	if t == nil {
		return logbook.Bind(ctx, h)
	}
	ctx, undo := logbook.BindScope(ctx, h)
	t.Cleanup(undo)
	return ctx
}

// Binding implements [logbook.Bindable].
func (h *Recorder) Binding() logbook.Binding { return logbook.Binding{Quiet: h} }

// Handle keeps the record.
func (h *Recorder) Handle(r *logbook.Record) error {
	r = r.Retain()
	var line string
	if h.options.Echo {
		line = describe(r) + "\n"
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.records = append(h.records, r)
	if line == "" || h.t == nil {
		return nil
	}
	_, err := h.t.Output().Write([]byte(line))
	return err
}

// Records returns the records so far. They are retained: they may be kept but not
// modified.
func (h *Recorder) Records() []*logbook.Record {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.records)
}

// Len returns the number of records so far.
func (h *Recorder) Len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.records)
}

// Formatted returns each record as text, such as "[WARNING] bank: negative amount -5
// account=7", with the attributes that its message does not name. It is one line; the
// traceback of an error follows on lines that begin with "  | ". Each record is formatted
// once.
func (h *Recorder) Formatted() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.records[len(h.formatted):] {
		h.formatted = append(h.formatted, format(lineFormatter, r))
	}
	return slices.Clone(h.formatted)
}

// Has reports whether there is a record of exactly this level that matches all probes.
func (h *Recorder) Has(level logbook.Level, ps ...Probe) bool {
	wanted := all(level, ps)
	var found []*logbook.Record
	for _, r := range h.Records() {
		if wanted(r) {
			found = append(found, r)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range found {
		if h.expected == nil {
			h.expected = make(map[*logbook.Record]struct{})
		}
		h.expected[r] = struct{}{}
	}
	return len(found) > 0
}

// Reset removes all records. Unexpected ones fail the test now, according to FailOn of
// [Options].
func (h *Recorder) Reset() {
	h.mu.Lock()
	t := h.t
	h.mu.Unlock()
	if t != nil {
		t.Helper()
	}
	h.failUnexpected(t)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.records, h.formatted, h.expected = nil, nil, nil
}

// String returns all records, one per line, with their sources and the attributes that
// their messages do not show. t.Error(recorder) prints it.
func (h *Recorder) String() string {
	records := h.Records()
	var b strings.Builder
	b.WriteString(strconv.Itoa(len(records)))
	if len(records) == 1 {
		b.WriteString(" record")
	} else {
		b.WriteString(" records")
	}
	for _, r := range records {
		b.WriteByte('\n')
		b.WriteString(describe(r))
	}
	return b.String()
}

var lineFormatter = logbook.MustFormat("[{record.level_name}] {record.channel}: {record.message}{record.attrs}")

// describe returns the source, level, channel, message and attributes of a record for
// people.
func describe(r *logbook.Record) string {
	text := format(lineFormatter, r)
	if s := r.Source(); s.File != "" {
		text = filepath.Base(s.File) + ":" + strconv.Itoa(s.Line) + ": " + text
	}
	return text
}

func format(f logbook.Formatter, r *logbook.Record) string {
	b, err := f.AppendFormat(nil, r)
	if err != nil {
		return "!ERROR: " + err.Error()
	}
	return string(b)
}

// hasText reports whether a record of the level has exactly this message and matches all
// probes.
func (h *Recorder) hasText(level logbook.Level, text string, ps []Probe) bool {
	return h.Has(level, append([]Probe{Message(text)}, ps...)...)
}
