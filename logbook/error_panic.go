package logbook

import (
	"context"
	"log/slog"

	"github.com/logbook-go/logbook/internal/panics"
)

// PanicOptions configure how a panic is logged. nil is the default.
type PanicOptions struct {
	Level   slog.Leveler // default LevelError
	Message string       // default "Uncaught exception occurred"
	Repanic bool         // after logging, panic again with the same value
}

// CatchPanics recovers from a panic and logs it with its stack. It must be deferred
// directly:
//
//	defer log.CatchPanics(nil)
//
// A panic is never lost: CatchPanics does not recover if no handler would get the
// record, as with a nil or disabled logger, and panics again with the same value if no
// handler took it. A handler that failed has taken the record.
//
// Around an [net/http.Handler], a recovered panic looks like a complete response.
// Package httplog logs the panic and aborts the response.
func (l *Logger) CatchPanics(o *PanicOptions) {
	if !l.Enabled(nil, o.level()) {
		return
	}
	if p := recover(); p != nil && !l.caught(nil, p, o) {
		repanic(p)
	}
}

// CatchPanicsContext is like CatchPanics, and also reaches handlers bound to ctx. If
// the binding ends in a deferred call, too, defer CatchPanicsContext after that call,
// so that it runs first.
func (l *Logger) CatchPanicsContext(ctx context.Context, o *PanicOptions) {
	if !l.Enabled(ctx, o.level()) {
		return
	}
	if p := recover(); p != nil && !l.caught(ctx, p, o) {
		repanic(p)
	}
}

// CatchPanics recovers from a panic and logs it to the [Default] logger. It must be
// deferred directly. See [Logger.CatchPanics].
func CatchPanics(o *PanicOptions) {
	if !defaultLogger.Enabled(nil, o.level()) {
		return
	}
	if p := recover(); p != nil && !defaultLogger.caught(nil, p, o) {
		repanic(p)
	}
}

func (o *PanicOptions) level() (level Level) {
	level = LevelError
	if o != nil && o.Level != nil {
		_ = panics.Call(func() error { level = LevelOf(o.Level); return nil })
	}
	return level
}

// LogPanic is like CatchPanicsContext for code that calls recover itself; p is its
// result. It must be called by the deferred function that recovered, while the stack of
// the panic still exists. A nil p is not logged. It reports whether a handler took the
// record.
func (l *Logger) LogPanic(ctx context.Context, p any, o *PanicOptions) (taken bool) {
	return l != nil && p != nil && l.caught(ctx, p, o)
}

// caught logs a panic, and reports whether a handler took the record.
func (l *Logger) caught(ctx context.Context, p any, o *PanicOptions) (taken bool) {
	if o == nil {
		o = new(PanicOptions)
	}
	err, ok := p.(error)
	if !ok {
		err = &PanicError{p}
	}
	level, message := o.level(), o.Message
	if message == "" {
		message = defaultExceptionMessage
	}
	pcs := panicPCs()
	taken = l.logPanic(ctx, level, message, &loggedError{err: err, pcs: pcs})
	if o.Repanic {
		repanic(p)
	}
	return taken
}

// repanic is a function so that its name marks a second panic on the stack.
//
//go:noinline
func repanic(p any) { panic(p) }
