package logbook_test

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// lineOf returns the line of its caller.
func lineOf() int {
	_, _, line, _ := runtime.Caller(1)
	return line
}

// The caller of every exported call is the line of that call.
func TestCaller(t *testing.T) {
	h := record(t)
	ctx := context.Background()
	log := logbook.New("caller")
	err := errors.New("x")
	// Each function logs on the line that it passes.
	calls := map[string]func() int{
		"Trace":           func() int { log.Trace("m"); return lineOf() },
		"Debug":           func() int { log.Debug("m"); return lineOf() },
		"Info":            func() int { log.Info("m", "a", 1); return lineOf() },
		"Success":         func() int { log.Success("m"); return lineOf() },
		"Notice":          func() int { log.Notice("m"); return lineOf() },
		"Warn":            func() int { log.Warn("m"); return lineOf() },
		"Error":           func() int { log.Error("m"); return lineOf() },
		"Critical":        func() int { log.Critical("m"); return lineOf() },
		"TraceContext":    func() int { log.TraceContext(ctx, "m"); return lineOf() },
		"DebugContext":    func() int { log.DebugContext(ctx, "m"); return lineOf() },
		"InfoContext":     func() int { log.InfoContext(ctx, "m"); return lineOf() },
		"SuccessContext":  func() int { log.SuccessContext(ctx, "m"); return lineOf() },
		"NoticeContext":   func() int { log.NoticeContext(ctx, "m"); return lineOf() },
		"WarnContext":     func() int { log.WarnContext(ctx, "m"); return lineOf() },
		"ErrorContext":    func() int { log.ErrorContext(ctx, "m"); return lineOf() },
		"CriticalContext": func() int { log.CriticalContext(ctx, "m"); return lineOf() },
		"Tracef":          func() int { log.Tracef("m"); return lineOf() },
		"Debugf":          func() int { log.Debugf("m"); return lineOf() },
		"Infof":           func() int { log.Infof("%d", 1); return lineOf() },
		"Successf":        func() int { log.Successf("m"); return lineOf() },
		"Noticef":         func() int { log.Noticef("m"); return lineOf() },
		"Warnf":           func() int { log.Warnf("m"); return lineOf() },
		"Errorf":          func() int { log.Errorf("m"); return lineOf() },
		"Criticalf":       func() int { log.Criticalf("m"); return lineOf() },
		"Log":             func() int { log.Log(ctx, logbook.LevelInfo, "m"); return lineOf() },
		"LogAttrs":        func() int { log.LogAttrs(ctx, logbook.LevelInfo, "m"); return lineOf() },
		"Exception":       func() int { log.Exception(err, "m"); return lineOf() },
		"ExceptionCtx":    func() int { log.ExceptionContext(ctx, err, "m"); return lineOf() },
		"With":            func() int { log.With("a", 1).Info("m"); return lineOf() },
		"WithGroup":       func() int { log.WithGroup("a").Info("m"); return lineOf() },

		"pkg Trace":           func() int { logbook.Trace("m"); return lineOf() },
		"pkg Debug":           func() int { logbook.Debug("m"); return lineOf() },
		"pkg Info":            func() int { logbook.Info("m"); return lineOf() },
		"pkg Success":         func() int { logbook.Success("m"); return lineOf() },
		"pkg Notice":          func() int { logbook.Notice("m"); return lineOf() },
		"pkg Warn":            func() int { logbook.Warn("m"); return lineOf() },
		"pkg Error":           func() int { logbook.Error("m"); return lineOf() },
		"pkg Critical":        func() int { logbook.Critical("m"); return lineOf() },
		"pkg TraceContext":    func() int { logbook.TraceContext(ctx, "m"); return lineOf() },
		"pkg DebugContext":    func() int { logbook.DebugContext(ctx, "m"); return lineOf() },
		"pkg InfoContext":     func() int { logbook.InfoContext(ctx, "m"); return lineOf() },
		"pkg SuccessContext":  func() int { logbook.SuccessContext(ctx, "m"); return lineOf() },
		"pkg NoticeContext":   func() int { logbook.NoticeContext(ctx, "m"); return lineOf() },
		"pkg WarnContext":     func() int { logbook.WarnContext(ctx, "m"); return lineOf() },
		"pkg ErrorContext":    func() int { logbook.ErrorContext(ctx, "m"); return lineOf() },
		"pkg CriticalContext": func() int { logbook.CriticalContext(ctx, "m"); return lineOf() },
		"pkg Log":             func() int { logbook.Log(ctx, logbook.LevelInfo, "m"); return lineOf() },
		"pkg LogAttrs":        func() int { logbook.LogAttrs(ctx, logbook.LevelInfo, "m"); return lineOf() },
		"pkg Exception":       func() int { logbook.Exception(err, "m"); return lineOf() },
		"pkg ExceptionCtx":    func() int { logbook.ExceptionContext(ctx, err, "m"); return lineOf() },
		"method value": func() int {
			f := log.Info
			f("m")
			return lineOf() - 1
		},
		"deferred": func() int {
			func() {
				defer log.Info("m")
			}() // deferred calls run here
			return lineOf() - 1
		},
	}
	for name, call := range calls {
		call() // the second call uses the cache
		call()
		line := call()
		s := h.last(t).Source()
		if !strings.HasSuffix(s.File, "/record_source_test.go") || s.Line != line || !strings.Contains(s.Function, "TestCaller.func") {
			t.Errorf("%s: logged on line %d, and names %s:%d in %s", name, line, s.File, s.Line, s.Function)
		}
		if info := h.last(t).ErrorInfo(); info != nil && (info.Stack[0].Line != line || info.Stack[0].File != s.File) {
			t.Errorf("%s: the stack of line %d begins at %v", name, line, info.Stack[0])
		}
	}
}

type informer interface{ Info(msg string, args ...any) }

// app embeds a logger.
type app struct{ *logbook.Logger }

//go:noinline
func infoThrough(l informer) { l.Info("m") }

func infoOf[T informer](l T) { l.Info("m") }

// Two alternating calls through one generated wrapper function have different call
// sites.
func TestCallerThroughInterfaces(t *testing.T) {
	h := record(t)
	log := logbook.New("caller")
	line := func() int { return h.last(t).Source().Line }
	for range 3 {
		for _, l := range []informer{log, app{log}, &app{log}} {
			l.Info("m")
			if got, want := line(), lineOf()-1; got != want {
				t.Errorf("%T: line %d, want %d", l, got, want)
			}
			l.Info("m")
			if got, want := line(), lineOf()-1; got != want {
				t.Errorf("%T: line %d, want %d", l, got, want)
			}
			f := l.Info
			f("m")
			if got, want := line(), lineOf()-1; got != want {
				t.Errorf("%T's method value: line %d, want %d", l, got, want)
			}
			f("m")
			if got, want := line(), lineOf()-1; got != want {
				t.Errorf("%T's method value: line %d, want %d", l, got, want)
			}
			infoThrough(l)
			if got := h.last(t).Source().Function; !strings.HasSuffix(got, ".infoThrough") {
				t.Errorf("%T through a function: %s", l, got)
			}
			infoOf(l)
			if got := h.last(t).Source().Function; !strings.Contains(got, ".infoOf[") {
				t.Errorf("%T through a generic function: %s", l, got)
			}
		}
		infoOf(app{log})
		if got := h.last(t).Source().Function; !strings.Contains(got, ".infoOf[") {
			t.Errorf("through a generic function: %s", got)
		}
	}
}

// A call without a caller in Go has an empty source, and does not fail.
func TestCallerOfAGoStatement(t *testing.T) {
	got := make(chan *logbook.Record, 1)
	h := logbook.NewHandler(func(r *logbook.Record) error { got <- r.Retain(); return nil }, nil)
	defer logbook.PushApplication(h)()
	for range 3 {
		go logbook.Info("m")
		if s := (<-got).Source(); strings.Contains(s.File, "record_source_test.go") && s.Line == 0 {
			t.Errorf("the source is %v", s)
		}
	}
}

// The caller of a helper's records is the helper's caller.
func TestWithCallerSkip(t *testing.T) {
	h := record(t)
	log := logbook.New("skip")
	helper := func(n int) { log.WithCallerSkip(n).Info("m") }
	nested := func(n int) { helper(n) }

	helper(1)
	if got, want := h.last(t).Source().Line, lineOf()-1; got != want {
		t.Errorf("skip 1 names line %d, want %d", got, want)
	}
	nested(2)
	if got, want := h.last(t).Source().Line, lineOf()-1; got != want {
		t.Errorf("skip 2 names line %d, want %d", got, want)
	}
	two := log.WithCallerSkip(1).With("a", 1).WithCallerSkip(1)
	func() { func() { two.Exception(errors.New("x"), "m") }() }()
	if got, want := h.last(t).Source().Line, lineOf()-1; got != want || h.last(t).ErrorInfo().Stack[0].Line != want {
		t.Errorf("skips add up to line %d, stack %v, want %d", got, h.last(t).ErrorInfo().Stack[0], want)
	}
	helper(-5)
	if got := h.last(t).Source().Function; !strings.Contains(got, "TestWithCallerSkip.func") {
		t.Errorf("a negative skip names %s", got)
	}
	helper(10_000) // above the stack
	if s := h.last(t).Source(); s.Line != 0 {
		t.Errorf("a skip above the stack names %v", s)
	}
}

// The caller is correct whichever handler needs it first, and for failures.
func TestCallerForLaterHandlers(t *testing.T) {
	var f failures
	h := record(t, f.flag())
	log := logbook.New("own")
	first := &funcHandler{fn: func(*logbook.Record) error { return errors.New("failed") }}
	first.Bubble = true
	defer log.AddHandler(first)()
	log.Info("m")
	line := lineOf() - 1
	if got := h.last(t).Source().Line; got != line {
		t.Errorf("the bound handler sees line %d, want %d", got, line)
	}
	if got := f.one(t).Source.Line; got != line {
		t.Errorf("the failure names line %d, want %d", got, line)
	}
	f.list = nil
	first.Bubble = false
	undo := log.AddHandler(first)
	log.Info("m")
	if got, want := f.one(t).Source.Line, lineOf()-1; got != want {
		t.Errorf("the only handler's failure names line %d, want %d", got, want)
	}
	undo()
}

// The caller is not looked up if no handler needs it.
func TestCallerIsNotLookedUp(t *testing.T) {
	ran := false
	defer logbook.PushGoroutine(logbook.Null{}, &funcHandler{fn: func(r *logbook.Record) error {
		if ran = true; r.PC() != 0 || r.Source().Line != 0 {
			t.Errorf("the caller is %v", r.Source())
		}
		return nil
	}})()
	logbook.Info("m")
	if !ran {
		t.Error("no record arrived")
	}
}

// An slog record has its own caller.
func TestCallerOfSlogRecords(t *testing.T) {
	h := record(t)
	var pcs [1]uintptr
	runtime.Callers(1, pcs[:])
	line := lineOf() - 1
	logbook.Default().LogSlog(t.Context(), slog.NewRecord(time.Now(), slog.LevelInfo, "m", pcs[0]))
	if got := h.last(t).Source().Line; got != line {
		t.Errorf("the record names line %d, want %d", got, line)
	}
}
