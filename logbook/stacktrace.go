package logbook

import (
	"log/slog"
	"reflect"
	"runtime"
	"strings"
)

// maxStack bounds how many frames of a stack are kept.
const maxStack = 64

// stackError gives an error a stack. It is left out where chains are told.
type stackError struct {
	error
	pcs []uintptr
}

func (e *stackError) Unwrap() error { return e.error }

// StackTrace returns the program counters, as github.com/pkg/errors does.
func (e *stackError) StackTrace() []uintptr { return e.pcs }

// WithStack returns err with the stack of the caller, which [Logger.Exception]
// and [Err] then tell. An error that carries a stack, and nil, are returned as
// they are. It costs about a microsecond.
func WithStack(err error) error {
	if err == nil || errorStack(err) != nil {
		return err
	}
	return &stackError{err, callers(1)}
}

// callers returns the program counters of the stack, without the skip innermost
// functions above the caller of callers.
func callers(skip int) []uintptr {
	var pcs [maxStack]uintptr
	return append([]uintptr(nil), pcs[:runtime.Callers(skip+2, pcs[:])]...)
}

// frames tells what program counters, as runtime.Callers returns them, stand for.
func frames(pcs []uintptr) []slog.Source {
	if len(pcs) == 0 {
		return nil
	}
	out := make([]slog.Source, 0, len(pcs))
	for it := runtime.CallersFrames(pcs); ; {
		f, more := it.Next()
		if f.Function != "" && f.Function != "runtime.goexit" && f.Function != "runtime.main" {
			out = append(out, slog.Source{Function: f.Function, File: f.File, Line: f.Line})
		}
		if !more {
			return out
		}
	}
}

// errorStack returns the stack that the innermost error of a chain carries: it
// is the one nearest to the failure. nil if none carries any.
func errorStack(err error) []slog.Source {
	looks := maxChain
	return findStack(err, &looks)
}

// findStack looks at as many errors as looks says: trees may be without end.
func findStack(err error, looks *int) []slog.Source {
	if err == nil || *looks == 0 {
		return nil
	}
	*looks--
	for _, inner := range unwrap(err) {
		if s := findStack(inner, looks); s != nil {
			return s
		}
	}
	return ownStack(err)
}

// ownStack knows the stacks of the usual libraries by the shape of their methods,
// so that none of them need be imported: github.com/pkg/errors and
// github.com/cockroachdb/errors have a StackTrace of program counters,
// github.com/go-errors/errors has Callers, others have StackFrames of counters
// or runtime.Frame.
func ownStack(err error) (stack []slog.Source) {
	defer func() {
		if recover() != nil {
			stack = nil // a foreign method panicked: the stack is a nicety
		}
	}()
	switch x := err.(type) {
	case interface{ StackTrace() []uintptr }:
		return frames(x.StackTrace())
	case interface{ Callers() []uintptr }:
		return frames(x.Callers())
	case interface{ StackFrames() []uintptr }:
		return frames(x.StackFrames())
	case interface{ StackFrames() []runtime.Frame }:
		for _, f := range x.StackFrames() {
			stack = append(stack, slog.Source{Function: f.Function, File: f.File, Line: f.Line})
		}
		return stack
	}
	m := reflect.ValueOf(err).MethodByName("StackTrace")
	if !m.IsValid() || m.Type().NumIn() != 0 || m.Type().NumOut() != 1 {
		return nil
	}
	t := m.Type().Out(0)
	if t.Kind() != reflect.Slice || t.Elem().Kind() != reflect.Uintptr {
		return nil
	}
	list := m.Call(nil)[0]
	pcs := make([]uintptr, 0, list.Len())
	for i := range list.Len() {
		pcs = append(pcs, uintptr(list.Index(i).Uint()))
	}
	return frames(pcs)
}

// panicCallers returns the stack of a panic that is being recovered, from the
// function that panicked on.
func panicCallers() []uintptr {
	pcs := callers(1)
	for i, pc := range pcs {
		f := runtime.FuncForPC(pc - 1)
		if f == nil || f.Name() != "runtime.gopanic" {
			continue
		}
		rest := pcs[i+1:]
		for len(rest) > 1 {
			// What the runtime puts between a fault and its panic is no news.
			f := runtime.FuncForPC(rest[0] - 1)
			if f == nil || !strings.HasPrefix(f.Name(), "runtime.") {
				break
			}
			rest = rest[1:]
		}
		return rest
	}
	return pcs
}
