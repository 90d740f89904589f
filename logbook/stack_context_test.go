package logbook_test

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// Plain calls use the bindings of the application and the goroutine; Context calls also
// use those of the context.
func TestContextCallsOnly(t *testing.T) {
	withoutDefault(t)
	h := new(recorder)
	ctx := logbook.Bind(t.Context(), h)
	type key struct{}
	derived, cancel := context.WithCancel(context.WithValue(ctx, key{}, 1))
	cancel() // bindings of a cancelled context apply
	log := logbook.New("ctx")
	log.Info("plain")
	log.InfoContext(t.Context(), "another")
	log.InfoContext(nil, "nil")
	log.InfoContext(ctx, "bound")
	log.InfoContext(derived, "derived")
	logbook.DebugContext(ctx, "package")
	log.Log(ctx, logbook.LevelTrace, "log")
	h.want(t, "bound", "derived", "package", "log")
	if got := logbook.Bind(nil); got == nil {
		t.Error("Bind of a nil context is nil")
	}
}

// Bindings of a context do not apply to its parent or a sibling.
func TestContextsNest(t *testing.T) {
	withoutDefault(t)
	outer, left, right := new(recorder), new(recorder), new(recorder)
	parent := logbook.Bind(t.Context(), outer)
	a, b := logbook.Bind(parent, left, logbook.Attrs("at", "left")), logbook.Bind(parent, right)
	logbook.InfoContext(a, "left")
	logbook.InfoContext(b, "right")
	logbook.InfoContext(parent, "parent")
	left.want(t, "left")
	right.want(t, "right")
	outer.want(t, "parent")
	if left.last(t).Text("at") != "left" || right.last(t).Text("at") != "" {
		t.Error("a processor of another context ran")
	}
}

// After the end of a scope, its items do not apply to contexts that are still in use.
func TestBindScope(t *testing.T) {
	withoutDefault(t)
	outer, inner, innermost := new(recorder), &unboundRecorder{}, new(recorder)
	ctx1, end1 := logbook.BindScope(t.Context(), outer)
	ctx2, end2 := logbook.BindScope(ctx1, inner)
	ctx3, end3 := logbook.BindScope(ctx2, innermost)
	logbook.InfoContext(ctx3, "1")
	end3()
	logbook.InfoContext(ctx3, "2")
	end2()
	end2()
	logbook.InfoContext(ctx3, "3")
	logbook.InfoContext(ctx2, "4")
	end1()
	logbook.InfoContext(ctx3, "5")
	innermost.want(t, "1")
	inner.want(t, "2")
	outer.want(t, "3", "4")
	if inner.unbound != 1 {
		t.Errorf("unbound %d times", inner.unbound)
	}
	if logbook.Default().Enabled(ctx3, logbook.LevelCritical) {
		t.Error("enabled after all scopes have ended")
	}
}

// An outer scope that ends first removes only its own items.
func TestBindScopeEndsInAnyOrder(t *testing.T) {
	withoutDefault(t)
	outer, inner := new(recorder), new(recorder)
	ctx1, end1 := logbook.BindScope(t.Context(), outer)
	ctx2, end2 := logbook.BindScope(ctx1, inner)
	end1()
	logbook.InfoContext(ctx2, "inner")
	end2()
	inner.want(t, "inner")
	outer.want(t)
}

// InContext binds to the context and the goroutine; each item applies once.
func TestInContext(t *testing.T) { synctest.Test(t, testInContext) }

func testInContext(t *testing.T) {
	withoutDefault(t)
	runs := 0
	h := &unboundRecorder{}
	h.Bubble = true
	var held context.Context
	func() {
		defer func() {
			if p := recover(); p != "out" {
				t.Errorf("recovered %v", p)
			}
		}()
		logbook.InContext(t.Context(), func(ctx context.Context) {
			held = ctx
			logbook.InfoContext(ctx, "with")
			logbook.Info("without")
			logbook.InContext(ctx, func(ctx context.Context) { logbook.InfoContext(ctx, "nested") })
			done := make(chan bool)
			go func() { // only the context is inherited
				defer close(done)
				logbook.InfoContext(ctx, "context elsewhere")
				logbook.Info("lost")
			}()
			<-done
			done = make(chan bool)
			logbook.Go(func() { // both are inherited
				defer close(done)
				logbook.InfoContext(ctx, "both elsewhere")
			})
			<-done
			synctest.Wait() // what it inherited is taken off
			panic("out")
		}, h, logbook.Processor(func(*logbook.Record) { runs++ }))
	}()
	logbook.InfoContext(held, "after")
	logbook.Info("after")
	h.want(t, "with", "without", "nested", "context elsewhere", "both elsewhere")
	if runs != 5 || h.unbound != 1 {
		t.Errorf("the processor ran %d times for 5 records; unbound %d times", runs, h.unbound)
	}
}

// A handler that is bound to a context and a goroutine by two pushes gets each record
// twice.
func TestTwoBindingsOfOneHandler(t *testing.T) {
	withoutDefault(t)
	h := &recorder{Options: logbook.Options{Bubble: true}}
	ctx, end := logbook.BindScope(t.Context(), h)
	defer end()
	defer logbook.PushGoroutine(h)()
	logbook.InfoContext(ctx, "m")
	h.want(t, "m", "m")
}

// Plain calls and Context calls have separate floors.
func TestContextFloor(t *testing.T) {
	withoutDefault(t)
	calls := 0
	log := logbook.NewLogger("floor", &logbook.LoggerOptions{Enabled: func() bool { calls++; return true }})
	log.Debug("enrols the logger")
	// Goroutines of other tests that were started by Go may unbind shortly after their tests.
	for calls = 1; calls != 0; runtime.Gosched() {
		calls = 0
		log.Debug("skipped early")
	}
	ctx, end := logbook.BindScope(t.Context(), from(logbook.LevelDebug))
	calls = 0
	log.Debug("skipped early")
	if calls != 0 {
		t.Error("a binding to a context slows plain calls")
	}
	log.DebugContext(ctx, "m")
	if calls != 1 {
		t.Errorf("Enabled was called %d times", calls)
	}
	end()
}

// pointerContext is a context whose methods panic if it is a nil pointer.
type pointerContext struct{ context.Context }

// A context that is a nil pointer neither loses a record nor panics in the caller.
func TestTypedNilContext(t *testing.T) {
	var none *pointerContext
	bound := new(recorder)
	ctx, undo := logbook.BindScope(none, bound)
	defer undo()
	logbook.InfoContext(ctx, "bound to it")
	bound.want(t, "bound to it")

	var f failures
	h := record(t, f.flag(), logbook.Processor(func(r *logbook.Record) { r.Set("id", r.Context().Value("id")) }))
	logbook.InfoContext(none, "info")
	logbook.InfoContext(context.WithValue(none, pointerContext{}, 1), "derived")
	logbook.Default().Exception(errors.New("boom"), "exception")
	logbook.Default().ExceptionContext(none, errors.New("boom"), "exception")
	logbook.Default().LogSlog(none, slog.NewRecord(time.Now(), slog.LevelInfo, "slog", 0))
	logbook.Dispatch(none, logbook.NewRecord(logbook.RecordData{Message: "dispatched"}))
	if !logbook.Default().Enabled(none, logbook.LevelInfo) {
		t.Error("not enabled")
	}
	h.want(t, "info", "derived", "exception", "exception", "slog", "dispatched")
	// The Value method of the derived context panics twice: in the call, and in the processor.
	if len(f.list) != 2 || !strings.Contains(f.list[0].Error(), "Value of *context.valueCtx: panic") || f.list[1].Message != "derived" {
		t.Errorf("reported: %v", f.list)
	}
}
