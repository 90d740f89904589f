package logbook

import (
	"context"
	"log/slog"

	"github.com/logbook-go/logbook/internal/panics"
)

// PanicOptions change how a panic is logged. nil means the defaults.
type PanicOptions struct {
	Level   slog.Leveler // default LevelError
	Message string       // default "Uncaught exception occurred"
	Repanic bool         // after logging, go on panicking with the same value
}

// CatchPanics recovers from a panic and logs it with its stack. It must be
// deferred itself:
//
//	defer log.CatchPanics(nil)
//
// It catches nothing if no handler would be told, as with a nil or disabled logger, and
// goes on panicking with the same value if none took the record: a panic must not
// vanish. A handler that fails has taken it.
//
// A panic that is caught around an [net/http.Handler] is a complete answer to the
// server and the client. Package httplog logs it, and breaks the answer off.
func (l *Logger) CatchPanics(o *PanicOptions) {
	if !l.Enabled(nil, o.level()) {
		return
	}
	if p := recover(); p != nil && !l.caught(nil, p, o) {
		repanic(p)
	}
}

// CatchPanicsContext is CatchPanics for handlers bound to the context as well.
// Where the binding ends in a deferred call too, defer this one after it, so that
// it runs before.
func (l *Logger) CatchPanicsContext(ctx context.Context, o *PanicOptions) {
	if !l.Enabled(ctx, o.level()) {
		return
	}
	if p := recover(); p != nil && !l.caught(ctx, p, o) {
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

// LogPanic logs what recover returned, as CatchPanicsContext does, for code that has
// to look at it before. It must be called by the deferred function that recovered,
// while the stack of the panic is still there. nil is not logged. It reports whether a
// handler took the record.
func (l *Logger) LogPanic(ctx context.Context, p any, o *PanicOptions) (taken bool) {
	return l != nil && p != nil && l.caught(ctx, p, o)
}

// caught reports whether a handler took the record of a panic.
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

// repanic has a name, so that the stack of a panic can be followed beyond it.
//
//go:noinline
func repanic(p any) { panic(p) }
