package logbook

import "context"

// Wrapper is what handlers that stand before another are built on: embed it, and
// override what is to differ. It forwards Binding, Handle, Flush, Close and
// Unbound. It does not forward batches, since they would go around an override
// of Handle: a wrapper that can treat records together has a HandleBatch of its
// own.
//
// A method Unwrap tells which handler a wrapper stands before: while that one runs, the
// wrapper declines records, too; see [ErrRecursion].
type Wrapper struct{ Handler }

// Unwrap returns the handler inside.
func (w Wrapper) Unwrap() Handler { return w.Handler }

// Handle hands the record to the handler inside.
func (w Wrapper) Handle(r *Record) error { return Handle(w.Handler, r) }

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
