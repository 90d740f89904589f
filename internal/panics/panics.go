package panics

import "fmt"

// Error returns the result of recover as an error. If it is an error, it is wrapped.
func Error(recovered any) error {
	if err, ok := recovered.(error); ok {
		return fmt.Errorf("panic: %w", err)
	}
	return fmt.Errorf("panic: %v", recovered)
}

// Call calls fn and returns its error. If fn panics, Call returns the panic as an error.
func Call(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = Error(p)
		}
	}()
	return fn()
}
