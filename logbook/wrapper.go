package logbook

import "context"

// Wrapper is what handlers that stand before another are built on: embed it, and
// override what is to differ. It forwards Binding, Handle, Flush, Close and
// Unbound. It does not forward batches, since they would go around an override
// of Handle: a wrapper that can treat records together has a HandleBatch of its
// own.
type Wrapper struct{ Handler }

// Flush flushes the handler inside, if it can be flushed.
func (w Wrapper) Flush(ctx context.Context) error { return Flush(ctx, w.Handler) }

// Close closes the handler inside, if it can be closed.
func (w Wrapper) Close(ctx context.Context) error { return Close(ctx, w.Handler) }

// Unbound tells the handler inside.
func (w Wrapper) Unbound() {
	if u, ok := w.Handler.(Unbinder); ok {
		u.Unbound()
	}
}
