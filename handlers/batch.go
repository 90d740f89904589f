package handlers

import (
	"context"
	"errors"

	"github.com/logbook-go/logbook/internal/errchain"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/logbook"
)

// lines are the lines of several records.
type lines struct {
	text []byte
	ends []int // of each line, in text
	of   []int // the index of the record of each line
}

// formatAll formats the records one after the other. A record that cannot be formatted
// does not affect the others.
func formatAll(o *logbook.Options, rs []*logbook.Record) (ls lines, err error) {
	var errs []error
	for i, r := range rs {
		err := panics.Call(func() error {
			return o.WriteLine(r, func(line []byte) error {
				ls.text = append(ls.text, line...)
				ls.ends, ls.of = append(ls.ends, len(ls.text)), append(ls.of, i)
				return nil
			})
		})
		if err != nil {
			errs = append(errs, err)
		}
	}
	return ls, errors.Join(errs...)
}

// settle returns how many of n records are dropped, since they could not be formatted,
// and how many are left to the caller, given the number of written lines.
func (ls *lines) settle(n, written int) (dropped, left int) {
	if written < len(ls.of) {
		left = n - ls.of[written]
	}
	return n - written - left, left
}

// handOver passes records to a handler together, and returns how many of the last ones it
// left to the caller.
func handOver(h logbook.Handler, rs []*logbook.Record, why logbook.Reason) (left int, err error) {
	err = logbook.HandleBatch(h, rs, why)
	if u, ok := errchain.As[*logbook.UnsentError](err); ok {
		if left = max(0, min(u.Records, len(rs))); left != u.Records {
			err = withUnsent(left, err)
		}
	}
	return left, err
}

// offer is like handOver, but reports the error to the error flag, as one of the lead
// record.
func offer(inner logbook.Wrapper, rs []*logbook.Record, why logbook.Reason, lead *logbook.Record) *handover {
	h := &handover{inner, rs, why, len(rs), true} // unless Handle is called
	logbook.Offer(h, lead)
	return h
}

// handover stands for the inner handler with the records of a batch, so that
// [logbook.Offer] reports their failure as one.
type handover struct {
	logbook.Wrapper
	records []*logbook.Record
	why     logbook.Reason
	left    int // records left by the inner handler
	failed  bool
}

func (h *handover) Binding() logbook.Binding { return logbook.Binding{Quiet: h} }

func (h *handover) Handle(*logbook.Record) (err error) {
	h.left, err = handOver(h.Wrapper.Handler, h.records, h.why)
	h.failed = err != nil
	return err
}

// unlessEnded calls fn, which hands over n records, unless the context has ended.
func unlessEnded(ctx context.Context, n int, fn func() error) error {
	if err := ctx.Err(); err != nil && n > 0 {
		return &logbook.UnsentError{Records: n, Err: err}
	}
	return fn()
}

// withUnsent returns the error of a batch with n unsent records in place of its own
// number.
func withUnsent(n int, err error) error {
	if u, ok := err.(*logbook.UnsentError); ok {
		err = u.Err
	}
	switch {
	case n > 0:
		return &logbook.UnsentError{Records: n, Err: err}
	case err == nil:
		return nil
	}
	if _, ok := errchain.As[*logbook.UnsentError](err); !ok {
		return err
	}
	return lostError{err}
}

// lostError is the error of records that an inner handler left to a caller that cannot
// try again: it hides the [*logbook.UnsentError].
type lostError struct{ err error }

func (e lostError) Error() string        { return e.err.Error() }
func (e lostError) Is(target error) bool { return errchain.Is(e.err, target) }

// As implements the method that [errors.As] looks for.
func (e lostError) As(target any) bool {
	_, unsent := target.(**logbook.UnsentError)
	return !unsent && errors.As(e.err, target)
}
