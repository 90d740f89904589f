package flow

import "context"

// NewContext returns a context for the operations of a handler until it is closed. The
// channel of its Done is made at once: one that was made on first use, in a bubble of
// testing/synctest, could not be closed outside.
func NewContext() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	ctx.Done()
	return ctx, cancel
}
