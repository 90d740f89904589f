package logbooktest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/logbook-go/logbook/logbook"
)

func checkBinding(h logbook.Handler) error {
	first := h.Binding()
	same := func(when string) error {
		if b := h.Binding(); !sameBinding(first, b) {
			return fmt.Errorf("Binding returned %+v at first and %+v %s", first, b, when)
		}
		return nil
	}
	if err := inParallel(func(int) error { return same("on another goroutine") }); err != nil {
		return err
	}
	if err := deliver(logSamples, survives(h)); err != nil {
		return err
	}
	if err := same("after Handle"); err != nil {
		return err
	}
	if err := settle(h); err != nil {
		return err
	}
	return same("after Flush, Unbound and Close")
}

// sameBinding compares functions by their code, since each evaluation of a method value
// makes a new one.
func sameBinding(a, b logbook.Binding) bool {
	code := func(fn func(*logbook.Record) bool) uintptr { return reflect.ValueOf(fn).Pointer() }
	return sameLeveler(a.Level, b.Level) && code(a.Accept) == code(b.Accept) && code(a.Filter) == code(b.Filter) &&
		a.Bubble == b.Bubble && a.Blackhole == b.Blackhole && a.NoCaller == b.NoCaller &&
		(a.Quiet == nil) == (b.Quiet == nil)
}

func sameLeveler(a, b slog.Leveler) bool {
	t := reflect.TypeOf(a)
	if t != reflect.TypeOf(b) {
		return false
	}
	return t == nil || !t.Comparable() || a == b
}

func checkOptions(h logbook.Handler) (err error) {
	o, ok := embeddedOptions(h)
	if !ok {
		return nil
	}
	if b := h.Binding(); o.Bubble && !b.Bubble {
		return errors.New("Options.Bubble is set, Binding().Bubble is not")
	}
	logbook.InGoroutine(func() {
		for _, r := range samples() {
			below := r.Level() < logbook.LevelOf(o.Level)
			if !below && (o.Filter == nil || o.Filter(r)) || !logbook.Offer(h, r) {
				continue
			}
			err = fmt.Errorf("handled a record that its Filter declines: %s", describe(r))
			if below {
				err = fmt.Errorf("its Level is %v, but it handled: %s", logbook.LevelOf(o.Level), describe(r))
			}
			return
		}
	}, logbook.Flags{Errors: logbook.SilentErrors})
	return err
}

func embeddedOptions(h logbook.Handler) (o logbook.Options, ok bool) {
	v := reflect.Indirect(reflect.ValueOf(h))
	if v.Kind() != reflect.Struct {
		return o, false
	}
	f, ok := v.Type().FieldByName("Options")
	if !ok || !f.Anonymous {
		return o, false
	}
	embedded, err := v.FieldByIndexErr(f.Index)
	if err != nil {
		return o, false
	}
	o, ok = embedded.Interface().(logbook.Options)
	return o, ok
}

func checkContent(h logbook.Handler) error {
	for _, c := range contents {
		if err := deliver(c.log, survives(h)); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

func checkUnchanged(h logbook.Handler) error {
	return deliver(logSamples, func(r *logbook.Record) error {
		before := everything(r)
		if _, problem := handle(h, r); problem != nil {
			return problem
		}
		if after := everything(r); after != before {
			return fmt.Errorf("the record was\n%s\nand is now\n%s", before, after)
		}
		return nil
	})
}

func checkKept(h logbook.Handler) error {
	// The values change after each call, so the race detector finds a handler that
	// uses one without having retained the record.
	text, counts := []byte("a"), map[string]int{}
	err := deliver(func(l *logbook.Logger) {
		for i := range 16 {
			l.Error("record {i}", "i", i, "text", text, "counts", counts)
			text[0]++
			counts["n"]++
		}
	}, survives(h))
	if err != nil {
		return err
	}
	return settle(h)
}

func checkReleased(h logbook.Handler) error {
	var kept []*logbook.Record
	var before []string
	err := deliver(logSamples, func(r *logbook.Record) error {
		kept, before = append(kept, r.Retain()), append(before, r.Message())
		return survives(h)(r)
	})
	if err != nil {
		return err
	}
	for i, r := range kept {
		var after string
		_, problem := attempt("a record that was retained before Handle: reading it", func() error {
			after = r.Message()
			return nil
		})
		if problem != nil {
			return problem
		}
		if after != before[i] {
			return fmt.Errorf("a record that was retained before Handle said %q and now says %q", before[i], after)
		}
	}
	return nil
}

// parallel is the number of goroutines that use a handler concurrently.
const parallel = 8

// inParallel calls fn on several goroutines that start together, and returns the
// first error.
func inParallel(fn func(i int) error) error {
	var wg sync.WaitGroup
	errs := make([]error, parallel)
	start := make(chan struct{})
	for i := range parallel {
		wg.Go(func() {
			<-start
			failure, problem := attempt("on several goroutines: a call", func() error { return fn(i) })
			errs[i] = cmp.Or(problem, failure)
		})
	}
	close(start)
	wg.Wait()
	return cmp.Or(errs...)
}

func checkConcurrent(h logbook.Handler) error {
	shared := map[string]int{"a": 1}
	return inParallel(func(i int) error {
		return deliver(func(l *logbook.Logger) {
			for n := range 25 {
				l.Error("record {n} of goroutine {i}", "n", n, "i", i, "shared", shared)
				if n%8 == 0 {
					h.Binding()
					_ = flushing(h)
				}
			}
		}, survives(h))
	})
}

// chatty is a value that logs while it is formatted.
type chatty struct{ l *logbook.Logger }

func (c chatty) String() string {
	c.l.Info("a value is being formatted")
	return "chatty"
}

func (c chatty) Error() string { return c.String() }

func checkReentrant(h logbook.Handler) error {
	return deliver(func(l *logbook.Logger) {
		l.Error("a value that logs: {v}", "v", chatty{l})
		l.Error("a value that logs", "v", chatty{l})
		l.Errorf("a value that logs: %v", chatty{l})
		l.Exception(chatty{l}, "an error that logs")
	}, survives(h))
}

func checkContext(h logbook.Handler) error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return deliver(func(l *logbook.Logger) { l.ErrorContext(ctx, "the request was canceled") }, func(r *logbook.Record) error {
		result, problem := handle(h, r)
		if problem != nil {
			return problem
		}
		if result != nil && strings.Contains(result.Error(), context.Canceled.Error()) {
			return fmt.Errorf("failed for a canceled context: %w", result)
		}
		return nil
	})
}

func checkErrors(h logbook.Handler) error {
	return deliver(logSamples, func(r *logbook.Record) error {
		result, problem := handle(h, r)
		if problem != nil {
			return problem
		}
		return soundError("Handle", result)
	})
}

// soundError checks that an error is not a nil pointer and does not hide ErrPass.
func soundError(what string, err error) error {
	if err == nil {
		return nil
	}
	if v := reflect.ValueOf(err); v.Kind() == reflect.Pointer && v.IsNil() {
		return fmt.Errorf("%s returned a nil %T as an error, which is not nil", what, err)
	}
	if strings.Contains(err.Error(), logbook.ErrPass.Error()) && !errors.Is(err, logbook.ErrPass) {
		return fmt.Errorf("%s returned an error that hides ErrPass: %w", what, err)
	}
	return nil
}

func checkBatch(h logbook.Handler) error {
	b, ok := h.(logbook.BatchHandler)
	if !ok {
		return nil
	}
	for _, why := range []logbook.Reason{logbook.ReasonBuffer, logbook.ReasonEscalation, logbook.ReasonGroup, "an unknown reason"} {
		all := samples()
		for _, rs := range [][]*logbook.Record{nil, {}, all[:1], all[1:]} {
			if err := tryBatch(b, rs, why); err != nil {
				return err
			}
		}
	}
	return settle(h)
}

// tryBatch passes records to HandleBatch, checks that they are unchanged, and releases
// them.
func tryBatch(b logbook.BatchHandler, rs []*logbook.Record, why logbook.Reason) error {
	what := fmt.Sprintf("HandleBatch of %d records, %s", len(rs), why)
	records := slices.Clone(rs)
	var before []string
	for _, r := range records {
		before = append(before, everything(r))
	}
	result, problem := attempt(what, func() error { return b.HandleBatch(rs, why) })
	if problem != nil {
		return problem
	}
	if err := soundError(what, result); err != nil {
		return err
	}
	if !slices.Equal(rs, records) {
		return fmt.Errorf("%s changed the slice", what)
	}
	for i, r := range records {
		if after := everything(r); after != before[i] {
			return fmt.Errorf("%s: a record was\n%s\nand is now\n%s", what, before[i], after)
		}
		r.Release()
	}
	return nil
}

func checkFlush(h logbook.Handler) error {
	f, ok := h.(logbook.Flusher)
	if !ok {
		return nil
	}
	flush := func(ctx context.Context) error {
		result, problem := attempt("Flush", func() error { return f.Flush(ctx) })
		if problem != nil {
			return problem
		}
		return soundError("Flush", result)
	}
	return firstError(
		func() error { return flush(ended()) },
		func() error { return deliver(logSamples, survives(h)) },
		func() error { return flush(ended()) },
		func() error { return bounded(flush) },
		func() error { return bounded(flush) },
	)
}

func checkClose(h logbook.Handler) error {
	c, ok := h.(logbook.Closer)
	if !ok {
		return nil
	}
	shut := func(ctx context.Context) error {
		result, problem := attempt("Close", func() error { return c.Close(ctx) })
		if problem != nil {
			return problem
		}
		return soundError("Close", result)
	}
	failed := false // for another reason than Close
	return firstError(
		func() error {
			return deliver(logSamples, func(r *logbook.Record) error {
				result, problem := handle(h, r)
				failed = failed || result != nil
				return problem
			})
		},
		func() error { return shut(ended()) },
		func() error { return bounded(shut) },
		func() error { return bounded(shut) },
		func() error {
			return after("Close", deliver(logSamples, func(r *logbook.Record) error {
				result, problem := handle(h, r)
				if problem == nil && !failed && result != nil && !errors.Is(result, logbook.ErrClosed) && !errors.Is(result, logbook.ErrPass) {
					return fmt.Errorf("Handle returned an error that does not wrap ErrClosed: %w", result)
				}
				return problem
			}))
		},
		func() error { return after("Close", checkBatch(h)) },
		func() error { return after("Close", settle(h)) },
	)
}

func after(what string, err error) error {
	if err != nil {
		return fmt.Errorf("after %s: %w", what, err)
	}
	return nil
}

func checkUnbound(h logbook.Handler) error {
	u, ok := h.(logbook.Unbinder)
	if !ok {
		return nil
	}
	unbind := func() error {
		_, problem := attempt("Unbound", func() error { u.Unbound(); return nil })
		return problem
	}
	return firstError(
		unbind,
		func() error { return deliver(logSamples, survives(h)) },
		unbind,
		unbind,
		func() error { return after("Unbound", deliver(logSamples, survives(h))) },
		unbind,
	)
}

func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// bounded calls fn with a context that ends well before patience, so that a handler may
// use up the time of several calls without being taken for hung.
func bounded(fn func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience/10)
	defer cancel()
	return fn(ctx)
}

// ended returns a canceled context.
func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// settle calls Flush, Unbound and Close, which make a handler write the records that it
// holds, and returns the first panic.
func settle(h logbook.Handler) error {
	_, flush := attempt("Flush", func() error { return flushing(h) })
	_, unbound := attempt("Unbound", func() error {
		if u, ok := h.(logbook.Unbinder); ok {
			u.Unbound()
		}
		return nil
	})
	_, shut := attempt("Close", func() error { return closing(h) })
	return cmp.Or(flush, unbound, shut)
}

func flushing(h logbook.Handler) error {
	if f, ok := h.(logbook.Flusher); ok {
		return bounded(f.Flush)
	}
	return nil
}

func closing(h logbook.Handler) error {
	if c, ok := h.(logbook.Closer); ok {
		return bounded(c.Close)
	}
	return nil
}
