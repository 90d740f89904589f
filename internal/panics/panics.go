// Package panics makes errors of panics: those of a formatter, a filter or a hook cost
// the record that met them, and not the program.
package panics

import "fmt"

// Error returns what recover returned as an error. A value that is an error is wrapped.
func Error(recovered any) error {
	if err, ok := recovered.(error); ok {
		return fmt.Errorf("panic: %w", err)
	}
	return fmt.Errorf("panic: %v", recovered)
}

// Call calls fn, and returns its error or that of its panic.
func Call(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = Error(p)
		}
	}()
	return fn()
}
