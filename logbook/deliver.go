package logbook

import (
	"errors"
	"runtime"

	"github.com/logbook-go/logbook/internal/clock"
)

// deliver hands a record to those who are to see it, and gives it back to the
// pool. skip is the number of functions between deliver and the code that
// logged, or noCaller.
func deliver(stack *snapshot, r *Record, skip int) {
	d := delivery{stack: stack, record: r}
	if r.logger != nil {
		if s := r.logger.core.settings.Load(); s.special {
			d.own = s
		}
	}
	if d.own == nil && stack.sole {
		// offerAll, but without its questions
		if !r.timed {
			r.time, r.timed = clock.Now(), true
		}
		r.sealed, d.prepared = true, true
		if !d.hand(&stack.handlers[0]) {
			d.offerAll(stack.handlers[1:], skip)
		}
	} else if d.own == nil || !d.offerAll(d.own.handlers, skip) {
		d.offerAll(stack.handlers, skip)
	}
	if d.late != nil {
		d.failures = append(d.failures, d.late...)
	}
	if r.failure != nil {
		d.failed(nil, r.failure)
		r.failure = nil
	}
	if d.failures != nil {
		if d.needsCaller(skip) {
			if d.record.caller == nil {
				runtime.Callers(skip+2, d.record.pcs[:])
				d.record.caller = siteOf(d.record.pcs[0])
			}
			d.record.pc = d.record.caller.pc
		}
		d.report()
	}
	raised := r.raised
	// Unless somebody retained the record, it is free.
	if r.pooled && (r.refs.Load() == 0 || r.refs.Add(-1) == 0) {
		recycle(r)
	}
	if raised != nil {
		panic(raised)
	}
}

// needsCaller reports whether the caller is still to be looked up. A record that
// a handler retained may be read elsewhere by now: a copy of it goes on.
func (d *delivery) needsCaller(skip int) bool {
	if d.record.pc != 0 || skip == noCaller || !d.stack.caller {
		return false
	}
	if d.record.refs.Load() != 0 {
		d.record = d.record.Clone()
		d.record.sealed = true
	}
	return true
}

// delivery is the state of one record's way through the handlers.
type delivery struct {
	stack    *snapshot
	record   *Record
	own      *settings // of the logger, if they are special
	prepared bool
	failures []*HandlerError
	late     []*HandlerError // of handlers that were taken off, unless another has the record
}

// offerAll offers the record to handlers in order, and reports whether it is to
// go no further.
func (d *delivery) offerAll(handlers []handlerEntry, skip int) (stop bool) {
	r := d.record
	for i := range handlers {
		e := &handlers[i]
		if r.level < e.level || e.leveler != nil && !e.takes(r.level) {
			continue
		}
		if e.accept != nil && !d.ask(e, e.accept) {
			continue
		}
		if e.blackhole && e.filter == nil {
			return true
		}
		if r.pc == 0 && !e.noCaller && d.needsCaller(skip) {
			r = d.record
			if r.caller == nil {
				runtime.Callers(skip+3, r.pcs[:])
				r.caller = siteOf(r.pcs[0])
			}
			r.pc = r.caller.pc
		}
		if !d.prepared {
			d.prepared = true
			if !r.timed {
				r.time, r.timed = clock.Now(), true
			}
			if len(d.stack.processors) > 0 || d.own != nil {
				d.processAll()
			}
			r.sealed = true
		}
		if e.filter != nil && !d.ask(e, e.filter) {
			continue
		}
		if e.blackhole {
			return true
		}
		if d.hand(e) && !e.bubble {
			return true
		}
	}
	return false
}

// processAll calls the processors: the group's, the bound ones, the logger's.
func (d *delivery) processAll() {
	if d.own != nil && d.own.group != nil {
		if p := d.own.group.state.Load().processor; p != nil {
			d.process(p)
		}
	}
	for _, p := range d.stack.processors {
		switch v := p.(type) {
		case fixedAttrs:
			d.record.extra = append(d.record.extra, v.attrs...)
		case Processor:
			d.process(v)
		}
	}
	if d.own != nil && d.own.processor != nil {
		d.process(d.own.processor)
	}
}

func (d *delivery) process(p Processor) {
	defer func() {
		if v := recover(); v != nil {
			d.failed(nil, panicked(v))
		}
	}()
	p(d.record)
}

// ask calls an Accept or Filter; one that panics declines.
func (d *delivery) ask(e *handlerEntry, fn func(*Record) bool) (yes bool) {
	defer func() {
		if v := recover(); v != nil {
			d.failed(e.handler, panicked(v))
		}
	}()
	return fn(d.record)
}

// hand has a handler handle the record, and reports whether it took it.
func (d *delivery) hand(e *handlerEntry) (taken bool) {
	pass, err := handle(e.handler, d.record)
	if (err != nil || e.unbinder != nil) && e.over() {
		d.unbound(e)
		if err != nil && !pass { // it may be closed by now
			d.late = append(d.late, &HandlerError{Handler: e.handler, Err: err})
			return false
		}
	}
	if pass {
		return false
	}
	if err != nil {
		d.failed(e.handler, err)
	}
	d.late = nil
	return true
}

// unbound calls Unbound again: the record came after the first call.
func (d *delivery) unbound(e *handlerEntry) {
	if e.unbinder == nil {
		return
	}
	if err := callUnbound(e.unbinder); err != nil {
		d.failed(e.handler, err)
	}
}

// handle calls a handler, and reports whether it passed the record on; one that
// panics has failed, and so has one whose error panics when it is looked at.
func handle(h Handler, r *Record) (pass bool, err error) {
	returned := false
	defer func() {
		if returned {
			return // recover is a call
		}
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	if err = h.Handle(r); err != nil {
		pass = err == ErrPass || errors.Is(err, ErrPass)
	}
	returned = true
	return pass, err
}

func (d *delivery) failed(h Handler, err error) {
	d.failures = append(d.failures, &HandlerError{Handler: h, Err: err})
}

// report hands the failures to the error flag. It is called outside of any
// recover, so that a flag may panic.
func (d *delivery) report() {
	r := d.record
	for _, e := range d.failures {
		e.Level, e.Channel, e.Message, e.Source = r.level, r.channel, r.Message(), r.Source()
	}
	for _, e := range d.failures {
		d.stack.onError(e)
	}
}
