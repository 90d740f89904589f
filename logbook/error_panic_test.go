package logbook_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

//go:noinline
func panicWith(v any) { panic(v) }

var panicLine = lineOf() - 2 // where panicWith panics

//go:noinline
func writeTo(m map[string]int) { m["a"] = 1 }

//go:noinline
func nilPointer(p *struct{ n int }) int { return p.n }

//go:noinline
func outOfRange(s []int, i int) int { return s[i] }

// divide is inlined into the functions that call it.
func divide(a, b int) int { return a / b }

// A panic is logged with its error, and a stack from the function that panicked.
func TestCatchPanics(t *testing.T) {
	log := logbook.New("panics")
	zero := 0
	tests := []struct {
		name     string
		fn       func()
		message  string
		typ      string
		function string
	}{
		{"text", func() { panicWith("boom") }, "boom", "string", "panicWith"},
		{"number", func() { panicWith(42) }, "42", "int", "panicWith"},
		{"error", func() { panicWith(io.EOF) }, "EOF", "*errors.errorString", "panicWith"},
		{"nil", func() { panicWith(nil) }, "panic called with nil argument", "*runtime.PanicNilError", "panicWith"},
		{"nil map", func() { writeTo(nil) }, "assignment to entry in nil map", "", "writeTo"},
		{"nil pointer", func() { nilPointer(nil) }, "nil pointer dereference", "", "nilPointer"},
		{"index", func() { outOfRange(nil, 3) }, "index out of range [3]", "", "outOfRange"},
		{"division", func() { _ = divide(1, zero) }, "integer divide by zero", "", "divide"},
		{"type assertion", func() { _ = any(1).(string) }, "interface conversion", "", "TestCatchPanics.func"},
		{"in a deferred function", func() { defer panicWith("second"); panicWith("first") }, "second", "string", "panicWith"},
		{"hostile", func() { panicWith(stringPanicker{}) }, "PANIC", "", "panicWith"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var f failures
			h := record(t, f.flag())
			func() {
				defer log.CatchPanics(nil)
				test.fn()
			}()
			r := h.last(t)
			info := r.ErrorInfo()
			if r.Message() != "Uncaught exception occurred" || r.Level() != logbook.LevelError {
				t.Errorf("got %v %q", r.Level(), r.Message())
			}
			if !strings.Contains(info.Message, test.message) || test.typ != "" && info.Type != test.typ {
				t.Errorf("the error is %s: %s", info.Type, info.Message)
			}
			if len(info.Stack) == 0 || !strings.Contains(info.Stack[0].Function, test.function) || *r.Source() != info.Stack[0] {
				t.Errorf("the stack begins at %v, the record names %v", info.Stack, r.Source())
			}
			if test.function == "panicWith" && r.Source().Line != panicLine {
				t.Errorf("the record names line %d, want %d", r.Source().Line, panicLine)
			}
			f.none(t)
		})
	}
}

func TestCatchPanicsOptions(t *testing.T) {
	h := record(t)
	log := logbook.New("panics").With("a", 1)
	func() {
		defer log.CatchPanics(&logbook.PanicOptions{Level: logbook.LevelCritical, Message: "worker {died}"})
		panicWith("x")
	}()
	r := h.last(t)
	if r.Level() != logbook.LevelCritical || r.Message() != "worker {died}" || r.Text("a") != "1" {
		t.Errorf("got %v %q a=%q", r.Level(), r.Message(), r.Text("a"))
	}

	value := fmt.Errorf("value: %w", io.EOF)
	func() {
		defer func() {
			if p := recover(); p != error(value) {
				t.Errorf("panicked again with %v", p)
			}
		}()
		defer log.CatchPanics(&logbook.PanicOptions{Repanic: true})
		panicWith(value)
	}()
	if got := h.last(t).Err(); got != error(value) {
		t.Errorf("the error is %v", got)
	}

	func() {
		defer logbook.CatchPanics(nil)
		panicWith("x")
	}()
	if r := h.last(t); r.Channel() != "Generic" || r.ErrorInfo().Message != "x" {
		t.Errorf("the package function logged %s: %v", r.Channel(), r.ErrorInfo())
	}

	// Without a panic nothing is logged.
	before := len(h.messages())
	func() { defer log.CatchPanics(nil) }()
	if len(h.messages()) != before {
		t.Error("a record without a panic")
	}
	var p *logbook.PanicError
	func() {
		defer log.CatchPanics(nil)
		panicWith(7)
	}()
	if !errors.As(h.last(t).Err(), &p) || p.Value != 7 {
		t.Errorf("the panic's value is lost: %v", h.last(t).Err())
	}
}

// If a panic is caught and raised again, each record has the function that panicked
// first.
func TestRepanicKeepsThePlace(t *testing.T) {
	again := &logbook.PanicOptions{Repanic: true}
	log := logbook.New("panics")
	for name, fn := range map[string]func(){
		"once":  func() { defer log.CatchPanics(again); panicWith("x") },
		"twice": func() { defer log.CatchPanicsContext(t.Context(), again); defer log.CatchPanics(again); panicWith("x") },
		"by LogPanic": func() {
			defer func() { log.LogPanic(t.Context(), recover(), again) }()
			panicWith("x")
		},
		"in a function that is deferred": func() {
			defer func() { defer log.CatchPanics(again); panicWith("x") }()
			panic("first")
		},
		"a fault": func() { defer log.CatchPanics(again); writeTo(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			h := record(t)
			func() {
				defer log.CatchPanics(nil)
				fn()
			}()
			want := h.records[0].Source()
			if !strings.HasSuffix(want.File, "error_panic_test.go") || len(h.records) < 2 {
				t.Fatalf("%d records, the first one names %v", len(h.records), want)
			}
			for _, r := range h.records[1:] {
				if stack := r.ErrorInfo().Stack; *r.Source() != *want || stack[0] != *want {
					t.Errorf("the record names %v, its stack begins at %v; want %v", r.Source(), stack[0], want)
				}
			}
		})
	}
}

// The record of a panic that RaiseErrors caused has the call site of the failed call.
func TestPlaceOfRaisedErrors(t *testing.T) {
	h := new(recorder)
	defer logbook.PushGoroutine(h)()
	for name, fn := range map[string]func(){
		"a failure": func() {
			failing := logbook.NewHandler(func(*logbook.Record) error { return io.EOF }, nil)
			defer logbook.PushGoroutine(logbook.Flags{Errors: logbook.RaiseErrors}, failing)()
			logbook.Info("x")
		},
		"Must": func() { logbook.Must(0, io.EOF) },
	} {
		func() {
			defer logbook.Default().CatchPanics(nil)
			fn()
		}()
		if r := h.last(t); !strings.HasSuffix(r.Source().File, "error_panic_test.go") {
			t.Errorf("%s: the record names %v", name, r.Source())
		}
	}
}

// recurse calls fn at a depth of n functions.
func recurse(n int, fn func()) {
	if n == 0 {
		fn()
		return
	}
	recurse(n-1, fn)
}

// A stack that was cut says so, in the error and in its text.
func TestLongStacks(t *testing.T) {
	log := logbook.New("panics")
	for name, fn := range map[string]func(n int){
		"exception": func(n int) { recurse(n, func() { log.Exception(io.EOF, "") }) },
		"error":     func(n int) { recurse(n, func() { log.Error("", logbook.Err(logbook.WithStack(io.EOF))) }) },
		"panic": func(n int) {
			defer log.CatchPanics(nil)
			recurse(n, func() { panic("x") })
		},
		"panic that is caught far above": func(n int) {
			defer func() {
				p := recover()
				recurse(200, func() { log.LogPanic(t.Context(), p, nil) })
			}()
			recurse(n, func() { panic("x") })
		},
		"libraries' counters": func(n int) {
			pcs := make([]uintptr, 200)
			recurse(n, func() { pcs = pcs[:runtime.Callers(1, pcs)] })
			log.Exception(&callersList{pcs}, "")
		},
		"libraries' frames": func(n int) {
			log.Exception(framesList(make([]runtime.Frame, n+10)), "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := record(t)
			fn(20)
			short := h.last(t).ErrorInfo()
			if n := len(short.Stack); n < 22 || n > 64 || strings.Contains(short.Traceback(), "cut") {
				t.Fatalf("%d functions: %s", n, short.Traceback())
			}
			room := 64 - len(short.Stack)
			fn(20 + room)
			if info := h.last(t).ErrorInfo(); len(info.Stack) != 64 || strings.Contains(info.Traceback(), "cut") {
				t.Errorf("%d functions: %s", len(info.Stack), info.Traceback())
			}
			fn(20 + room + 1)
			info := h.last(t).ErrorInfo()
			if len(info.Stack) != 65 || info.Stack[64] != (slog.Source{Function: "... (stack cut)"}) {
				t.Errorf("%d functions, the last is %v", len(info.Stack), info.Stack[len(info.Stack)-1])
			}
			if text := info.Traceback(); !strings.HasPrefix(text, "Traceback (most recent call last):\n  ... (stack cut)\n  File ") {
				t.Errorf("the text begins with %.100s", text)
			}
			fn(150)
			if n := len(h.last(t).ErrorInfo().Stack); n != 65 {
				t.Errorf("%d functions", n)
			}
		})
	}
}

type callersList struct{ pcs []uintptr }

func (*callersList) Error() string { return "failed" }

func (e *callersList) Callers() []uintptr { return e.pcs }

type framesList []runtime.Frame

func (framesList) Error() string { return "failed" }

func (e framesList) StackFrames() []runtime.Frame { return e }

func TestCatchPanicsContext(t *testing.T) {
	withoutDefault(t)
	h := new(recorder)
	ctx, end := logbook.BindScope(context.Background(), h)
	defer end()
	func() {
		defer logbook.Default().CatchPanicsContext(ctx, nil)
		panicWith("x")
	}()
	h.want(t, "Uncaught exception occurred")
}

// A nil logger does not recover.
func TestNilLoggerCatchesNoPanics(t *testing.T) {
	var log *logbook.Logger
	for name, fn := range map[string]func(){
		"plain":   func() { defer log.CatchPanics(nil); panicWith(name1) },
		"context": func() { defer log.CatchPanicsContext(t.Context(), nil); panicWith(name1) },
	} {
		func() {
			defer func() {
				if p := recover(); p != name1 {
					t.Errorf("%s: recovered %v", name, p)
				}
			}()
			fn()
		}()
	}
}

const name1 = "not swallowed"

// runtime.Goexit is not a panic.
func TestCatchPanicsAndGoexit(t *testing.T) {
	h := new(recorder)
	done := make(chan bool)
	go func() {
		defer close(done)
		defer logbook.PushGoroutine(h)()
		defer logbook.Default().CatchPanics(nil)
		runtime.Goexit()
	}()
	<-done
	h.want(t)
}

// A panic goes on if no handler would get its record.
func TestPanicsAreNotLost(t *testing.T) {
	for name, log := range map[string]*logbook.Logger{
		"nil": nil, "disabled": logbook.NewLogger("off", &logbook.LoggerOptions{Disabled: true}),
		"below the level": logbook.NewLogger("high", &logbook.LoggerOptions{Level: logbook.LevelCritical}),
	} {
		func() {
			defer func() {
				if recover() != "boom" {
					t.Errorf("%s logger: the panic was lost", name)
				}
			}()
			defer log.CatchPanics(nil)
			panic("boom")
		}()
	}
	logbook.InGoroutine(func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was lost in a black hole")
			}
		}()
		defer logbook.Default().CatchPanics(nil)
		panic("boom")
	}, logbook.Null{})
}
