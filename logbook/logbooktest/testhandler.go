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
// for a sink that is slow, on the busiest machine.
const patience = 4 * time.Minute

// TestHandler checks that a handler keeps the contract of [logbook.Handler], and
// of [logbook.BatchHandler], [logbook.Flusher], [logbook.Closer] and
// [logbook.Unbinder] where it implements them. Each check is a subtest on a handler
// of its own, which newHandler makes and the check closes; its sink should be one
// that can take some hundred records, among them some of megabytes. The handler may
// fail with them: what is checked is how it behaves, not what it writes.
//
// Run it with the race detector, or the build tag logbook_poison: only then is it
// seen that a handler keeps a record, or what belongs to one.
//
// Options are looked at as newHandler sets them, so give it a handler with a level
// and a filter too. Likewise test a wrapper around a handler that returns
// [logbook.ErrPass].
//
//	binding     Binding always gives the same answer
//	options     embedded Options are obeyed
//	content     no content of a record makes Handle panic
//	unchanged   Handle leaves the record as it is
//	kept        nothing of a record is used after Handle returned
//	released    Handle releases only what it retained
//	concurrent  Handle is called from many goroutines at once
//	reentrant   a value that logs when it is formatted hangs nothing
//	context     a cancelled context of a record changes nothing
//	errors      ErrPass stays what it is, and no error is a nil pointer
//	batch       HandleBatch takes any number of records and leaves the slice alone
//	flush       Flush returns with a cancelled context, and works twice
//	close       Close returns with a cancelled context, works twice, and nothing panics after it
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

// check is one clause of the contract. run returns what breaks it first.
type check struct {
	name     string
	contract string
	run      func(h logbook.Handler) error
}

var checks = []check{
	{"binding", "Binding must always return the same answer, at any time and on any goroutine", checkBinding},
	{"options", "a handler that embeds logbook.Options must not take what its Level or Filter declines, nor stop what its Bubble lets through", checkOptions},
	{"content", "Handle must not panic, whatever the record holds; an error says what is wrong", checkContent},
	{"unchanged", "Handle must not change a record: other handlers read it too; change a Clone", checkUnchanged},
	{"kept", "a handler must not use a record after Handle returned, unless it kept what Retain gave it", checkKept},
	{"released", "a handler must release only what it retained: a record belongs to others too", checkReleased},
	{"concurrent", "Handle, Binding and Flush must be safe for concurrent use", checkConcurrent},
	{"reentrant", "a record must be formatted, read or retained before a lock is taken: the methods of its values may log, too", checkReentrant},
	{"context", "the deadline of a record's context does not concern the handler: the errors of a cancelled request must not be lost", checkContext},
	{"errors", "Handle must return nil and not a nil pointer, and ErrPass wrapped with %w if at all", checkErrors},
	{"batch", "HandleBatch must take any number of records for any reason, keep none without Retain, and leave the slice as it is", checkBatch},
	{"flush", "Flush must return when its context ends, and may be called at any time", checkFlush},
	{"close", "Close must return when its context ends; closing twice does no harm, and what is handled, flushed or closed later may fail but not panic", checkClose},
	{"unbound", "Unbound must not panic when called again; a handler may be bound again", checkUnbound},
}

// try runs the check and closes the handler. A handler that hangs is left
// behind.
func (c check) try(h logbook.Handler) error {
	err := within(patience, c.name, func() error { return c.run(h) })
	if errors.Is(err, errHung) {
		return err
	}
	// What is wrong with closing is for the check of that name to find.
	_ = within(patience, "Close", func() error { return closing(h) })
	return err
}

var errHung = errors.New("did not return")

// within calls fn on a goroutine of its own, and returns its error or what else
// became of it.
func within(limit time.Duration, what string, fn func() error) error {
	result := make(chan error, 1)
	go func() {
		err := fmt.Errorf("%s: the goroutine was ended", what)
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

// attempt calls fn. A panic is a problem; what fn returns may be all right.
func attempt(what string, fn func() error) (result, problem error) {
	defer func() {
		if p := recover(); p != nil {
			problem = fmt.Errorf("%s panicked: %v%s", what, p, panicStack())
		}
	}()
	return fn(), nil
}

// panicStack returns where the panic that is being recovered came from, back to
// attempt.
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

// deliver calls fn with a logger whose records go to take, and returns the first
// error of take. Level and filter of the handler are left aside, as batches do.
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

// taker is a handler that is not kept from records that its own code makes: they are
// what a handler has to stand.
type taker struct{ take func(*logbook.Record) error }

func (t *taker) Binding() logbook.Binding       { return logbook.Binding{Quiet: t} }
func (t *taker) Handle(r *logbook.Record) error { return t.take(r) }

// handle calls the handler's Handle.
func handle(h logbook.Handler, r *logbook.Record) (result, problem error) {
	return attempt("Handle", func() error { return h.Handle(r) })
}

// survives is for [deliver]: the handler may fail, but not panic.
func survives(h logbook.Handler) func(r *logbook.Record) error {
	return func(r *logbook.Record) error {
		_, problem := handle(h, r)
		return problem
	}
}
