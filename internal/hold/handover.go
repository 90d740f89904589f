package hold

import (
	"errors"

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

// Offer is like [HandOver], but reports the error to the error flag, as one of the lead
// record, and whether there was one.
func Offer(inner logbook.Wrapper, rs []*logbook.Record, why logbook.Reason, lead *logbook.Record) (left int, failed bool) {
	h := &handover{inner, rs, why, len(rs), true} // unless Handle is called
	logbook.Offer(h, lead)
	return h.left, h.failed
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

func (h *handover) Unnamed() {} // failures name the inner handler

func (h *handover) Binding() logbook.Binding { return logbook.Binding{Quiet: h} }

func (h *handover) Handle(*logbook.Record) (err error) {
	h.left, err = HandOver(h.Wrapper.Handler, h.records, h.why)
	h.failed = err != nil
	return err
}

// WithUnsent returns the error of a batch with n unsent records in place of its own
// number.
func WithUnsent(n int, err error) error {
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
