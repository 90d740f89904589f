package logbook

import "context"

// Wrapper is for handlers that wrap another one: embed it, and override the methods
// that differ. It forwards Binding, Handle, Flush, Close and Unbound. It does not
// forward HandleBatch, which would bypass an override of Handle; a wrapper that
// supports batches implements it.
//
// Failures name the type of the wrapper. If it means nothing to users, give the wrapper a
// method Unnamed(), which does nothing: failures then name the wrapped handler.
//
// While the wrapped handler runs, the wrapper declines records, too; see
// [ErrRecursion].
type Wrapper struct{ Handler }

// Unwrap returns the wrapped handler.
func (w Wrapper) Unwrap() Handler { return w.Handler }

// Handle calls the wrapped handler.
func (w Wrapper) Handle(r *Record) error { return Handle(w.Handler, r) }

// Flush flushes the wrapped handler, if it is a [Flusher].
func (w Wrapper) Flush(ctx context.Context) error { return Flush(ctx, w.Handler) }

// Close closes the wrapped handler, if it is a [Closer] or [Flusher].
func (w Wrapper) Close(ctx context.Context) error { return Close(ctx, w.Handler) }

// Unbound calls the wrapped handler's Unbound, if it has one.
func (w Wrapper) Unbound() {
	if u, ok := w.Handler.(Unbinder); ok {
		u.Unbound()
	}
}
