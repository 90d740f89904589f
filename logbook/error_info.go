package logbook

import (
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/errstack"
	"github.com/logbook-go/logbook/internal/value"
)

// PanicError is the error of a record of a panic whose value was not an error.
type PanicError struct{ Value any }

// Error returns the value as text.
func (e *PanicError) Error() string { return fmt.Sprint(e.Value) }

// ErrorInfo describes the error of a record. It is an error itself, and replaces the
// original in received records. Stack and Chain hold at most 64 elements; if they were
// cut, another one at the end says so.
type ErrorInfo struct {
	Type    string        // dynamic type, as printed by %T: "*fs.PathError"
	Message string        // text of the error
	Chain   []ErrorLink   // the errors it wraps, outermost first; trees depth first
	Stack   []slog.Source // most recent call first, as Go does; empty if there is none

	// Trace is the traceback that was received with an error. That of a Go program is empty: its
	// parts are in Stack and Chain.
	Trace string
}

// ErrorLink is one wrapped error.
type ErrorLink struct {
	Depth   int // 1 for an error that the logged error wraps
	Type    string
	Message string
}

// Error returns the message.
func (e *ErrorInfo) Error() string { return e.Message }

// String returns the type and the message on one line.
func (e *ErrorInfo) String() string {
	if e.Type == "" {
		return e.Message
	}
	return e.Type + ": " + e.Message
}

// Err returns an attribute that gives a record its error, at any level. The record
// shows the errors that it wraps and the stack that it carries, if any. For a nil error
// the attribute is empty and left out.
func Err(err error) slog.Attr {
	if err == nil {
		return slog.Attr{}
	}
	return slog.Any(errorAttr, &loggedError{err: err})
}

// loggedError is the value of an attribute made by Err or Exception.
type loggedError struct {
	err  error
	pcs  []uintptr // the caller's stack, for an error without one
	info atomic.Pointer[ErrorInfo]
}

func (e *loggedError) Error() string { return e.Info().Message }

func (e *loggedError) Unwrap() error { return e.err }

// Info describes the error. The result is computed once.
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

// bare removes the wrappers of this module, which are not part of the chain.
func bare(err error) error {
	for {
		switch x := err.(type) {
		case *stackError:
			err = x.error
		case *FixedError:
			err = x.err
		case *errstack.Error:
			err = x.Err
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

// errorText returns the text of an error. It recovers from a panic of Error, which it
// does not call on nil pointers.
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
