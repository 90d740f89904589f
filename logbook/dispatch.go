package logbook

import (
	"context"
	"reflect"
	"runtime"

	"github.com/logbook-go/logbook/internal/clock"
	"github.com/logbook-go/logbook/internal/errchain"
	"github.com/logbook-go/logbook/internal/panics"
)

// Numbers of functions between deliver and the code that logged: what the
// exported call adds, and the unexported one that it calls.
const (
	callerSkip = 2
	noCaller   = -1
)

// Dispatch hands a record that was made by [NewRecord] or [Record.Clone] to the
// handlers that a call with this context would meet. It is delivered as it is,
// but for what processors add. A zero time is set to now.
func Dispatch(ctx context.Context, r *Record) {
	r.alive()
	if r.pooled || r.sealed {
		r = r.Clone()
	}
	if r.ctx == nil {
		r.ctx = ctx
	}
	stack := stackOf(ctx)
	if r.logger != nil {
		if !r.logger.core.wants(stack, r.level) {
			return
		}
	} else if !stack.wants(r.level) {
		return
	}
	deliver(stack, r, noCaller)
}

// deliver hands a record to those who are to see it, and gives it back to the
// pool. skip is the number of functions between deliver and the code that
// logged, or noCaller. It reports whether a handler took the record, be it that it
// failed.
func deliver(stack *compiledStack, r *Record, skip int) (taken bool) {
	var own *settings
	if r.logger != nil {
		if s := r.logger.core.settings.Load(); s.needsLookup {
			own = s
		}
	}
	if own != nil || !stack.direct {
		d := delivery{stack: stack, record: r, settings: own}
		if own == nil || !d.offerAll(own.handlers, skip) {
			d.offerAll(stack.handlers, skip)
		}
		return d.end(skip)
	}
	// This is what offerAll does, without its questions, and without a delivery while
	// all goes well.
	if !r.timed {
		r.time, r.timed = clock.Now(), true
	}
	r.sealed = true
	e := &stack.handlers[0]
	pass, err := handle(e.handler, r)
	if err != nil || e.unbinder != nil || r.failure != nil || r.raised != nil {
		d := delivery{stack: stack, record: r, processed: true}
		if !d.handed(e, pass, err) {
			d.offerAll(stack.handlers[1:], skip)
		}
		return d.end(skip)
	}
	if r.pooled {
		r.endCall()
	}
	return true
}

// end reports what failed and gives the record back. It is called by deliver.
func (d *delivery) end(skip int) (taken bool) {
	r := d.record
	if d.late != nil {
		d.failures = append(d.failures, d.late...)
	}
	if r.failure != nil {
		if firstFault(r, skip) {
			d.failed(nil, r.templateError())
		}
		r.failure = nil
	}
	if d.failures != nil {
		if d.callerIsMissing(skip) {
			if d.record.callSite == nil {
				runtime.Callers(skip+3, d.record.pcs[:])
				d.record.callSite = siteOf(d.record.pcs[0])
			}
			d.record.pc = d.record.callSite.pc
		}
		d.report()
	}
	raised := r.raised
	if r.pooled {
		r.endCall()
	}
	if raised != nil {
		panic(raised)
	}
	return d.taken
}

// firstFault reports whether a template that could not be rendered is to be reported:
// it is the first one of its call site, or that is not known. It is called by end.
func firstFault(r *Record, skip int) bool {
	s := r.callSite
	if s == nil {
		s = siteOf(r.pc)
	}
	if s == noSite && skip != noCaller {
		var pcs [1]uintptr
		runtime.Callers(skip+4, pcs[:])
		s = siteOf(pcs[0])
	}
	return s == noSite || !s.faulty.Swap(true)
}

// callerIsMissing reports whether the caller is still to be looked up. A record that
// a handler retained may be read elsewhere by now: a copy of it goes on.
func (d *delivery) callerIsMissing(skip int) bool {
	if d.record.pc != 0 || skip == noCaller || !d.stack.introspect {
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
	stack     *compiledStack
	record    *Record
	settings  *settings // of the logger, if they are to be looked at
	processed bool
	taken     bool // a handler has it
	failures  []*HandlerError
	late      []*HandlerError // of handlers that were taken off, unless another has the record
}

// offerAll offers the record to handlers in order, and reports whether it is to
// go no further.
func (d *delivery) offerAll(handlers []handlerEntry, skip int) (stop bool) {
	r := d.record
	var last uint64 // push after which the record goes no further; 0: none
	for i := range handlers {
		e := &handlers[i]
		if last != 0 && e.push != last {
			break
		}
		if r.level < e.level || e.leveler != nil && !d.reaches(e) {
			continue
		}
		if e.accept != nil && !d.accepts(e) {
			continue
		}
		if e.blackhole && e.filter == nil {
			return true
		}
		if r.pc == 0 && !e.noCaller && d.callerIsMissing(skip) {
			r = d.record
			if r.callSite == nil {
				runtime.Callers(skip+3, r.pcs[:])
				r.callSite = siteOf(r.pcs[0])
			}
			r.pc = r.callSite.pc
		}
		if !d.processed {
			d.processed = true
			if !r.timed {
				r.time, r.timed = clock.Now(), true
			}
			if len(d.stack.processors) > 0 || d.settings != nil {
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
			if !e.together {
				return true
			}
			last = e.push
		}
	}
	return last != 0
}

// processAll calls the processors: the group's, the bound ones, the logger's.
func (d *delivery) processAll() {
	if d.settings != nil && d.settings.group != nil {
		if p := d.settings.group.state.Load().processor; p != nil {
			d.process(d.settings.group, p)
		}
	}
	for _, b := range d.stack.processors {
		switch v := b.item.(type) {
		case fixedAttrs:
			d.record.extra = append(d.record.extra, v.attrs...)
		case Processor:
			d.process(b, v)
		}
	}
	if d.settings != nil && d.settings.processor != nil {
		d.process(d.record.logger.core, d.settings.processor)
	}
}

// process calls a processor, which is known by the key.
func (d *delivery) process(key any, p Processor) {
	running := enter(key)
	if running == nil {
		d.processorFailed(p, ErrRecursion)
		return
	}
	defer func() {
		running.leave()
		if v := recover(); v != nil {
			d.processorFailed(p, panics.Error(v))
		}
	}()
	p(d.record)
}

func (d *delivery) processorFailed(p Processor, err error) {
	name := functionOf(reflect.ValueOf(p).Pointer() + 1)
	d.failures = append(d.failures, &HandlerError{about: "processor " + name, Err: err})
}

// accepts asks the handler's Accept, which its promise not to log covers.
func (d *delivery) accepts(e *handlerEntry) (yes bool) {
	if e.guard.loud {
		return d.ask(e, e.accept)
	}
	defer func() {
		if v := recover(); v != nil {
			d.failed(e.handler, panics.Error(v))
		}
	}()
	return e.accept(d.record)
}

// ask calls an Accept or Filter; one that panics declines.
func (d *delivery) ask(e *handlerEntry, fn func(*Record) bool) (yes bool) {
	running := enterToAsk(e.guard.key)
	if running == nil {
		d.failed(e.handler, ErrRecursion)
		return false
	}
	defer func() {
		running.leave()
		if v := recover(); v != nil {
			d.failed(e.handler, panics.Error(v))
		}
	}()
	return fn(d.record)
}

// reaches asks the handler's leveler.
func (d *delivery) reaches(e *handlerEntry) bool {
	yes, sure := e.reaches(d.record.level)
	if sure {
		return yes
	}
	yes, err := e.askLevel(d.record.level)
	if err != nil {
		d.failed(e.handler, err)
	}
	return yes
}

// hand has a handler handle the record, and reports whether it took it.
func (d *delivery) hand(e *handlerEntry) (taken bool) {
	var pass bool
	var err error
	switch {
	case e.guard.loud:
		running := e.guard.enter()
		if running == nil {
			d.failed(e.handler, ErrRecursion)
			return false
		}
		pass, err = running.handle(e.handler, d.record)
	case e.guard.inner != nil && isRunning(e.guard.inner):
		d.failed(e.handler, ErrRecursion)
		return false
	default:
		pass, err = handle(e.handler, d.record)
	}
	return d.handed(e, pass, err)
}

// handed notes how a handler ended, and reports whether it took the record.
func (d *delivery) handed(e *handlerEntry, pass bool, err error) (taken bool) {
	if (err != nil || e.unbinder != nil) && e.removed() {
		d.unboundAgain(e)
		if err != nil && !pass { // it may be closed by now
			d.late = append(d.late, &HandlerError{Handler: e.handler, Err: err})
			return false
		}
	}
	if pass {
		if err != ErrPass && errchain.Is(err, ErrRecursion) {
			d.failed(e.handler, err)
		}
		return false
	}
	if err != nil {
		d.failed(e.handler, err)
	}
	d.late = nil
	d.taken = true
	return true
}

// unboundAgain calls Unbound again: the record came after the first call.
func (d *delivery) unboundAgain(e *handlerEntry) {
	if e.unbinder == nil {
		return
	}
	if err := callUnbound(e.unbinder); err != nil {
		d.failed(e.handler, err)
	}
}

// handle is handle, and leave.
func (s *guardSlot) handle(h Handler, r *Record) (pass bool, err error) {
	defer s.leave() // also where the handler ends the goroutine
	return handle(h, r)
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
			err = panics.Error(v)
		}
	}()
	if err = h.Handle(r); err != nil {
		pass = err == ErrPass || errchain.Is(err, ErrPass)
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
		d.stack.report(e)
	}
}
