package logbook_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// chain flattens an error's chain for comparison.
func chain(info *logbook.ErrorInfo) (out []string) {
	for _, l := range info.Chain {
		out = append(out, fmt.Sprintf("%d %s %s", l.Depth, l.Type, l.Message))
	}
	return out
}

// topFunction returns the name of the first function of a stack.
func topFunction(info *logbook.ErrorInfo) string {
	if len(info.Stack) == 0 {
		return "no stack"
	}
	f := info.Stack[0].Function
	return f[strings.LastIndexByte(f, '.')+1:]
}

// Exception logs the type, message and chain of an error, and a stack; an empty message
// has a default.
func TestException(t *testing.T) {
	h := record(t)
	_, err := os.Open("/no/such/file")
	logbook.Exception(fmt.Errorf("config: %w", err), "cannot start {app}", "app", "x")
	r := h.last(t)
	if r.Level() != logbook.LevelError || r.Message() != "cannot start x" || !errors.Is(r.Err(), fs.ErrNotExist) {
		t.Errorf("got %v %q %v", r.Level(), r.Message(), r.Err())
	}
	info := r.ErrorInfo()
	if info.Type != "*fmt.wrapError" || info.Message != err.Error() && !strings.HasPrefix(info.Message, "config: open") {
		t.Errorf("type %q, message %q", info.Type, info.Message)
	}
	want := []string{"1 *fs.PathError open /no/such/file: no such file or directory", "2 syscall.Errno no such file or directory"}
	if got := chain(info); !slices.Equal(got, want) {
		t.Errorf("the chain is %q, want %q", got, want)
	}
	if topFunction(info) != "TestException" {
		t.Errorf("the stack begins in %s", topFunction(info))
	}
	line := h.line(t)
	for _, part := range []string{"Traceback (most recent call last):", "error_info_test.go", "*fmt.wrapError: config: ", "  | "} {
		if !strings.Contains(line, part) {
			t.Errorf("the text lacks %q: %s", part, line)
		}
	}

	logbook.Exception(io.EOF, "")
	if got := h.last(t).Message(); got != "Uncaught exception occurred" {
		t.Errorf("the message is %q", got)
	}
	ctx, undo := logbook.BindScope(t.Context(), h)
	defer undo()
	logbook.InGoroutine(func() { logbook.ExceptionContext(ctx, io.EOF, "with context") })
	if got := h.last(t); got.Message() != "with context" || got.Err() != io.EOF {
		t.Errorf("got %q %v", got.Message(), got.Err())
	}
}

// Braces in a message without arguments have no meaning: the error is not an argument.
func TestExceptionWithoutArguments(t *testing.T) {
	var f failures
	h := record(t, f.flag())
	logbook.Exception(io.EOF, `bad body {"a": 1}`)
	h.want(t, `bad body {"a": 1}`)
	f.none(t)
}

// A nil error has no traceback.
func TestNilErrors(t *testing.T) {
	h := record(t)
	logbook.Exception(nil, "nothing")
	logbook.Info("nothing", logbook.Err(nil))
	logbook.Info("nothing", "err", error(nil))
	for i, r := range h.records {
		if r.Err() != nil || r.ErrorInfo() != nil || strings.Contains(h.lines[i], "Traceback") {
			t.Errorf("record %d has error %v: %s", i, r.Err(), h.lines[i])
		}
	}
	if logbook.WithStack(nil) != nil {
		t.Error("WithStack makes an error of nil")
	}
}

// Err logs an error at any level, with a stack only if the error has one.
func TestErr(t *testing.T) {
	h := record(t)
	logbook.Info("m", logbook.Err(io.EOF))
	r := h.last(t)
	if r.Level() != logbook.LevelInfo || r.Err() != io.EOF || len(r.ErrorInfo().Stack) != 0 {
		t.Errorf("got %v %v %v", r.Level(), r.Err(), r.ErrorInfo().Stack)
	}
	logbook.Info("m", logbook.Err(failDeep()))
	if got := topFunction(h.last(t).ErrorInfo()); got != "failDeep" {
		t.Errorf("the stack begins in %s", got)
	}
	logbook.With(logbook.Err(io.EOF)).WithGroup("g").Info("m")
	if h.last(t).Err() != io.EOF {
		t.Error("the error of With is not found")
	}
}

//go:noinline
func failDeep() error { return logbook.WithStack(io.EOF) }

func TestWithStack(t *testing.T) {
	err := failDeep()
	if !errors.Is(err, io.EOF) || err.Error() != "EOF" {
		t.Errorf("WithStack changed the error to %v", err)
	}
	if logbook.WithStack(err) != err {
		t.Error("an error with a stack got another")
	}
	wrapped := fmt.Errorf("outer: %w", err)
	if logbook.WithStack(wrapped) != wrapped {
		t.Error("an error that wraps one with a stack got another")
	}
	h := record(t)
	logbook.Exception(wrapped, "")
	info := h.last(t).ErrorInfo()
	if topFunction(info) != "failDeep" {
		t.Errorf("the stack begins in %s", topFunction(info))
	}
	if got, want := chain(info), []string{"1 *errors.errorString EOF"}; !slices.Equal(got, want) {
		t.Errorf("the chain is %q, want %q, without the error that adds the stack", got, want)
	}
	logbook.Exception(err, "")
	if got := h.last(t).ErrorInfo().Type; got != "*errors.errorString" {
		t.Errorf("the type is %q", got)
	}
}

func TestJoinedErrors(t *testing.T) {
	h := record(t)
	a, b, c := errors.New("a"), errors.New("b"), errors.New("c")
	logbook.Exception(errors.Join(a, fmt.Errorf("mid: %w", errors.Join(b, c))), "")
	want := []string{
		"1 *errors.errorString a", "1 *fmt.wrapError mid: b\nc", "2 *errors.joinError b\nc",
		"3 *errors.errorString b", "3 *errors.errorString c",
	}
	if got := chain(h.last(t).ErrorInfo()); !slices.Equal(got, want) {
		t.Errorf("the chain is %q, want %q", got, want)
	}
	// All lines are marked, whatever the text of an error is.
	for i, line := range strings.Split(h.line(t), "\n") {
		if i > 0 && !strings.HasPrefix(line, "  | ") {
			t.Errorf("line %d is not marked: %q", i, line)
		}
	}
}

// A bare error is an attribute, and is the record's error.
func TestBareError(t *testing.T) {
	h := record(t)
	logbook.Warn("m", "err", io.EOF, "second", io.ErrUnexpectedEOF)
	r := h.last(t)
	if r.Err() != io.EOF || r.ErrorInfo().Message != "EOF" || strings.Contains(h.line(t), "\n") {
		t.Errorf("error %v, line %q", r.Err(), h.line(t))
	}
	if !strings.HasSuffix(h.line(t), "m err=EOF second=\"unexpected EOF\"") {
		t.Errorf("line %q", h.line(t))
	}
	logbook.Warn("m", "err", io.EOF, logbook.Err(io.ErrUnexpectedEOF))
	if h.last(t).Err() != io.ErrUnexpectedEOF {
		t.Errorf("Err has no precedence: %v", h.last(t).Err())
	}
}

// The first of several errors is the record's; the others are not lost.
func TestSeveralErrors(t *testing.T) {
	for name, f := range map[string]logbook.Formatter{
		"text": nil, "json": logbook.JSON(nil), "logfmt": logbook.Logfmt(nil), "console": logbook.Console(nil),
	} {
		h := recordAs(t, f, logbook.Attrs(logbook.Err(errors.New("third"))))
		logbook.Warn("m", logbook.Err(errors.New("first")), logbook.Err(errors.New("second")))
		for _, want := range []string{"first", "second", "third"} {
			if !strings.Contains(h.line(t), want) {
				t.Errorf("%s: the %s error is lost: %s", name, want, h.line(t))
			}
		}
	}
}

// Errors with the methods of the usual libraries for stacks.

type frame uintptr
type stackTrace []frame

type pkgError struct{ pcs []uintptr }

func (e *pkgError) Error() string { return "pkg" }
func (e *pkgError) StackTrace() (st stackTrace) {
	for _, pc := range e.pcs {
		st = append(st, frame(pc))
	}
	return st
}

type callersError struct{ pkgError }

func (e *callersError) StackTrace() string { return "no counters" }
func (e *callersError) Callers() []uintptr { return e.pcs }

type countersError struct{ pcs []uintptr }

func (e *countersError) Error() string          { return "counters" }
func (e *countersError) StackFrames() []uintptr { return e.pcs }

type framesError struct{ pcs []uintptr }

func (e *framesError) Error() string { return "frames" }
func (e *framesError) StackFrames() (out []runtime.Frame) {
	for it := runtime.CallersFrames(e.pcs); ; {
		f, more := it.Next()
		out = append(out, f)
		if !more {
			return out
		}
	}
}

type wildError struct{}

func (wildError) Error() string         { return "wild" }
func (wildError) StackTrace() []uintptr { panic("no stack") }

type argumentsError struct{}

func (argumentsError) Error() string                 { return "arguments" }
func (argumentsError) StackTrace(skip int) []uintptr { return nil }

//go:noinline
func here() []uintptr {
	pcs := make([]uintptr, 16)
	return pcs[:runtime.Callers(1, pcs)]
}

func TestForeignStacks(t *testing.T) {
	h := record(t)
	pcs := here()
	tests := []struct {
		err  error
		want string
	}{
		{&pkgError{pcs}, "here"},
		{&callersError{pkgError{pcs}}, "here"},
		{&countersError{pcs}, "here"},
		{&framesError{pcs}, "here"},
		{fmt.Errorf("outer: %w", &pkgError{pcs}), "here"},
		{errors.Join(io.EOF, &pkgError{pcs}), "here"},
		{wildError{}, "TestForeignStacks"},
		{argumentsError{}, "TestForeignStacks"},
		{(*pkgError)(nil), "TestForeignStacks"},
		{&pkgError{}, "TestForeignStacks"},
		{io.EOF, "TestForeignStacks"},
	}
	for _, test := range tests {
		logbook.Exception(test.err, "")
		if got := topFunction(h.last(t).ErrorInfo()); got != test.want {
			t.Errorf("%T: the stack begins in %s, want %s", test.err, got, test.want)
		}
	}
}

// Errors whose methods panic, typed nil pointers and endless chains do not affect the
// caller.

type unwrapPanicker struct{}

func (unwrapPanicker) Error() string { return "unwraps badly" }
func (unwrapPanicker) Unwrap() error { panic("Unwrap panicked") }

type selfError struct{ n int }

func (e *selfError) Error() string   { return "self" }
func (e *selfError) Unwrap() []error { e.n++; return []error{e, e} }

type asPanicker struct{}

func (asPanicker) Error() string { return "as" }
func (asPanicker) As(any) bool   { panic("As panicked") }
func (asPanicker) Is(error) bool { panic("Is panicked") }

func TestHostileErrors(t *testing.T) {
	var f failures
	h := record(t, f.flag())
	var nilPath *fs.PathError
	self := new(selfError)
	for _, err := range []error{nilPath, unwrapPanicker{}, self, errorPanicker{}, asPanicker{}, fmt.Errorf("w: %w", nilPath1{})} {
		before := len(h.records)
		logbook.Exception(err, "m")
		logbook.Info("m", logbook.Err(err))
		logbook.Info("m", "err", err)
		_ = logbook.WithStack(err)
		if n := len(h.records) - before; n != 3 {
			t.Errorf("%T: %d of 3 records arrived", err, n)
		}
		for _, r := range h.records[before:] {
			if info := r.ErrorInfo(); info == nil || len(info.Chain) > 65 {
				t.Errorf("%T: described as %v", err, info)
			}
		}
	}
	if self.n > 1_000_000 {
		t.Errorf("Unwrap of an endless tree was called %d times", self.n)
	}
	f.none(t)
}

type nilPath1 struct{}

func (nilPath1) Error() string { var p *fs.PathError; return p.Error() }

// Control characters and bidirectional controls in the text of an error are escaped.
func TestErrorTextIsEscaped(t *testing.T) {
	hostile := errors.New("\u202Eevil\u202C\x1b[31m\r\nINFO: forged")
	for name, f := range map[string]logbook.Formatter{
		"text": nil, "json": logbook.JSON(nil), "logfmt": logbook.Logfmt(nil), "console": logbook.Console(nil),
		"field": logbook.MustFormat("{record.exception_name} {record.exception_message} {record.formatted_exception}"),
	} {
		h := recordAs(t, f)
		logbook.Exception(hostile, "m")
		for i, line := range strings.Split(h.line(t), "\n") {
			if err := checkLine(line); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if i > 0 && !strings.HasPrefix(line, "  | ") {
				t.Errorf("%s: line %d is not marked: %q", name, i, line)
			}
		}
	}
	if got := hostile.Error(); !strings.Contains(got, "evil") {
		t.Error(got)
	}
}

func TestTracebackText(t *testing.T) {
	h := record(t)
	logbook.InGoroutine(func() {
		logbook.Default().ExceptionContext(context.Background(), fmt.Errorf("a: %w", io.EOF), "")
	})
	text := h.last(t).ErrorInfo().Traceback()
	lines := strings.Split(text, "\n")
	if lines[0] != "Traceback (most recent call last):" || !strings.HasPrefix(lines[1], `  File "`) {
		t.Errorf("the traceback begins %q", lines[:2])
	}
	if got, want := lines[len(lines)-2:], []string{"*fmt.wrapError: a: EOF", "  wraps *errors.errorString: EOF"}; !slices.Equal(got, want) {
		t.Errorf("the traceback ends %q, want %q", got, want)
	}
	if last := lines[len(lines)-3]; !strings.Contains(last, "error_info_test.go") {
		t.Errorf("the most recent call is not last: %q", last)
	}
}
