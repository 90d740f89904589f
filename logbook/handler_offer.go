package logbook

import (
	"errors"
	"slices"

	"github.com/logbook-go/logbook/internal/errchain"
	"github.com/logbook-go/logbook/internal/goroutine"
	"github.com/logbook-go/logbook/internal/panics"
)

// Offer hands a record to a handler as a stack does: level, Accept and filter decide,
// and a failure is reported through the error flag. It reports whether the handler took
// the record. Wrappers use it to call the handlers inside them.
func Offer(h Handler, r *Record) (handled bool) {
	d := delivery{record: r}
	handled = d.offer(h)
	if d.failures != nil {
		d.stack = stackOf(r.ctx)
		d.reportOffered()
	}
	return handled
}

// Deliver is like Offer, but returns the failure instead of reporting it, except for
// [ErrRecursion].
func Deliver(h Handler, r *Record) (handled bool, err error) {
	d := delivery{record: r}
	handled = d.offer(h)
	if d.failures == nil {
		return handled, nil
	}
	for i, e := range d.failures {
		if !errchain.Is(e.Err, ErrRecursion) {
			d.failures = slices.Delete(d.failures, i, i+1)
			err = e.Err
			break // there is at most one
		}
	}
	if len(d.failures) > 0 {
		d.stack = stackOf(r.ctx)
		d.reportOffered()
	}
	return handled, err
}

func (d *delivery) offer(h Handler) (handled bool) {
	b := h.Binding()
	e := compileHandler(boundItem{h, b, guardFor(h, b)}, nil)
	switch {
	case d.record.level < e.level, e.leveler != nil && !d.takesLevel(&e),
		e.accept != nil && !d.accepts(&e),
		e.filter != nil && !d.callPredicate(&e, e.filter):
		return false
	case e.blackhole:
		return true
	}
	return d.callHandler(&e)
}

// reportOffered reports the failures of a record that was offered by a handler. Within
// the logging call, a panic of the error function is kept in the record until all
// handlers have been served. On another goroutine than the one that logged, such a
// panic would end the program, so it is printed to stderr.
func (d *delivery) reportOffered() {
	r := d.record
	within := r.pooled && r.refs.Load() == 0
	away := !within && r.goroutine != 0 && r.goroutine != goroutine.ID()
	if within || away {
		defer func() {
			switch p := recover().(type) {
			case nil:
			case *HandlerError:
				if away {
					PrintErrors(p)
				} else if r.raised == nil {
					r.raised = p
				}
			default:
				if !away {
					panic(p)
				}
				PrintErrors(&HandlerError{Err: panics.Error(p), Source: &noSite.source})
			}
		}()
	}
	d.report()
}

// Handle calls the handler's Handle, without regard to its level, Accept and filter.
// Wrappers call the handlers inside them by Handle, [Deliver], [Offer] or
// [HandleBatch], which guard a handler against records that it logs itself: for such a
// record, Handle returns an error that wraps both [ErrRecursion] and [ErrPass].
func Handle(h Handler, r *Record) error {
	running := enter(handlerKey(h))
	if running == nil {
		return errDeclined
	}
	defer running.leave()
	return h.Handle(r)
}

// HandleBatch hands several records to a handler: all at once if it is a
// [BatchHandler], otherwise one by one. Level, filter and Bubble are ignored. The
// errors are joined; a panic counts as an error.
func HandleBatch(h Handler, rs []*Record, why Reason) (err error) {
	// The handler did not cause these records, so it gets them even if it is running.
	defer enter(handlerKey(h)).leave()
	if b, ok := h.(BatchHandler); ok {
		defer func() {
			if p := recover(); p != nil {
				err = panics.Error(p)
			}
		}()
		return b.HandleBatch(rs, why)
	}
	var errs []error
	for _, r := range rs {
		if pass, err := handle(h, r); err != nil && !pass {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
