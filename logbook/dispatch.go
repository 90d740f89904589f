package logbook

import (
	"context"
	"reflect"
	"runtime"

	"github.com/logbook-go/logbook/internal/clock"
	"github.com/logbook-go/logbook/internal/errchain"
	"github.com/logbook-go/logbook/internal/panics"
)

// Values of deliver's skip argument.
const (
	callerSkip = 2  // an exported function and an unexported one
	noCaller   = -1 // the caller is not on the stack
)

// Dispatch hands a record that was made by [NewRecord] or [Record.Clone] to the
// handlers that a call with this context would reach. Processors add to it as to any
// other record. A zero time is set to the current time.
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
		if c := r.logger.core; c.below(r.level) || !c.wants(stack, r.level) {
			return
		}
	} else if !stack.wants(r.level) {
		return
	}
	deliver(stack, r, noCaller)
}

// deliver hands a record to the handlers of a stack and gives it back to the pool. skip
// is the number of functions between deliver and the code that logged, or noCaller. It
// reports whether a handler took the record, even if that handler failed.
func deliver(stack *compiledStack, r *Record, skip int) (handled bool) {
	var custom *settings
	if r.logger != nil {
		if s := r.logger.core.settings.Load(); s.needsLookup {
			custom = s
		}
	}
	if custom != nil || !stack.direct {
		d := delivery{stack: stack, record: r, settings: custom}
		if custom == nil || !d.offerAll(custom.handlers, skip) {
			d.offerAll(stack.handlers, skip)
		}
		return d.end(skip)
	}
	// The fast path: what offerAll does for a direct stack, without a delivery unless
	// something fails.
	if !r.timed {
		r.time, r.timed = clock.Now(), true
	}
	r.sealed = true
	e := &stack.handlers[0]
	pass, err := handle(e.handler, r)
	if err != nil || e.unbinder != nil && e.removed() || r.failure != nil || r.raised != nil {
		d := delivery{stack: stack, record: r, processed: true}
		if !d.handlerReturned(e, pass, err) {
			d.offerAll(stack.handlers[1:], skip)
		}
		return d.end(skip)
	}
	if r.pooled {
		r.endCall()
	}
	return true
}

// end reports the failures and gives the record back. It must be called by deliver, since
// skip counts from there.
func (d *delivery) end(skip int) (handled bool) {
	r := d.record
	if d.unboundFailures != nil {
		d.failures = append(d.failures, d.unboundFailures...)
	}
	if r.failure != nil {
		if firstTemplateError(r, skip) {
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
	return d.handled
}

// firstTemplateError reports whether the record's template error is to be reported: it
// is the first one of its call site, or the call site is unknown. It must be called by
// end.
func firstTemplateError(r *Record, skip int) bool {
	s := r.callSite
	if s == nil {
		s = siteOf(r.pc)
	}
	if s == noSite && skip != noCaller {
		var pcs [1]uintptr
		runtime.Callers(skip+4, pcs[:])
		s = siteOf(pcs[0])
	}
	return s == noSite || !s.templateReported.Swap(true)
}

// callerIsMissing reports whether the caller has yet to be looked up. If a handler
// retained the record, other goroutines may read it now, so delivery continues with a
// copy.
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

// delivery is the state of one record on its way through the handlers.
type delivery struct {
	stack     *compiledStack
	record    *Record
	settings  *settings // of the logger, if it needs a lookup
	processed bool      // the processors have run
	handled   bool      // a handler took the record
	failures  []*HandlerError

	// Failures of handlers that were unbound meanwhile. They are reported only if no
	// other handler took the record.
	unboundFailures []*HandlerError
}

// offerAll offers the record to handlers in order, and reports whether it stops there.
func (d *delivery) offerAll(handlers []handlerEntry, skip int) (stop bool) {
	r := d.record
	var last uint64 // the push after which the record stops, or 0
	for i := range handlers {
		e := &handlers[i]
		if last != 0 && e.push != last {
			break
		}
		if r.level < e.level || e.leveler != nil && !d.takesLevel(e) {
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
		if e.filter != nil && !d.callPredicate(e, e.filter) {
			continue
		}
		if e.blackhole {
			return true
		}
		if d.callHandler(e) && !e.bubble {
			if !e.together {
				return true
			}
			last = e.push
		}
	}
	return last != 0
}

// processAll calls the processors: first the group's, then the bound ones, then the
// logger's.
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

// process calls a processor. key identifies it while it runs.
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

// accepts calls the handler's Accept. Quiet covers it, so only other handlers need a
// guard.
func (d *delivery) accepts(e *handlerEntry) (yes bool) {
	if e.guard.mayLog {
		return d.callPredicate(e, e.accept)
	}
	defer func() {
		if v := recover(); v != nil {
			d.failed(e.handler, panics.Error(v))
		}
	}()
	return e.accept(d.record)
}

// callPredicate calls an Accept or Filter. If it panics or its handler's predicates are
// running, the record is declined.
func (d *delivery) callPredicate(e *handlerEntry, fn func(*Record) bool) (yes bool) {
	running := enterPredicate(e.guard.key)
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

// takesLevel reports whether the record reaches the handler's level.
func (d *delivery) takesLevel(e *handlerEntry) bool {
	yes, sure := e.takesLevel(d.record.level)
	if sure {
		return yes
	}
	yes, err := e.callLeveler(d.record.level)
	if err != nil {
		d.failed(e.handler, err)
	}
	return yes
}

// callHandler calls the handler, and reports whether it took the record.
func (d *delivery) callHandler(e *handlerEntry) (handled bool) {
	var pass bool
	var err error
	switch {
	case e.guard.mayLog:
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
	return d.handlerReturned(e, pass, err)
}

// handlerReturned records the result of a handler, and reports whether it took the
// record.
func (d *delivery) handlerReturned(e *handlerEntry, pass bool, err error) (handled bool) {
	if (err != nil || e.unbinder != nil) && e.removed() {
		d.unboundAgain(e)
		if err != nil && !pass { // the handler may be closed by now
			d.unboundFailures = append(d.unboundFailures, &HandlerError{Handler: e.handler, Err: err})
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
	d.unboundFailures = nil
	d.handled = true
	return true
}

// unboundAgain calls Unbound again, since the record came after the first call.
func (d *delivery) unboundAgain(e *handlerEntry) {
	if e.unbinder == nil {
		return
	}
	if err := callUnbound(e.unbinder); err != nil {
		d.failed(e.handler, err)
	}
}

// handle calls a handler and then leave.
func (s *guardSlot) handle(h Handler, r *Record) (pass bool, err error) {
	defer s.leave() // also if the handler ends the goroutine
	return handle(h, r)
}

// handle calls a handler, and reports whether it passed the record on. A panic becomes
// an error, and so does a panic of the error's methods.
func handle(h Handler, r *Record) (pass bool, err error) {
	returned := false
	defer func() {
		if returned {
			return // saves the call of recover
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

// report calls the error function with the failures. It is called without a deferred
// recover, so that the error function may panic.
func (d *delivery) report() {
	r := d.record
	for _, e := range d.failures {
		e.Level, e.Channel, e.Message, e.Source = r.level, r.channel, r.Message(), r.Source()
	}
	for _, e := range d.failures {
		d.stack.report(e)
	}
}
