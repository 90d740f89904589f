package logbook

import (
	"errors"
	"slices"

	"github.com/logbook-go/logbook/internal/errchain"
	"github.com/logbook-go/logbook/internal/goroutine"
	"github.com/logbook-go/logbook/internal/panics"
)

// Offer hands a record to a handler as the dispatch does: with its level, Accept
// and filter, and with its failure reported through the error flag. It reports
// whether the handler took the record. Handlers that stand before others are
// built on it.
func Offer(h Handler, r *Record) (handled bool) {
	d := delivery{record: r}
	handled = d.offer(h)
	if d.failures != nil {
		d.stack = stackOf(r.ctx)
		d.reportApart()
	}
	return handled
}

// Deliver is Offer for a handler that makes something of a failure itself: it returns
// what Offer reports, but for [ErrRecursion], which it reports.
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
			break // there is one at most
		}
	}
	if len(d.failures) > 0 {
		d.stack = stackOf(r.ctx)
		d.reportApart()
	}
	return handled, err
}

func (d *delivery) offer(h Handler) (handled bool) {
	b := h.Binding()
	e := compileHandler(boundItem{h, b, guardFor(h, b)}, nil)
	switch {
	case d.record.level < e.level, e.leveler != nil && !d.reaches(&e),
		e.accept != nil && !d.accepts(&e),
		e.filter != nil && !d.ask(&e, e.filter):
		return false
	case e.blackhole:
		return true
	}
	return d.hand(&e)
}

// reportApart reports failures that did not happen right below the logging call.
// Within the call, a failure that the flag raises waits until all handlers were
// served. On another goroutine than the one that logged, a flag that panics would
// end the program, so its panic becomes a line on stderr.
func (d *delivery) reportApart() {
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

// Handle has a handler handle a record, whatever its level, Accept and filter. Handlers
// that stand before others hand records on by it, or by [Deliver], [Offer] or
// [HandleBatch], so that what the handler inside logs meanwhile is not handed to it: then
// the error wraps both [ErrRecursion] and [ErrPass].
func Handle(h Handler, r *Record) error {
	running := enter(handlerKey(h))
	if running == nil {
		return errDeclined
	}
	defer running.leave()
	return h.Handle(r)
}

// HandleBatch hands several records to a handler at once: through its
// HandleBatch if it has one, else one by one. Level, filter and bubble are left
// aside. The errors are joined; a panic counts as an error.
func HandleBatch(h Handler, rs []*Record, why Reason) (err error) {
	// The records were made before, so the handler gets them even if it runs already.
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
