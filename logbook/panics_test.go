package logbook_test

import (
	"context"
	"errors"
	"fmt"
	"io"
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

// Case 26: a panic is a record with the error, and a stack from the function that
// panicked on.
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
				t.Errorf("went on panicking with %v", p)
			}
		}()
		defer log.CatchPanics(&logbook.PanicOptions{Repanic: true})
		panicWith(value)
	}()
	if got := h.last(t).Err(); got != error(value) {
		t.Errorf("the error is %v", got)
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

// A nil logger catches nothing.
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

// runtime.Goexit is no panic.
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

// A panic that nobody would be told of goes on.
func TestPanicsDoNotVanish(t *testing.T) {
	for name, log := range map[string]*logbook.Logger{
		"nil": nil, "disabled": logbook.NewLogger("off", &logbook.LoggerOptions{Disabled: true}),
		"below the level": logbook.NewLogger("high", &logbook.LoggerOptions{Level: logbook.LevelCritical}),
	} {
		func() {
			defer func() {
				if recover() != "boom" {
					t.Errorf("%s logger: the panic vanished", name)
				}
			}()
			defer log.CatchPanics(nil)
			panic("boom")
		}()
	}
	logbook.InGoroutine(func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic vanished in a black hole")
			}
		}()
		defer logbook.Default().CatchPanics(nil)
		panic("boom")
	}, logbook.Null{})
}
