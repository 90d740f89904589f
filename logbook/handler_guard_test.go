package logbook_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// A record that is logged by user code that runs for another record is declined by the
// item that logged it, with one report, and reaches all others.
func TestItemsThatLog(t *testing.T) {
	for name, test := range map[string]struct {
		item  func(log func(string)) logbook.Bindable
		who   string // handler in the report
		other []string
	}{
		"handler": {func(log func(string)) logbook.Bindable {
			return logbook.NewHandler(func(r *logbook.Record) error { log("inner"); return nil }, &logbook.Options{Bubble: true})
		}, "*logbook.funcHandler", []string{"inner", "outer"}},
		"handler that logs twice": {func(log func(string)) logbook.Bindable {
			return logbook.NewHandler(func(r *logbook.Record) error { log("inner"); log("again"); return nil }, &logbook.Options{Bubble: true})
		}, "*logbook.funcHandler", []string{"inner", "again", "outer"}},
		"filter": {func(log func(string)) logbook.Bindable {
			return logbook.NewHandler(func(r *logbook.Record) error { return nil }, &logbook.Options{
				Bubble: true, Filter: func(*logbook.Record) bool { log("inner"); return true }})
		}, "*logbook.funcHandler", []string{"inner", "outer"}},
		"accept": {func(log func(string)) logbook.Bindable {
			return &acceptor{func(*logbook.Record) bool { log("inner"); return false }}
		}, "*logbook_test.acceptor", []string{"inner", "outer"}},
		"level": {func(log func(string)) logbook.Bindable {
			return logbook.NewHandler(func(r *logbook.Record) error { return nil }, &logbook.Options{
				Bubble: true, Level: levelFunc(func() slog.Level { log("inner"); return 0 })})
		}, "*logbook.funcHandler", []string{"inner", "outer"}},
		"processor": {func(log func(string)) logbook.Bindable {
			return logbook.Processor(func(*logbook.Record) { log("inner") })
		}, "<nil>", []string{"inner", "outer"}},
		"wrapper": {func(log func(string)) logbook.Bindable {
			return logbook.Wrapper{Handler: logbook.NewHandler(func(r *logbook.Record) error { log("inner"); return nil }, &logbook.Options{Bubble: true})}
		}, "logbook.Wrapper", []string{"inner", "outer"}},
		"embedded handler that promised": {func(log func(string)) logbook.Bindable {
			return &overridden{log: log}
		}, "*logbook_test.overridden", []string{"inner", "outer"}},
		"slot": {func(log func(string)) logbook.Bindable {
			return logbook.NewSlot(logbook.NewHandler(func(r *logbook.Record) error { log("inner"); return nil }, &logbook.Options{Bubble: true}))
		}, "*logbook.funcHandler", []string{"inner", "outer"}},
	} {
		each(t, func(t *testing.T, b binding) {
			var fs failures
			var log func(*logbook.Logger, logbook.Level, string)
			others := new(recorder)
			item := test.item(func(message string) { log(logbook.Default(), logbook.LevelInfo, message) })
			undo, logs := b.bind(t, fs.flag(), others, item)
			defer undo()
			log = logs
			log(logbook.Default(), logbook.LevelInfo, "outer")
			if got := others.messages(); !slices.Equal(got, test.other) {
				t.Errorf("%s: the others got %q, want %q", name, got, test.other)
			}
			for i, e := range fs.list {
				if !errors.Is(e.Err, logbook.ErrRecursion) || fmt.Sprintf("%T", e.Handler) != test.who || e.Message != test.other[i] {
					t.Errorf("%s: reported %v by %T", name, e, e.Handler)
				}
			}
			if len(fs.list) != len(test.other)-1 {
				t.Errorf("%s: %d reports", name, len(fs.list))
			}
		})
	}
}

type levelFunc func() slog.Level

func (f levelFunc) Level() slog.Level { return f() }

// overridden embeds a handler that is Quiet, but logs.
type overridden struct {
	quietRecorder
	log func(string)
}

func (h *overridden) Handle(r *logbook.Record) error {
	h.log("inner")
	return logbook.ErrPass
}

// The same holds for processors of loggers and groups.
func TestLoggersProcessorsThatLog(t *testing.T) {
	for name, set := range map[string]func(l *logbook.Logger, p logbook.Processor){
		"logger": func(l *logbook.Logger, p logbook.Processor) { l.SetProcessor(p) },
		"group":  func(l *logbook.Logger, p logbook.Processor) { logbook.NewLoggerGroup(l).SetProcessor(p) },
	} {
		var fs failures
		h := record(t, fs.flag())
		l := logbook.New("l")
		set(l, func(r *logbook.Record) { r.Set("by", "p"); l.Info("inner") })
		l.Info("outer")
		h.want(t, "inner", "outer")
		if e := fs.one(t); !errors.Is(e.Err, logbook.ErrRecursion) || e.Message != "inner" {
			t.Errorf("%s: reported %v", name, e)
		}
	}
}

// A failure of a record that the error function logs is printed, not reported to it.
func TestErrorFunctionThatLogs(t *testing.T) {
	inFreshTime(t, func(t *testing.T) {
		var reported []string
		h := new(recorder)
		bad := logbook.NewHandler(func(*logbook.Record) error { return errors.New("collector is down") }, &logbook.Options{Bubble: true})
		flags := logbook.Flags{Errors: func(e *logbook.HandlerError) {
			reported = append(reported, e.Message)
			logbook.Error("a handler failed", "reason", e.Err)
		}}
		defer logbook.PushGoroutine(flags, h, bad)()
		got := stderrOf(t, func() { logbook.Info("order") })
		if !slices.Equal(reported, []string{"order"}) {
			t.Errorf("reported %q", reported)
		}
		h.want(t, "order", "a handler failed")
		if strings.Count(got, "\n") != 1 || !strings.Contains(got, "collector is down") {
			t.Errorf("stderr has %q", got)
		}
	})
}

// The guard is released when an error function panics, as RaiseErrors does.
func TestErrorFunctionThatPanics(t *testing.T) {
	bad := logbook.NewHandler(func(*logbook.Record) error { return errors.New("bad") }, nil)
	defer logbook.PushGoroutine(logbook.Flags{Errors: logbook.RaiseErrors}, bad)()
	for range 10 {
		func() {
			defer func() {
				if e, ok := recover().(*logbook.HandlerError); !ok || e.Err.Error() != "bad" {
					t.Errorf("recovered %v", e)
				}
			}()
			logbook.Info("m")
		}()
	}
}

// A handler that is reached in two ways declines the records that it logs in both, so
// that it may hold a lock while it logs. A wrapper that offers the record it was given
// is no recursion.
func TestHandlerReachedInTwoWays(t *testing.T) {
	for name, wrap := range map[string]func(h logbook.Handler) logbook.Handler{
		"offering":   func(h logbook.Handler) logbook.Handler { return &offering{logbook.Wrapper{Handler: h}} },
		"delivering": func(h logbook.Handler) logbook.Handler { return &delivering{h} },
		"batching":   func(h logbook.Handler) logbook.Handler { return &batching{logbook.Wrapper{Handler: h}} },
	} {
		var fs failures
		below := record(t, fs.flag())
		var mu sync.Mutex
		n := 0
		h := logbook.NewHandler(func(*logbook.Record) error {
			if !mu.TryLock() {
				t.Fatalf("%s: the handler was called while it ran", name)
			}
			defer mu.Unlock()
			n++
			logbook.Info("inner")
			return nil
		}, &logbook.Options{Bubble: true, Filter: func(*logbook.Record) bool { return true }})
		logbook.InGoroutine(func() { logbook.Info("outer") }, h, wrap(h))
		if n != 2 {
			t.Errorf("%s: the handler got %d records, want the same one twice", name, n)
		}
		below.want(t, "inner", "inner", "outer")
		for _, e := range fs.list {
			if !errors.Is(e.Err, logbook.ErrRecursion) || e.Message != "inner" {
				t.Errorf("%s: reported %v", name, e)
			}
		}
	}
}

type offering struct{ logbook.Wrapper }

func (h *offering) Handle(r *logbook.Record) error {
	logbook.Offer(h.Handler, r)
	return logbook.ErrPass
}

// delivering is a wrapper without an Unwrap method.
type delivering struct{ inner logbook.Handler }

func (h *delivering) Binding() logbook.Binding { return logbook.Binding{} }
func (h *delivering) Handle(r *logbook.Record) error {
	_, err := logbook.Deliver(h.inner, r)
	return errors.Join(err, logbook.ErrPass)
}

type batching struct{ logbook.Wrapper }

func (h *batching) Handle(r *logbook.Record) error {
	err := logbook.HandleBatch(h.Handler, []*logbook.Record{r}, logbook.ReasonBuffer)
	return errors.Join(err, logbook.ErrPass)
}

// A record that the handler's filter refuses is not reported as a recursion.
func TestFilterIsCalledWhileTheHandlerRuns(t *testing.T) {
	var fs failures
	below := record(t, fs.flag())
	l := logbook.New("client")
	h := logbook.NewHandler(func(*logbook.Record) error { l.Info("inner"); return nil },
		&logbook.Options{Filter: func(r *logbook.Record) bool { return !r.From(l) }})
	logbook.InGoroutine(func() { logbook.Info("outer") }, h)
	below.want(t, "inner")
	fs.none(t)
}

// Handlers that all log do not cause endless records.
func TestManyHandlersThatLog(t *testing.T) {
	var fs failures
	items := []logbook.Bindable{logbook.Null{}, fs.flag()}
	n := 0
	for range 4 {
		items = append(items, logbook.NewHandler(func(*logbook.Record) error { n++; logbook.Info("inner"); return nil }, &logbook.Options{Bubble: true}))
	}
	logbook.InGoroutine(func() { logbook.Info("outer") }, items...)
	if want := 4 + 4*3 + 4*3*2 + 4*3*2*1; n != want {
		t.Errorf("%d records were handled, want %d", n, want)
	}
}

// The guard does not apply to other goroutines that a handler starts, and many
// goroutines can be guarded at once.
func TestGuardIsPerGoroutine(t *testing.T) {
	const goroutines = 3000 // more than slots
	var fs failures
	var wg, started sync.WaitGroup
	started.Add(goroutines)
	h := logbook.NewHandler(func(r *logbook.Record) error {
		started.Done()
		started.Wait() // until all goroutines are in Handle
		logbook.Info("inner")
		return nil
	}, nil)
	defer logbook.PushApplication(fs.flag(), new(logbook.Null), h)()
	for range goroutines {
		wg.Go(func() { logbook.Info("outer") })
	}
	wg.Wait()
	if len(fs.list) != goroutines {
		t.Errorf("%d records were declined, want %d", len(fs.list), goroutines)
	}
}

// The guard is released when a handler ends its goroutine, as t.FailNow does.
func TestHandlerThatEndsTheGoroutine(t *testing.T) {
	done := make(chan bool)
	h := logbook.NewHandler(func(*logbook.Record) error { runtime.Goexit(); return nil }, nil)
	var count int
	go func() {
		defer close(done)
		counter := logbook.NewHandler(func(*logbook.Record) error { count++; return nil }, nil)
		defer logbook.InGoroutine(func() { logbook.Info("m") }, counter)
		defer logbook.InGoroutine(func() { logbook.Info("m") }, counter)
		logbook.InGoroutine(func() { logbook.Info("m") }, h)
	}()
	<-done
	if count != 2 {
		t.Errorf("%d records arrived afterwards", count)
	}
}

// A cyclic chain of errors is reported like any other failure.
func TestCyclicErrors(t *testing.T) {
	loop := new(cyclicError)
	loop.inner = fmt.Errorf("again: %w", loop)
	var fs failures
	h := record(t, fs.flag())
	logbook.InGoroutine(func() { logbook.Exception(loop, "m") }, logbook.NewHandler(func(*logbook.Record) error { return loop }, &logbook.Options{Bubble: true}))
	if e := fs.one(t); e.Err != error(loop) {
		t.Errorf("reported %v", e)
	}
	h.want(t, "m")
	if err := logbook.Close(t.Context(), failingCloser{loop}); err != error(loop) {
		t.Errorf("Close returned %v", err)
	}
	fs.list = nil
	logbook.InGoroutine(func() { logbook.Info("m") }, logbook.NewHandler(func(*logbook.Record) error { return errors.Join(logbook.ErrPass, loop) }, nil))
	h.want(t, "m", "m")
	fs.none(t)
}

type cyclicError struct{ inner error }

func (e *cyclicError) Error() string { return "cyclic" }
func (e *cyclicError) Unwrap() error { return e.inner }

type failingCloser struct{ err error }

func (failingCloser) Binding() logbook.Binding      { return logbook.Binding{} }
func (failingCloser) Handle(*logbook.Record) error  { return nil }
func (h failingCloser) Close(context.Context) error { return h.err }

func BenchmarkGuardedHandler(b *testing.B) {
	for name, quiet := range map[string]bool{"Quiet": true, "Guarded": false} {
		h := &nothing{quiet: quiet}
		b.Run(name, func(b *testing.B) {
			defer logbook.PushApplication(h)()
			for b.Loop() {
				logbook.Info("m")
			}
		})
		b.Run(name+"Parallel", func(b *testing.B) {
			defer logbook.PushApplication(h)()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					logbook.Info("m")
				}
			})
		})
	}
}

type nothing struct{ quiet bool }

func (h *nothing) Binding() logbook.Binding {
	b := logbook.Binding{NoCaller: true}
	if h.quiet {
		b.Quiet = h
	}
	return b
}
func (h *nothing) Handle(*logbook.Record) error { return nil }
