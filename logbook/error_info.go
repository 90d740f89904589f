package logbook

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/value"
)

// PanicError is the error of a record that CatchPanics made of a panic whose
// value was no error.
type PanicError struct{ Value any }

// Error returns the value as text.
func (e *PanicError) Error() string { return fmt.Sprint(e.Value) }

// ErrorInfo describes the error of a record. It is an error itself, which
// stands for the original where that is not at hand: in records that were
// received. A stack of more than 64 functions, and a chain of more than 64 errors,
// is cut, and ends with an element that says so.
type ErrorInfo struct {
	Type    string        // dynamic type, as %T prints it: "*fs.PathError"
	Message string        // its text
	Chain   []ErrorLink   // the errors it wraps, outermost first; trees depth first
	Stack   []slog.Source // most recent call first, as Go does; empty if there is none

	// Trace is the text of an error that was received from elsewhere with a
	// traceback of its own.
	Trace string
}

// ErrorLink is one wrapped error.
type ErrorLink struct {
	Depth   int // 1 for what the error itself wraps
	Type    string
	Message string
}

// Error returns the message.
func (e *ErrorInfo) Error() string { return e.Message }

// String returns type and message on one line.
func (e *ErrorInfo) String() string {
	if e.Type == "" {
		return e.Message
	}
	return e.Type + ": " + e.Message
}

// Traceback returns the error as text of several lines, without a newline at
// its end: the stack with the most recent call last, as Logbook prints it, type
// and message, and what the error wraps.
func (e *ErrorInfo) Traceback() string {
	if e.Trace != "" {
		return e.Trace
	}
	var b []byte
	if len(e.Stack) > 0 {
		b = append(b, "Traceback (most recent call last):\n"...)
		for i := len(e.Stack) - 1; i >= 0; i-- {
			f := &e.Stack[i]
			if f.Function == stackCut {
				b = append(append(append(b, "  "...), stackCut...), '\n')
				continue
			}
			b = append(append(b, `  File "`...), f.File...)
			b = strconv.AppendInt(append(b, `", line `...), int64(f.Line), 10)
			b = append(append(append(b, ", in "...), f.Function...), '\n')
		}
	}
	b = append(b, e.String()...)
	for _, l := range e.Chain {
		b = append(b, '\n')
		b = append(b, strings.Repeat("  ", l.Depth)...)
		b = append(append(append(append(b, "wraps "...), l.Type...), ": "...), l.Message...)
	}
	return string(b)
}

// Err returns an attribute that gives a record of any level its error, with its
// chain and, where the error carries one, its stack. For nil it returns an empty
// attribute, which is left out.
func Err(err error) slog.Attr {
	if err == nil {
		return slog.Attr{}
	}
	return slog.Any("error", &loggedError{err: err})
}

// loggedError is the value of an attribute made by Err or Exception.
type loggedError struct {
	err  error
	pcs  []uintptr // the caller's stack, for an error without one
	info atomic.Pointer[ErrorInfo]
}

func (e *loggedError) Error() string { return e.Info().Message }

func (e *loggedError) Unwrap() error { return e.err }

// Info describes the error. It is computed once; later changes of the error do
// not show.
func (e *loggedError) Info() *ErrorInfo {
	if info := e.info.Load(); info != nil {
		return info
	}
	info := describeError(e.err)
	if info.Stack == nil {
		info.Stack = frames(e.pcs)
	}
	e.info.CompareAndSwap(nil, info)
	return e.info.Load()
}

func describeError(err error) *ErrorInfo {
	stack := errorStack(err)
	err = bare(err)
	info := &ErrorInfo{Type: typeName(err), Message: errorText(err), Stack: stack}
	info.addChain(err, 1)
	return info
}

func (e *ErrorInfo) addChain(err error, depth int) {
	for _, inner := range unwrap(err) {
		inner = bare(inner)
		if inner == nil {
			continue
		}
		if len(e.Chain) == maxChain {
			e.Chain = append(e.Chain, ErrorLink{Depth: depth, Type: "...", Message: "chain cut"})
		}
		if len(e.Chain) > maxChain {
			return
		}
		e.Chain = append(e.Chain, ErrorLink{Depth: depth, Type: typeName(inner), Message: errorText(inner)})
		e.addChain(inner, depth+1)
	}
}

// bare takes off the wrappers of this package, which only carry a stack.
func bare(err error) error {
	for {
		switch x := err.(type) {
		case *stackError:
			err = x.error
		case *FixedError:
			err = x.err
		default:
			return err
		}
	}
}

func typeName(err error) string {
	if p, ok := err.(*PanicError); ok {
		return fmt.Sprintf("%T", p.Value)
	}
	return fmt.Sprintf("%T", err)
}

// errorText guards against Error methods that panic, and does not call that of a nil
// pointer.
func errorText(err error) (text string) {
	if value.IsNil(err) {
		return "<nil>"
	}
	defer func() {
		if p := recover(); p != nil {
			text = panicText(err, p)
		}
	}()
	return cut(err.Error(), maxAttr)
}
