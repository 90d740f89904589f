package logbooktest

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// Options configure a recorder. The zero value, like nil, gives the recorder of [Record].
type Options struct {
	// Echo prints each record to the output of the test, with its attributes and
	// source.
	Echo bool

	// FailOn makes the test fail at its end if there are unexpected records of this
	// level or above, and prints them. A record is expected if a call of
	// [Recorder.Has] or of one of its short forms found it, or if [Recorder.Allow]
	// covers it. If FailOn is nil, no record makes the test fail.
	FailOn slog.Leveler
}

// RecordWith is like [Record], with options.
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

// Allow declares past and future records of a level that match all probes as expected.
// It does not require that there are any; use [Recorder.Has] for that.
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
	for _, r := range h.unexpected() {
		lines = append(lines, describe(r))
	}
	if len(lines) > 0 {
		t.Errorf("unexpected records:\n%s", strings.Join(lines, "\n"))
	}
}

// unexpected returns the unexpected records of level FailOn or above.
func (h *Recorder) unexpected() []*logbook.Record {
	h.mu.Lock()
	var rest []*logbook.Record
	for _, r := range h.records {
		if _, expected := h.expected[r]; !expected && r.Level() >= logbook.LevelOf(h.options.FailOn) {
			rest = append(rest, r)
		}
	}
	allowed := h.allowed
	h.mu.Unlock()

	// Probes are code of the test, so they run without the lock.
	var out []*logbook.Record
	for _, r := range rest {
		if !anyOf(allowed, r) {
			out = append(out, r)
		}
	}
	return out
}
