package logbooktest

import (
	"context"
	"fmt"
	"runtime/debug"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// patience is how long a check may take before the handler counts as hung.
const patience = 30 * time.Second

// TestHandler checks that a handler keeps the contract of [logbook.Handler], and
// of [logbook.BatchHandler], [logbook.Flusher], [logbook.Closer] and
// [logbook.Unbinder] where it implements them. Each check is a subtest on a handler
// of its own, which newHandler makes and the check closes; its sink should be one
// that the test can do without. A handler gets some hundred records, one of them of
// several megabytes. It may fail with them: what is checked is how, not whether,
// so test on your own that the right things are written.
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
//	close       Close returns with a cancelled context, and closing is not the end of the world
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
	{"reentrant", "a record must be formatted before a lock is taken: its values' methods may log, too", checkReentrant},
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
	result := make(chan error, 1)
	go func() {
		err := fmt.Errorf("the check ended early: %w", context.Canceled) // if Goexit ends it
		defer func() { result <- err }()
		_, err = attempt(c.name, func() error { return c.run(h) })
		if err == nil {
			err = failed
		}
	}()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case err := <-result:
		return err
	case <-limit.C:
		return fmt.Errorf("did not return within %v", patience)
	}
}
