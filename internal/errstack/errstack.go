// Package errstack gives an error a stack that another package took.
package errstack

import "runtime"

// Error is an error with a stack, which the core shows as that of the error. It is not shown
// in chains of errors itself.
type Error struct {
	Err    error
	Frames []runtime.Frame // most recent call first
}

// Error returns the text of the error without the stack.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the error without the stack.
func (e *Error) Unwrap() error { return e.Err }

// StackFrames returns the stack. The core looks for this method.
func (e *Error) StackFrames() []runtime.Frame { return e.Frames }
