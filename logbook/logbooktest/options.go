package logbooktest

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// Options change what a recorder does. nil and the zero value give that of
// [Record].
type Options struct {
	// Echo prints each record into the output of the test, with its attributes
	// and the place that logged it.
	Echo bool

	// FailOn fails the test when it ends with a record of this level or above
	// that it did not expect, and shows the record. A record is expected if
	// [Recorder.Has] or one of its short forms was true of it, whenever that
	// was, or if [Recorder.Allow] covers it. nil: never.
	FailOn slog.Leveler
}

// RecordWith is [Record] with options.
func RecordWith(t testing.TB, o *Options) *Recorder {
	t.Helper()
	h := &Recorder{t: t}
	if o != nil {
		h.options = *o
	}
	undo := logbook.PushGoroutine(h)
	t.Cleanup(func() {
		t.Helper()
		undo()
		h.failUnexpected(t)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.t = nil
	})
	return h
}

// Allow declares records of a level that answer all probes as expected, those
// that are there and those to come. Nothing happens if there are none; ask
// [Recorder.Has] for what must be there.
func (h *Recorder) Allow(level logbook.Level, ps ...Probe) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.allowed = append(h.allowed, all(level, ps))
}

func (h *Recorder) failUnexpected(t testing.TB) {
	if t == nil || h.options.FailOn == nil {
		return
	}
	t.Helper()
	var lines []string
	for _, r := range h.unasked() {
		lines = append(lines, describe(r))
	}
	if len(lines) > 0 {
		t.Errorf("logged, but not asked for or allowed:\n%s", strings.Join(lines, "\n"))
	}
}

// unasked returns the records from FailOn up that were not expected.
func (h *Recorder) unasked() []*logbook.Record {
	h.mu.Lock()
	var rest []*logbook.Record
	for _, r := range h.records {
		if _, asked := h.asked[r]; !asked && r.Level() >= logbook.LevelOf(h.options.FailOn) {
			rest = append(rest, r)
		}
	}
	allowed := h.allowed
	h.mu.Unlock()

	// Probes are the test's own code, so they run outside of the lock.
	var out []*logbook.Record
	for _, r := range rest {
		if !anyOf(allowed, r) {
			out = append(out, r)
		}
	}
	return out
}
