package hold

import (
	"errors"
	"time"

	"github.com/logbook-go/logbook/internal/errchain"
	"github.com/logbook-go/logbook/logbook"
)

// HandOver passes records to a handler together, and returns how many of the last ones it
// left to the caller.
func HandOver(h logbook.Handler, rs []*logbook.Record, why logbook.Reason) (left int, err error) {
	err = logbook.HandleBatch(h, rs, why)
	if u, ok := errchain.As[*logbook.UnsentError](err); ok {
		if left = max(0, min(u.Records, len(rs))); left != u.Records {
			err = WithUnsent(left, err)
		}
	}
	return left, err
}

// Offer is like [HandOver], but also reports the error to the error flag, as one of the lead
// record.
func Offer(inner logbook.Wrapper, rs []*logbook.Record, why logbook.Reason, lead *logbook.Record) (left int, err error) {
	h := &handover{inner, rs, why, len(rs), logbook.ErrRecursion} // unless Handle is called
	logbook.Offer(h, lead)
	return h.left, h.err
}

// handover stands for the inner handler with the records of a batch, so that
// [logbook.Offer] reports their failure as one.
type handover struct {
	logbook.Wrapper
	records []*logbook.Record
	why     logbook.Reason
	left    int // records left by the inner handler
	err     error
}

func (h *handover) Unnamed() {} // failures name the inner handler

func (h *handover) Binding() logbook.Binding { return logbook.Binding{Quiet: h} }

func (h *handover) Handle(*logbook.Record) error {
	h.left, h.err = HandOver(h.Wrapper.Handler, h.records, h.why)
	return h.err
}

// WithUnsent returns the error of a batch with n unsent records in place of its own
// number.
func WithUnsent(n int, err error) error {
	var retry time.Time
	if u, ok := err.(*logbook.UnsentError); ok {
		err, retry = u.Err, u.Retry
	}
	switch {
	case n > 0:
		return &logbook.UnsentError{Records: n, Err: err, Retry: retry}
	case err == nil:
		return nil
	}
	if _, ok := errchain.As[*logbook.UnsentError](err); !ok {
		return err
	}
	return Lost(err)
}

// Lost returns the error of records that an inner handler left to a caller that cannot try
// again: it hides the [*logbook.UnsentError].
func Lost(err error) error { return lostError{err} }

// lostError is the error of [Lost].
type lostError struct{ err error }

func (e lostError) Error() string        { return e.err.Error() }
func (e lostError) Is(target error) bool { return errchain.Is(e.err, target) }

// As implements the method that [errors.As] looks for.
func (e lostError) As(target any) bool {
	_, unsent := target.(**logbook.UnsentError)
	return !unsent && errors.As(e.err, target)
}
