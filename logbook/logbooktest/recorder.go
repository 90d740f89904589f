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

// Recorder is a handler that keeps every record, in the order in which they
// come, and answers questions about them. It takes all levels and lets nothing
// through to the handlers below. It is safe for concurrent use.
type Recorder struct {
	options Options

	mu        sync.Mutex
	t         testing.TB // nil: there is no test, or it has ended
	records   []*logbook.Record
	formatted []string                     // of the first records, as many as were asked for
	asked     map[*logbook.Record]struct{} // a Has found them
	allowed   []Probe
}

// Record returns a recorder that is bound to the running goroutine until the
// test ends. Call it on the goroutine of the test.
func Record(t testing.TB) *Recorder {
	t.Helper()
	return RecordWith(t, nil)
}

// NewRecorder returns a recorder that is bound nowhere: push it like any other
// handler.
func NewRecorder() *Recorder { return new(Recorder) }

// Context returns a context to which the recorder is bound, for code that logs on
// other goroutines. A record that meets the recorder on both ways is kept once. The
// binding ends with the test; that of a recorder without a test has no end.
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

// Records returns the records so far. They are retained and may be kept, but
// not changed.
func (h *Recorder) Records() []*logbook.Record {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.records)
}

// lineFormatter is the format of Logbook's TestHandler.
var lineFormatter = newLineFormatter()

func newLineFormatter() *logbook.StringFormatter {
	f := logbook.MustFormat("[{record.level_name}] {record.channel}: {record.message}")
	f.Multiline = true
	f.Exception = func(b []byte, e *logbook.ErrorInfo) []byte {
		return append(append(b, '\n'), e.Traceback()...)
	}
	return f
}

// Formatted returns the records as text, such as "[WARNING] bank: negative
// amount -5". The traceback of an error follows on lines of its own. Each record
// is formatted once.
func (h *Recorder) Formatted() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.records[len(h.formatted):] {
		h.formatted = append(h.formatted, format(lineFormatter, r))
	}
	return slices.Clone(h.formatted)
}

// Has reports whether there is a record of exactly this level that answers all
// probes.
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
		if h.asked == nil {
			h.asked = make(map[*logbook.Record]struct{})
		}
		h.asked[r] = struct{}{}
	}
	return len(found) > 0
}

// Reset forgets all records. Those that [Options].FailOn is about fail the test
// now, unless something has asked for them.
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
	h.records, h.formatted, h.asked = nil, nil, nil
}

// String returns all records with the places that logged them and the attributes
// that their messages do not show, one on a line. It is what t.Error(recorder)
// prints.
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

var describeFormatter = logbook.MustFormat("[{record.level_name}] {record.channel}: {record.message}{record.attrs}")

// describe returns a record for people: where it was logged, and everything
// that it says.
func describe(r *logbook.Record) string {
	text := format(describeFormatter, r)
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

// hasText reports whether there is a record of the level with exactly this message that
// answers all probes.
func (h *Recorder) hasText(level logbook.Level, text string, ps []Probe) bool {
	return h.Has(level, append([]Probe{Message(text)}, ps...)...)
}
