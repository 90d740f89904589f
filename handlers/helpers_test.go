package handlers_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

var (
	log   = logbook.New("testlogger")
	plain = logbook.MustFormat("{record.level_name}:{record.channel}:{record.message}")
)

// raise makes a failure of fn's logging calls fail the test.
func raise(t *testing.T) logbook.Flags {
	return logbook.Flags{Errors: func(e *logbook.HandlerError) { t.Error(e) }}
}

// bound calls fn with the items bound to the goroutine, under a black hole and
// with failures failing the test.
func bound(t *testing.T, fn func(), items ...logbook.Bindable) {
	t.Helper()
	logbook.InGoroutine(fn, append([]logbook.Bindable{logbook.Null{}, raise(t)}, items...)...)
}

// failures calls fn with the items bound to the goroutine, and returns the
// failures of logging.
func failures(fn func(), items ...logbook.Bindable) (errs []error) {
	collect := logbook.Flags{Errors: func(e *logbook.HandlerError) { errs = append(errs, e) }}
	logbook.InGoroutine(fn, append([]logbook.Bindable{logbook.Null{}, collect}, items...)...)
	return errs
}

// refused reports whether a constructor refused an option.
func refused(err error) bool {
	var e *logbook.OptionError
	return errors.As(err, &e)
}

// leaves returns a handler that leaves n records of each batch to the caller.
func leaves(n int, why error) *sink {
	return failsWith(&logbook.UnsentError{Records: n, Err: why})
}

// elsewhere calls fn on another goroutine with the same bindings.
func elsewhere(fn func()) {
	done := make(chan struct{})
	logbook.Go(func() { defer close(done); fn() })
	<-done
}

// declined checks that the only failure is that of a record that a handler made itself.
func declined(t *testing.T, errs []error, message string) {
	t.Helper()
	var e *logbook.HandlerError
	if len(errs) != 1 || !errors.As(errs[0], &e) || !errors.Is(e, logbook.ErrRecursion) || e.Message != message {
		t.Errorf("reported %v, want that %q was declined", errs, message)
	}
}

// logFields logs on the path without allocations.
func logFields() {
	log.LogAttrs(context.Background(), logbook.LevelInfo, "served",
		slog.String("path", "/index.html"), slog.Int("status", 200), slog.Bool("cached", true))
}

// sink records the messages that it gets, one by one or as batches.
type sink struct {
	logbook.Options
	mu    sync.Mutex
	calls []string        // "a" for a record, "escalation[a b]" for a batch
	on    func()          // called by each Handle and HandleBatch
	err   func() error    // their result; nil: no error
	noted []logbook.Level // levels of all records
}

func (s *sink) Handle(r *logbook.Record) error {
	return s.note(r.Message(), r)
}

func (s *sink) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	var texts []string
	for _, r := range rs {
		texts = append(texts, r.Message())
	}
	return s.note(string(why)+"["+strings.Join(texts, " ")+"]", rs...)
}

func (s *sink) note(call string, rs ...*logbook.Record) error {
	s.mu.Lock()
	s.calls = append(s.calls, call)
	for _, r := range rs {
		s.noted = append(s.noted, r.Level())
	}
	s.mu.Unlock()
	if s.on != nil {
		s.on()
	}
	if s.err != nil {
		return s.err()
	}
	return nil
}

func (s *sink) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

func (s *sink) expect(t *testing.T, want ...string) {
	t.Helper()
	if got := s.got(); !slices.Equal(got, want) {
		t.Errorf("the handler inside got %q, want %q", got, want)
	}
}

// ask returns an argument whose String calls fn once.
type ask struct{ fn func() }

func (a *ask) String() string {
	if fn := a.fn; fn != nil {
		a.fn = nil
		fn()
	}
	return "asked"
}
