package logbook

import (
	"errors"
	"runtime"
	"time"
)

// deliver hands a record to those who are to see it, and gives it back to the
// pool. skip is the number of functions between deliver and the code that
// logged, or noCaller.
func deliver(stack *snapshot, r *Record, skip int) {
	var d delivery
	d.stack, d.record = stack, r
	var own []handlerEntry
	if r.logger != nil {
		own = r.logger.core.settings.Load().handlers
	}
	if !d.offerAll(own, skip) {
		d.offerAll(stack.handlers, skip)
	}
	if r.failure != nil {
		d.failed(nil, r.failure)
		r.failure = nil
	}
	if d.failures != nil {
		if r.pc == 0 && stack.caller && skip != noCaller {
			runtime.Callers(skip+2, r.pcs[:])
			r.pc = r.pcs[0]
		}
		d.report()
	}
	finish(r)
}

// finish ends a delivery: unless somebody retained the record, it is free.
func finish(r *Record) {
	if r.pooled && (r.refs.Load() == 0 || r.refs.Add(-1) == 0) {
		recycle(r)
	}
}

// delivery is the state of one record's way through the handlers.
type delivery struct {
	stack    *snapshot
	record   *Record
	prepared bool
	failures []*HandlerError
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
		if !d.prepared {
			d.prepared = true
			if r.pc == 0 && !e.noCaller && d.stack.caller && skip != noCaller {
				runtime.Callers(skip+3, r.pcs[:])
				r.pc = r.pcs[0]
			}
			d.prepare()
		} else if r.pc == 0 && !e.noCaller && d.stack.caller && skip != noCaller {
			runtime.Callers(skip+3, r.pcs[:])
			r.pc = r.pcs[0]
		}
		if e.filter != nil && !d.ask(e, e.filter) {
			continue
		}
		if e.blackhole {
			return true
		}
		err := handle(e.handler, r)
		if err != nil {
			if err == ErrPass || errors.Is(err, ErrPass) {
				continue
			}
			d.failed(e.handler, err)
		}
		if !e.bubble {
			return true
		}
	}
	return false
}

// prepare completes the record: what is expensive, and what processors add.
func (d *delivery) prepare() {
	r := d.record
	if !r.timed {
		r.time, r.timed = time.Now(), true
	}
	var own *settings
	if r.logger != nil {
		own = r.logger.core.settings.Load()
		if own.group != nil {
			if p := own.group.state.Load().processor; p != nil {
				d.process(p)
			}
		}
	}
	for _, p := range d.stack.processors {
		switch v := p.(type) {
		case fixedAttrs:
			r.extra = append(r.extra, v.attrs...)
		case Processor:
			d.process(v)
		}
	}
	if own != nil && own.processor != nil {
		d.process(own.processor)
	}
	r.sealed = true
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

// handle calls a handler; one that panics has failed.
func handle(h Handler, r *Record) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	return h.Handle(r)
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
