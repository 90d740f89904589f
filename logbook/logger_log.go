package logbook

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
)

// defaultExceptionMessage is the message where none is given.
const defaultExceptionMessage = "Uncaught exception occurred"

// Log logs at any level, as Info does, for handlers bound to the context as well.
func (l *Logger) Log(ctx context.Context, level Level, msg string, args ...any) {
	if l != nil && int32(level) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(l.class)]) {
		l.log(ctx, level, msg, args)
	}
}

// LogAttrs is Log for typed attributes. It allocates nothing for up to 16 of
// them.
func (l *Logger) LogAttrs(ctx context.Context, level Level, msg string, attrs ...slog.Attr) {
	if l != nil && int32(level) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(l.class)]) {
		l.logAttrs(ctx, level, msg, attrs)
	}
}

// LogSlog logs a record of slog with its own time, caller and attributes. The
// message is taken as it is: braces mean nothing in it. Bridges are built on it.
func (l *Logger) LogSlog(ctx context.Context, sr slog.Record) {
	level := clampLevel(sr.Level)
	if l == nil || l.core.below(level) {
		return
	}
	stack := stackOf(ctx)
	if !l.core.wants(stack, level) {
		return
	}
	r := getRecord(l, ctx, level, sr.Message)
	r.literal = true
	r.time, r.timed, r.pc = sr.Time, true, sr.PC
	call := slices.Grow(r.call, sr.NumAttrs())
	sr.Attrs(func(a slog.Attr) bool {
		call = call[:len(call)+1]
		setAttr(&call[len(call)-1], &a)
		return true
	})
	r.call = call
	deliver(stack, r, noCaller)
}

// Exception logs an error at LevelError: its type, text, what it wraps, and a
// stack, its own where it carries one, else the caller's. The message "" stands
// for "Uncaught exception occurred". A nil error is logged as a record without
// one.
func (l *Logger) Exception(err error, msg string, args ...any) {
	l.exception(nil, err, msg, args)
}

// ExceptionContext is Exception for handlers bound to the context as well.
func (l *Logger) ExceptionContext(ctx context.Context, err error, msg string, args ...any) {
	l.exception(ctx, err, msg, args)
}

// The functions in this file are the slow way of the calls: the level was not
// below the floor. They must be called by the exported function that the user
// calls, since they count the frames in between.

func (l *Logger) log(ctx context.Context, level Level, msg string, args []any) {
	stack := stackOf(ctx)
	if !l.core.wants(stack, level) {
		return
	}
	r := getRecord(l, ctx, level, msg)
	r.call = appendArgs(r.call, args)
	if stack.needsCaller && l.skip == 0 {
		r.callSite = callSite()
	}
	deliver(stack, r, callerSkip+l.skip)
}

func (l *Logger) logAttrs(ctx context.Context, level Level, msg string, attrs []slog.Attr) {
	stack := stackOf(ctx)
	if !l.core.wants(stack, level) {
		return
	}
	r := getRecord(l, ctx, level, msg)
	if len(attrs) > 0 {
		r.call = appendByWords(r.call, attrs)
	}
	if stack.needsCaller && l.skip == 0 {
		r.callSite = callSite()
	}
	deliver(stack, r, callerSkip+l.skip)
}

func (l *Logger) logf(level Level, format string, args []any) {
	stack := stackOf(nil)
	if !l.core.wants(stack, level) {
		return
	}
	r := getRecord(l, nil, level, format)
	r.literal, r.printf = true, true
	r.fargs = append(r.argSpace[:0], args...)
	if stack.needsCaller && l.skip == 0 {
		r.callSite = callSite()
	}
	deliver(stack, r, callerSkip+l.skip)
}

func (l *Logger) exception(ctx context.Context, err error, msg string, args []any) {
	if l == nil || l.core.below(LevelError) {
		return
	}
	stack := stackOf(ctx)
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
			e.pcs = callerPCs(2 + l.skip)
		}
		r.call = append(r.call, slog.Any("error", e))
	}
	if stack.needsCaller && l.skip == 0 {
		r.callSite = callSite()
	}
	deliver(stack, r, callerSkip+l.skip)
}

// logPanic logs a recovered panic; the place that panicked is the caller. It reports
// whether a handler took the record.
func (l *Logger) logPanic(ctx context.Context, level Level, msg string, e *loggedError) (taken bool) {
	stack := stackOf(ctx)
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
