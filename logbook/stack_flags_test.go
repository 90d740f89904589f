package logbook_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// The innermost error flag wins.
func TestInnermostErrorFlag(t *testing.T) {
	silent, loud := logbook.Flags{Errors: logbook.SilentErrors}, logbook.Flags{Errors: logbook.PrintErrors}
	each(t, func(t *testing.T, b binding) {
		inFreshTime(t, func(t *testing.T) {
			logbook.ForgetTemplateErrors()
			got := stderrOf(t, func() {
				undo, log := b.bind(t, new(recorder), loud, silent)
				defer undo()
				log(logbook.With("a", 1), logbook.LevelInfo, "{missing}")
			})
			if got != "" {
				t.Errorf("silent inside print: stderr has %q", got)
			}
			logbook.ForgetTemplateErrors()
			got = stderrOf(t, func() {
				undo, log := b.bind(t, new(recorder), silent, loud, logbook.Flags{Introspection: logbook.IntrospectionOff})
				defer undo()
				log(logbook.With("a", 1), logbook.LevelInfo, "{missing}")
			})
			if !strings.Contains(got, "could not format message with provided arguments") || strings.Count(got, "\n") != 1 {
				t.Errorf("print inside silent: stderr has %q", got)
			}
		})
	})
}

// RaiseErrors panics in the logging call, after all handlers have been served.
func TestRaiseErrors(t *testing.T) {
	logbook.ForgetTemplateErrors()
	outer := record(t, logbook.Flags{Errors: logbook.RaiseErrors})
	defer logbook.PushGoroutine(logbook.NewHandler(func(*logbook.Record) error {
		return errors.New("disk full")
	}, &logbook.Options{Bubble: true}))()
	raised := func(fn func()) (e *logbook.HandlerError) {
		defer func() { e, _ = recover().(*logbook.HandlerError) }()
		fn()
		return nil
	}
	e := raised(func() { logbook.Info("m") })
	if e == nil || e.Handler == nil || e.Err.Error() != "disk full" || e.Source.Line == 0 {
		t.Fatalf("raised %v", e)
	}
	outer.want(t, "m")

	e = raised(func() {
		logbook.InGoroutine(func() { logbook.Info("{x} {y}", []any{"x", 1}...) }, new(recorder))
	})
	var te *logbook.TemplateError
	if !errors.As(e, &te) || !strings.Contains(e.Error(), "could not format message with provided arguments") {
		t.Errorf("raised %v", e)
	}
}

// A panic of the error function for an offered record also waits until all handlers
// have been served.
func TestRaiseErrorsThroughOffer(t *testing.T) {
	fails := logbook.NewHandler(func(*logbook.Record) error { return errors.New("inner") }, nil)
	last := new(recorder)
	group := logbook.NewHandler(func(r *logbook.Record) error {
		logbook.Offer(fails, r)
		logbook.Offer(last, r)
		return nil
	}, nil)
	defer logbook.PushGoroutine(logbook.Flags{Errors: logbook.RaiseErrors}, group)()
	func() {
		defer func() {
			var e *logbook.HandlerError
			if err, _ := recover().(error); !errors.As(err, &e) || !strings.Contains(err.Error(), "inner") {
				t.Errorf("raised %v", err)
			}
		}()
		logbook.Info("m")
	}()
	last.want(t, "m")
}

// An error function gets all details.
func TestErrorFlag(t *testing.T) {
	var f failures
	bad := errors.New("bad")
	h := logbook.NewHandler(func(*logbook.Record) error { return bad }, nil)
	defer logbook.PushGoroutine(f.flag(), h)()
	logbook.New("chan").Warn("hello {x}", "x", 1)
	e := f.one(t)
	if e.Handler != h || e.Err != bad || e.Level != logbook.LevelWarn || e.Channel != "chan" || e.Message != "hello 1" {
		t.Errorf("got %#v", e)
	}
	if !strings.HasSuffix(e.Source.File, "stack_flags_test.go") || !errors.Is(e, bad) {
		t.Errorf("source %v", e.Source)
	}
}

// Without introspection a record has no file, line, function or module.
func TestIntrospectionOff(t *testing.T) {
	format := logbook.MustFormat("[{record.filename}][{record.lineno}][{record.func_name}][{record.module}]")
	h := recordAs(t, format, logbook.Flags{Introspection: logbook.IntrospectionOff})
	logbook.Info("m")
	if r := h.last(t); r.PC() != 0 || *r.Source() != (slog.Source{}) {
		t.Errorf("source is %v", r.Source())
	}
	if got := h.line(t); got != "[][][][]" {
		t.Errorf("the line is %q", got)
	}
	logbook.InGoroutine(func() { logbook.Info("m") }, logbook.Flags{Introspection: logbook.IntrospectionOn})
	if h.last(t).Source().Line == 0 {
		t.Error("on inside off: no source")
	}
	logbook.InGoroutine(func() { logbook.Info("m") }, logbook.Flags{Errors: logbook.SilentErrors})
	if h.last(t).Source().Line != 0 {
		t.Error("flags without the field do not inherit it")
	}
}

// A panic of Unbound is reported through the error flag.
func TestUnboundThatPanics(t *testing.T) {
	var f failures
	defer logbook.PushGoroutine(f.flag())()
	logbook.PushGoroutine(unboundPanicker{}, logbook.Null{})()
	e := f.one(t)
	if !strings.Contains(e.Error(), "unbound panicked") {
		t.Errorf("reported %v", e)
	}
	if e.Source == nil {
		t.Error("the report's source is nil")
	}
}

type unboundPanicker struct{ logbook.Options }

func (unboundPanicker) Handle(*logbook.Record) error { return nil }
func (unboundPanicker) Unbound()                     { panic("unbound panicked") }

func TestCurrentFlags(t *testing.T) {
	var f failures
	ctx, end := logbook.BindScope(t.Context(), logbook.Flags{Introspection: logbook.IntrospectionOff})
	defer end()
	defer logbook.PushGoroutine(f.flag())()
	logbook.CurrentFlags(ctx).Errors(&logbook.HandlerError{Err: errors.New("x")})
	if f.one(t).Err.Error() != "x" || logbook.CurrentFlags(ctx).Introspection != logbook.IntrospectionOff {
		t.Error("the bound flags are not the current ones")
	}
	if got := logbook.CurrentFlags(t.Context()).Introspection; got != logbook.IntrospectionOn {
		t.Errorf("without the context, introspection is %v", got)
	}
	done := make(chan logbook.Flags)
	go func() { done <- logbook.CurrentFlags(t.Context()) }()
	if got := <-done; got.Errors == nil || got.Introspection != logbook.IntrospectionOn {
		t.Errorf("without bindings: %+v", got)
	}
}
