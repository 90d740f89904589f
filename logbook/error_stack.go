package logbook

import (
	"log/slog"
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// maxChain bounds how many wrapped errors are told, so that a pathological tree
// cannot fill a disk.
const maxChain = 64

// unwrap returns what an error wraps, however many that are. It guards against
// methods that panic, such as those of a nil pointer.
func unwrap(err error) (inner []error) {
	defer func() {
		if recover() != nil {
			inner = nil
		}
	}()
	switch x := err.(type) {
	case interface{ Unwrap() []error }:
		return x.Unwrap()
	case interface{ Unwrap() error }:
		if inner := x.Unwrap(); inner != nil {
			return []error{inner}
		}
	}
	return nil
}

// maxStack bounds how many frames of a stack are kept: the innermost ones.
const maxStack = 64

// stackCut stands for the frames beyond maxStack.
const stackCut = "... (stack cut)"

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
	return &stackError{err, callerPCs(1)}
}

// callerPCs returns the program counters of the stack, without the skip innermost
// functions above the caller of callerPCs. They are one more than frames shows, so that
// it can tell whether the stack goes on.
func callerPCs(skip int) []uintptr {
	var pcs [maxStack + 1]uintptr
	return append([]uintptr(nil), pcs[:runtime.Callers(skip+2, pcs[:])]...)
}

// frames returns the functions that program counters, as runtime.Callers returns
// them, stand for. Of more than maxStack the last one is stackCut.
func frames(pcs []uintptr) []slog.Source {
	if len(pcs) == 0 {
		return nil
	}
	out := make([]slog.Source, 0, min(len(pcs), maxStack+1))
	for it := runtime.CallersFrames(pcs); ; {
		f, more := it.Next()
		if f.Function != "" && f.Function != "runtime.goexit" && f.Function != "runtime.main" {
			if len(out) == maxStack {
				return append(out, slog.Source{Function: stackCut})
			}
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
			if len(stack) == maxStack {
				return append(stack, slog.Source{Function: stackCut})
			}
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

// panicPCs returns the stack of a panic that is being recovered, from the
// function that panicked on. Where CatchPanics went on panicking, it is the function
// that panicked first.
func panicPCs() []uintptr {
	var pcs []uintptr
	for size := 2 * maxStack; ; size *= 2 { // what was deferred may stand on a long stack
		pcs = make([]uintptr, size)
		pcs = pcs[:runtime.Callers(2, pcs)]
		rest := afterPanic(pcs)
		if len(rest) > maxStack || len(pcs) < size || size >= maxPanicStack {
			if rest == nil {
				rest = pcs // there is no panic
			}
			return slices.Clone(rest[:min(len(rest), maxStack+1)])
		}
	}
}

// maxPanicStack bounds how many frames are searched for the panic.
const maxPanicStack = 32 * maxStack

// afterPanic returns the part of a stack that called panic, nil if there is none.
func afterPanic(pcs []uintptr) []uintptr {
	i := slices.IndexFunc(pcs, inFunction("runtime.gopanic"))
	if i < 0 {
		return nil
	}
	rest := pcs[i+1:]
	// What the runtime puts between a fault and its panic is no news.
	for len(rest) > 1 && strings.HasPrefix(functionOf(rest[0]), "runtime.") {
		rest = rest[1:]
	}
	if len(rest) > 0 && functionOf(rest[0]) == repanicking {
		return afterPanic(rest)
	}
	return rest
}

func inFunction(name string) func(pc uintptr) bool {
	return func(pc uintptr) bool { return functionOf(pc) == name }
}

// functionOf returns the name of the function that a program counter of
// runtime.Callers stands for.
func functionOf(pc uintptr) string {
	f := runtime.FuncForPC(pc - 1)
	if f == nil {
		return ""
	}
	return f.Name()
}

// corePackage is the prefix of the names of this package's functions, and repanicking
// is the one that goes on panicking.
const (
	corePackage = "github.com/logbook-go/logbook/logbook."
	repanicking = corePackage + "repanic"
)

// outside returns the first program counter that is not in this package, such as that
// of the call that [RaiseErrors] made panic; the first one if all are.
func outside(pcs []uintptr) uintptr {
	for _, pc := range pcs {
		if !strings.HasPrefix(functionOf(pc), corePackage) {
			return pc
		}
	}
	return pcs[0]
}
