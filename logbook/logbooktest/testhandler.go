package logbooktest

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// patience is how long a check may take before the handler counts as hung: long enough
// for a slow sink on a very busy machine.
const patience = 4 * time.Minute

// TestHandler checks that a handler keeps the contract of [logbook.Handler], and
// of [logbook.BatchHandler], [logbook.Flusher], [logbook.Closer] and
// [logbook.Unbinder] if it implements them. Each check is a subtest with a new handler
// from newHandler, which it closes. The check handles some hundred records, a few of
// them megabytes long. The handler may fail to write them: the checks concern its
// behavior, not its output.
//
// Run it with the race detector or the build tag logbook_poison; without them, it does
// not notice a handler that keeps a record or a part of one without retaining it.
//
// The checks use the options that newHandler sets, so also test a handler with a level
// and a filter, and a wrapper around a handler that returns [logbook.ErrPass].
//
//	binding     Binding always returns the same value
//	options     embedded Options are obeyed
//	content     no content of a record makes Handle panic
//	unchanged   Handle does not modify the record
//	kept        no part of a record is used after Handle has returned
//	released    Handle releases only records that it retained
//	concurrent  Handle may be called by many goroutines concurrently
//	reentrant   a value that logs while it is formatted causes no deadlock
//	context     a canceled context of a record makes no difference
//	errors      ErrPass can be recognized, and no error is a nil pointer
//	batch       HandleBatch accepts any number of records and does not modify the slice
//	flush       Flush returns if its context is canceled, and works twice
//	close       Close returns if its context is canceled, works twice, and later calls do not panic;
//	            Handle returns nil or ErrClosed then
//	unbound     Unbound works twice, and the handler may be bound again
func TestHandler(t *testing.T, newHandler func() logbook.Handler) {
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			h := newHandler()
			if h == nil {
				t.Fatal("newHandler returned nil")
			}
			if err := c.try(h); err != nil {
				t.Errorf("%T: %v\n%s", h, err, c.contract)
			}
		})
	}
}

// check tests one clause of the contract. run returns the first violation.
type check struct {
	name     string
	contract string
	run      func(h logbook.Handler) error
}

var checks = []check{
	{"binding", "Binding must always return the same value, at any time and on any goroutine", checkBinding},
	{"options", "a handler that embeds logbook.Options must obey its Level, Filter and Bubble", checkOptions},
	{"content", "Handle must not panic, whatever the record contains; it may return an error", checkContent},
	{"unchanged", "Handle must not modify a record, since other handlers read it too; modify a Clone", checkUnchanged},
	{"kept", "a handler must not use a record after Handle has returned, except for the result of Retain", checkKept},
	{"released", "a handler must release only records that it retained, since other handlers use them too", checkReleased},
	{"concurrent", "Handle, Binding and Flush must be safe for concurrent use", checkConcurrent},
	{"reentrant", "a handler must format, read or retain a record before it takes a lock, since the methods of values may log", checkReentrant},
	{"context", "a handler must ignore the end of a record's context, or the errors of a canceled request are lost", checkContext},
	{"errors", "Handle must not return a nil pointer as an error, and must wrap ErrPass only with %w", checkErrors},
	{"batch", "HandleBatch must accept any number of records for any reason, keep none without Retain, and not modify the slice", checkBatch},
	{"flush", "Flush must return when its context ends, and may be called at any time", checkFlush},
	{"close", "Close must return when its context ends and may be called twice; later calls of Handle, Flush and Close must not panic, and an error of Handle must wrap ErrClosed", checkClose},
	{"unbound", "Unbound must not panic when called again; a handler may be bound again", checkUnbound},
}

// try runs the check and closes the handler, unless the handler hangs.
func (c check) try(h logbook.Handler) error {
	err := within(patience, c.name, func() error { return c.run(h) })
	if errors.Is(err, errHung) {
		return err
	}
	// Only the check "close" reports failures of Close.
	_ = within(patience, "Close", func() error { return closing(h) })
	return err
}

var errHung = errors.New("did not return")

// within calls fn on a new goroutine and returns its error. A panic, runtime.Goexit, or
// running longer than limit is an error, too.
func within(limit time.Duration, what string, fn func() error) error {
	result := make(chan error, 1)
	go func() {
		err := fmt.Errorf("%s: called runtime.Goexit", what)
		defer func() { result <- err }()
		failure, problem := attempt(what, fn)
		err = cmp.Or(problem, failure)
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case err := <-result:
		return err
	case <-timer.C:
		return fmt.Errorf("%w within %v", errHung, limit)
	}
}

// attempt calls fn and returns its result. If fn panics, problem describes the panic.
func attempt(what string, fn func() error) (result, problem error) {
	defer func() {
		if p := recover(); p != nil {
			problem = fmt.Errorf("%s panicked: %v%s", what, p, panicStack())
		}
	}()
	return fn(), nil
}

// panicStack returns the stack of the panic being recovered, down to attempt.
func panicStack() string {
	pcs := make([]uintptr, 100)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	var b strings.Builder
	for panicking := false; ; {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			panicking = true
		case strings.HasSuffix(f.Function, ".attempt") || !more:
			return b.String()
		case panicking && !strings.HasPrefix(f.Function, "runtime."):
			fmt.Fprintf(&b, "\n  %s:%d: %s", f.File, f.Line, f.Function)
		}
	}
}

// deliver calls fn with a logger whose records go to take, and returns the first error
// of take. Like a batch, it ignores level and filter of the handler.
func deliver(fn func(l *logbook.Logger), take func(r *logbook.Record) error) error {
	var mu sync.Mutex
	var first error
	sink := &taker{take: func(r *logbook.Record) error {
		if err := take(r); err != nil {
			mu.Lock()
			defer mu.Unlock()
			first = cmp.Or(first, err)
		}
		return nil
	}}
	logbook.InGoroutine(func() { fn(logbook.New("logbooktest")) }, logbook.Flags{Errors: logbook.SilentErrors}, sink)
	return first
}

// taker is a handler that also gets the records logged while it runs, which Quiet keeps
// from other handlers.
type taker struct{ take func(*logbook.Record) error }

func (t *taker) Binding() logbook.Binding       { return logbook.Binding{Quiet: t} }
func (t *taker) Handle(r *logbook.Record) error { return t.take(r) }

// handle calls the handler's Handle.
func handle(h logbook.Handler, r *logbook.Record) (result, problem error) {
	return attempt("Handle", func() error { return h.Handle(r) })
}

// survives returns a function for [deliver] that fails if Handle panics. Errors of
// Handle are ignored.
func survives(h logbook.Handler) func(r *logbook.Record) error {
	return func(r *logbook.Record) error {
		_, problem := handle(h, r)
		return problem
	}
}
