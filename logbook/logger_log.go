package logbook

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
)

// defaultExceptionMessage replaces an empty message.
const defaultExceptionMessage = "Uncaught exception occurred"

// Log logs at the given level. Like InfoContext, it also reaches handlers bound to ctx.
func (l *Logger) Log(ctx context.Context, level Level, msg string, args ...any) {
	if l != nil && int32(level) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(l.class)]) {
		l.log(ctx, level, msg, args)
	}
}

// LogAttrs is like Log for typed attributes. It does not allocate for up to 16 of them.
func (l *Logger) LogAttrs(ctx context.Context, level Level, msg string, attrs ...slog.Attr) {
	if l != nil && int32(level) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(l.class)]) {
		l.logAttrs(ctx, level, msg, attrs)
	}
}

// LogSlog logs a record of log/slog with its own time, caller and attributes. Braces in
// the message have no meaning. It is for bridges.
func (l *Logger) LogSlog(ctx context.Context, sr slog.Record) {
	level := clampLevel(sr.Level)
	if l == nil || l.core.below(level) {
		return
	}
	stack := stackOf(ctx)
	if !l.core.wants(stack, level) {
		return
	}
	r := getRecord().of(l, ctx, level, sr.Message)
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

// LogRecord logs a record made by [NewRecord], with the attributes and groups of the logger
// in front of its own, and on the logger's channel if it has none. It is for bridges whose
// records have a caller without a program counter, or an error without its Go value; others
// use LogSlog, which is faster. The record must not be used afterwards.
func (l *Logger) LogRecord(ctx context.Context, r *Record) {
	r.alive()
	if l == nil || l.core.below(r.level) {
		return
	}
	stack := stackOf(ctx)
	if !l.core.wants(stack, r.level) {
		return
	}
	if r.pooled || r.sealed {
		r = r.Clone()
	}
	r.ctx, r.logger, r.scope = ctx, l, l.scope
	if r.channel == "" {
		r.channel = l.channel
	}
	deliver(stack, r, noCaller)
}

// Exception logs an error at LevelError, with its type, its text, the errors that it
// wraps, and a stack: that of the error if it has one, otherwise the caller's. An empty
// message is replaced by "Uncaught exception occurred". A nil error is left out.
func (l *Logger) Exception(err error, msg string, args ...any) {
	l.exception(nil, err, msg, args)
}

// ExceptionContext is like Exception, and also reaches handlers bound to ctx.
func (l *Logger) ExceptionContext(ctx context.Context, err error, msg string, args ...any) {
	l.exception(ctx, err, msg, args)
}

// The functions below are the slow path of the calls, for levels not below the floor. They
// must be called directly by the exported functions, since they count stack frames.

func (l *Logger) log(ctx context.Context, level Level, msg string, args []any) {
	stack := stackOf(ctx)
	if !l.core.wants(stack, level) {
		return
	}
	r := getRecord().of(l, ctx, level, msg)
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
	r := getRecord().of(l, ctx, level, msg)
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
	r := getRecord().of(l, nil, level, format)
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
	r := getRecord().of(l, ctx, LevelError, msg)
	r.literal = len(args) == 0 && l.scope.empty() // the message cannot name the error
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

// logPanic logs a recovered panic. The caller of the record is the function that
// panicked. It reports whether a handler took the record.
func (l *Logger) logPanic(ctx context.Context, level Level, msg string, e *loggedError) (taken bool) {
	stack := stackOf(ctx)
	if l.core.below(level) || !l.core.wants(stack, level) {
		return false
	}
	r := getRecord().of(l, ctx, level, msg)
	r.literal = true
	r.call = append(r.call, slog.Any("error", e))
	if len(e.pcs) > 0 {
		r.pc = outside(e.pcs)
	}
	return deliver(stack, r, noCaller)
}
