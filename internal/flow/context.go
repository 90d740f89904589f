package flow

import "context"

// NewContext returns a context for all that a handler does until it is closed. The
// channel of its Done is made at once: one that was made in a bubble of testing/synctest,
// since the handler was first used there, could not be closed outside.
func NewContext() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	ctx.Done()
	return ctx, cancel
}
