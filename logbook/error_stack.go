package logbook

import (
	"log/slog"
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// maxChain bounds the wrapped errors that are described.
const maxChain = 64

// unwrap returns the errors that err wraps directly. It recovers from panics, such as
// those of nil pointers.
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

// maxStack bounds the frames of a stack, of which the innermost are kept.
const maxStack = 64

// stackCut replaces the frames beyond maxStack.
const stackCut = "... (stack cut)"

// stackError adds a stack to an error. It is not shown in chains.
type stackError struct {
	error
	pcs []uintptr
}

func (e *stackError) Unwrap() error { return e.error }

// StackTrace returns the program counters, as github.com/pkg/errors does.
func (e *stackError) StackTrace() []uintptr { return e.pcs }

// WithStack returns err with the stack of the caller, which [Logger.Exception] and
// [Err] then show. It returns nil, and an error that has a stack already, unchanged. It
// takes about a microsecond.
func WithStack(err error) error {
	if err == nil || errorStack(err) != nil {
		return err
	}
	return &stackError{err, callerPCs(1)}
}

// callerPCs returns the program counters of the stack, without the skip innermost
// functions above the caller of callerPCs. It returns one more than frames shows, so
// that frames sees whether the stack goes on.
func callerPCs(skip int) []uintptr {
	var pcs [maxStack + 1]uintptr
	return append([]uintptr(nil), pcs[:runtime.Callers(skip+2, pcs[:])]...)
}

// frames returns the functions of program counters from runtime.Callers. If there are
// more than maxStack, the last element is stackCut.
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

// errorStack returns the stack of the innermost error of a chain that has one, which is
// nearest to the failure. It returns nil if no error has one.
func errorStack(err error) []slog.Source {
	budget := maxChain
	return findStack(err, &budget)
}

// findStack looks at no more errors than the budget, since a tree may be infinite.
func findStack(err error, budget *int) []slog.Source {
	if err == nil || *budget == 0 {
		return nil
	}
	*budget--
	for _, inner := range unwrap(err) {
		if s := findStack(inner, budget); s != nil {
			return s
		}
	}
	return ownStack(err)
}

// ownStack returns the stack that an error itself carries. It knows the usual libraries
// by their methods, so that it need not import them: github.com/pkg/errors and
// github.com/cockroachdb/errors have a StackTrace of program counters,
// github.com/go-errors/errors has Callers, others have StackFrames of counters or
// runtime.Frame.
func ownStack(err error) (stack []slog.Source) {
	defer func() {
		if recover() != nil {
			stack = nil // the record can do without a stack
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

// panicPCs returns the stack of a panic that is being recovered, from the function that
// panicked. If CatchPanics panicked again, that is the function that panicked first.
func panicPCs() []uintptr {
	var pcs []uintptr
	for size := 2 * maxStack; ; size *= 2 { // deferred functions may have added many frames
		pcs = make([]uintptr, size)
		pcs = pcs[:runtime.Callers(2, pcs)]
		rest := afterPanic(pcs)
		if len(rest) > maxStack || len(pcs) < size || size >= maxPanicStack {
			if rest == nil {
				rest = pcs // not in a panic
			}
			return slices.Clone(rest[:min(len(rest), maxStack+1)])
		}
	}
}

// maxPanicStack bounds the frames that are searched for the panic.
const maxPanicStack = 32 * maxStack

// afterPanic returns the part of a stack that called panic, or nil.
func afterPanic(pcs []uintptr) []uintptr {
	i := slices.IndexFunc(pcs, inFunction("runtime.gopanic"))
	if i < 0 {
		return nil
	}
	rest := pcs[i+1:]
	// Skip the runtime's own functions between a fault and its panic.
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

// functionOf returns the name of the function of a program counter from
// runtime.Callers.
func functionOf(pc uintptr) string {
	f := runtime.FuncForPC(pc - 1)
	if f == nil {
		return ""
	}
	return f.Name()
}

// corePackage is the prefix of the names of this package's functions; repanicking is the
// name of repanic.
const (
	corePackage = "github.com/logbook-go/logbook/logbook."
	repanicking = corePackage + "repanic"
)

// outside returns the first program counter outside this package, such as that of a
// call that [RaiseErrors] made panic; if all are inside, the first one.
func outside(pcs []uintptr) uintptr {
	for _, pc := range pcs {
		if !strings.HasPrefix(functionOf(pc), corePackage) {
			return pc
		}
	}
	return pcs[0]
}
