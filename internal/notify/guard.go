package notify

import "fmt"

// Guard calls fn, which calls formatters and hooks. A panic is an error: it costs its own
// record, and not those that were handed over with it.
func Guard(fn func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case error:
			err = fmt.Errorf("panic: %w", p)
		default:
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return fn()
}
