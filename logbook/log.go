package logbook

import (
	"context"
	"log/slog"
	"slices"
)

// Numbers of functions between deliver and the code that logged: what the
// exported call adds, and the function in this file that it calls.
const (
	callerSkip = 2
	noCaller   = -1
)

// The functions in this file are the slow way of the calls: the level was not
// below the floor. They must be called by the exported function that the user
// calls, since they count the frames in between.

func (l *Logger) log(ctx context.Context, level Level, msg string, args []any) {
	stack := visible(ctx)
	if !l.core.wants(stack, level) {
		return
	}
	r := getRecord(l, ctx, level, msg)
	r.call = appendArgs(r.call, args)
	if stack.callers && l.skip == 0 {
		r.caller = callSite()
	}
	deliver(stack, r, callerSkip+l.skip)
}

func (l *Logger) logAttrs(ctx context.Context, level Level, msg string, attrs []slog.Attr) {
	stack := visible(ctx)
	if !l.core.wants(stack, level) {
		return
	}
	r := getRecord(l, ctx, level, msg)
	if len(attrs) > 0 {
		r.call = appendByWords(r.call, attrs)
	}
	if stack.callers && l.skip == 0 {
		r.caller = callSite()
	}
	deliver(stack, r, callerSkip+l.skip)
}

func (l *Logger) logf(level Level, format string, args []any) {
	stack := visible(nil)
	if !l.core.wants(stack, level) {
		return
	}
	r := getRecord(l, nil, level, format)
	r.literal, r.printf = true, true
	r.fargs = append(r.argSpace[:0], args...)
	if stack.callers && l.skip == 0 {
		r.caller = callSite()
	}
	deliver(stack, r, callerSkip+l.skip)
}

func (l *Logger) exception(ctx context.Context, err error, msg string, args []any) {
	if l == nil || l.core.below(LevelError) {
		return
	}
	stack := visible(ctx)
	if !l.core.wants(stack, LevelError) {
		return
	}
	if msg == "" {
		msg = defaultExceptionMessage
	}
	r := getRecord(l, ctx, LevelError, msg)
	r.literal = len(args) == 0 && l.scope.empty() // the error is no argument of the message
	r.call = appendArgs(r.call, args)
	if err != nil {
		e := &loggedError{err: err}
		if errorStack(err) == nil {
			e.pcs = callers(2 + l.skip)
		}
		r.call = append(r.call, slog.Any("error", e))
	}
	if stack.callers && l.skip == 0 {
		r.caller = callSite()
	}
	deliver(stack, r, callerSkip+l.skip)
}

// logPanic logs a recovered panic; the place that panicked is the caller. It reports
// whether a handler took the record.
func (l *Logger) logPanic(ctx context.Context, level Level, msg string, e *loggedError) (taken bool) {
	stack := visible(ctx)
	if !l.core.wants(stack, level) {
		return false
	}
	r := getRecord(l, ctx, level, msg)
	r.literal = true
	r.call = append(r.call, slog.Any("error", e))
	if len(e.pcs) > 0 {
		r.pc = outside(e.pcs)
	}
	return deliver(stack, r, noCaller)
}

// Dispatch hands a record that was made by [NewRecord] or [Record.Clone] to the
// handlers that a call with this context would meet. It is delivered as it is,
// but for what processors add. A zero time is set to now.
func Dispatch(ctx context.Context, r *Record) {
	r.alive()
	if r.pooled || r.sealed {
		r = r.Clone()
	}
	if r.ctx == nil {
		r.ctx = ctx
	}
	stack := visible(ctx)
	if r.logger != nil {
		if !r.logger.core.wants(stack, r.level) {
			return
		}
	} else if !stack.wants(r.level) {
		return
	}
	deliver(stack, r, noCaller)
}

// appendByWords is append with [setAttr].
func appendByWords(to, attrs []slog.Attr) []slog.Attr {
	n := len(to)
	to = slices.Grow(to, len(attrs))[:n+len(attrs)]
	for i := range attrs {
		setAttr(&to[n+i], &attrs[i])
	}
	return to
}

// setAttr copies an attribute word by word. A copy in one piece moves larger units,
// and the processor holds those up while the words that the caller has just stored
// are still on their way.
func setAttr(to, from *slog.Attr) {
	to.Key = from.Key
	to.Value = from.Value
}
