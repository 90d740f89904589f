package handlers

import (
	"errors"

	"github.com/logbook-go/logbook/internal/tally"
	"github.com/logbook-go/logbook/logbook"
)

// Raise returns an error for each record, for tests and for programs that must not ignore
// warnings. The error goes to the error flag; if that is [logbook.RaiseErrors], the
// logging call panics with a [*logbook.HandlerError] that wraps it, after all other
// handlers:
//
//	defer logbook.PushGoroutine(logbook.Flags{Errors: logbook.RaiseErrors}, handlers.NewRaise(nil, nil))()
//
// It corresponds to ExceptionHandler of Python's Logbook. It is safe for concurrent use.
type Raise struct {
	opts      logbook.Options
	makeError func(text string) error
	tally     tally.Tally
}

// NewRaise returns a handler that calls makeError with the text of each record, and fails
// with its result. nil is errors.New. If makeError returns nil, the record is handled, so
// it can be any callback. It must be safe for concurrent use.
func NewRaise(makeError func(text string) error, o *logbook.Options) *Raise {
	h := &Raise{makeError: makeError}
	if makeError == nil {
		h.makeError = errors.New
	}
	if o != nil {
		h.opts = *o
	}
	return h
}

// Binding implements [logbook.Bindable].
func (h *Raise) Binding() logbook.Binding {
	b := h.opts.LineBinding(h)
	b.Quiet = nil // makeError may log
	return b
}

// Handle returns the record as an error.
func (h *Raise) Handle(r *logbook.Record) error {
	var text []byte
	err := h.tally.Do(func() (err error) {
		text, err = h.opts.AppendFormat(nil, r)
		return err
	})
	if err != nil {
		return err
	}
	return h.makeError(string(text))
}

// Stats returns the counts so far. Dropped are the records that could not be formatted.
func (h *Raise) Stats() logbook.Stats { return h.tally.Stats() }
