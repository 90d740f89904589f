package handlers

import (
	"context"
	"errors"
	"fmt"
	"github.com/logbook-go/logbook/internal/hold"
	"sync"

	"github.com/logbook-go/logbook/internal/errchain"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/logbook"
)

// Fallback passes each record to a first handler, and to a second one if the first
// returns an error or panics. Level, filter and bubble are those of the first, which also
// decides whether the Fallback is a console; the level and filter of the second are
// checked too. If the second does not take the record either, their errors are reported
// as one, and the record counts as dropped. A record that the first one passes on goes to
// the next handler on the stack.
//
// A failure of the first handler is not reported if the second one handles the record:
// watch [Fallback.Stats] and [Fallback.LastError]. For more than two handlers, let the
// second one be a Fallback.
//
// If the first handler handles batches, the records of a batch that it leaves unsent go
// to the second one. Otherwise the records are passed on one by one.
type Fallback struct {
	first, second logbook.Handler
	binding       logbook.Binding

	mu        sync.Mutex
	stats     logbook.Stats
	failures  uint64
	lastError string
}

// NewFallback returns a handler that uses second if first fails.
func NewFallback(first, second logbook.Handler) *Fallback {
	first, second = hold.Given(first), hold.Given(second)
	f := &Fallback{first: first, second: second, binding: first.Binding()}
	f.binding.NoCaller = noCaller([]logbook.Handler{first, second})
	f.binding.Quiet = f
	return f
}

// Binding implements [logbook.Bindable].
func (f *Fallback) Binding() logbook.Binding { return f.binding }

// Handle passes the record to the first handler, or to the second one.
func (f *Fallback) Handle(r *logbook.Record) error {
	handled, failure := f.handleFirst(r)
	switch {
	case failure != nil:
		return f.handleSecond(failure, r)
	case !handled:
		return logbook.ErrPass
	}
	f.count(1)
	return nil
}

// handleFirst passes the record to the first handler without checking its level and
// filter: the dispatch has done that. A panic is returned as an error.
func (f *Fallback) handleFirst(r *logbook.Record) (handled bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			handled, err = true, panics.Error(p)
		}
	}()
	err = logbook.Handle(f.first, r)
	if err != nil && errchain.Is(err, logbook.ErrPass) {
		return false, nil
	}
	return true, err
}

// handleSecond passes a record that the first handler failed to handle to the second one.
func (f *Fallback) handleSecond(failure error, r *logbook.Record) error {
	taken, err := logbook.Deliver(f.second, r)
	lost := 0
	if !taken || err != nil {
		lost = 1
	}
	return f.finish(failure, err, 1, lost, 0)
}

// finish counts records that the first handler failed to handle, of which some are lost
// or left to the caller. It returns the error to report.
func (f *Fallback) finish(failure, second error, records, lost, left int) error {
	text := fmt.Sprint(failure) // fmt recovers a panic of Error
	f.mu.Lock()
	f.stats.Handled += uint64(records - lost - left)
	f.stats.Dropped += uint64(lost)
	f.failures += uint64(records)
	f.lastError = text
	f.mu.Unlock()
	if second == nil && lost == 0 {
		return nil
	}
	var errs joined
	errs.add(f.first, failure)
	errs.add(f.second, second)
	if err := hold.WithUnsent(0, errs.err()); left == 0 {
		return err
	}
	return &logbook.UnsentError{Records: left, Err: errs.err()}
}

func (f *Fallback) count(handled int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stats.Handled += uint64(handled)
}

// HandleBatch passes the records to the first handler, and those that it leaves unsent to
// the second one. Records that the second one leaves unsent are left to the caller.
func (f *Fallback) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	if _, ok := f.first.(logbook.BatchHandler); !ok {
		var errs []error
		for _, r := range rs {
			if err := f.Handle(r); err != nil && err != logbook.ErrPass {
				errs = append(errs, err)
			}
		}
		return errors.Join(errs...)
	}
	n, failure := hold.HandOver(f.first, rs, why)
	f.count(len(rs) - n)
	if n == 0 {
		return failure
	}
	left, err := hold.HandOver(f.second, rs[len(rs)-n:], why)
	return f.finish(failure, err, n, 0, left)
}

// Stats returns the counts so far. Handled are the records that one of the handlers took,
// Dropped those that neither did. The counter "failures" is the number of records that
// the first handler failed to handle.
func (f *Fallback) Stats() logbook.Stats {
	f.mu.Lock()
	defer f.mu.Unlock()
	stats := f.stats
	stats.Counters = []logbook.Counter{{Name: "failures", Value: f.failures}}
	return stats
}

// LastError returns the text of the first handler's last failure, "" if there was none.
func (f *Fallback) LastError() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lastError
}

// Unwrap returns both handlers.
func (f *Fallback) Unwrap() []logbook.Handler { return []logbook.Handler{f.first, f.second} }

// Flush flushes both handlers.
func (f *Fallback) Flush(ctx context.Context) error { return logbook.Flush(ctx, f.first, f.second) }

// Close closes both handlers.
func (f *Fallback) Close(ctx context.Context) error { return logbook.Close(ctx, f.first, f.second) }

// Unbound calls Unbound of both handlers.
func (f *Fallback) Unbound() { unboundAll([]logbook.Handler{f.first, f.second}) }
