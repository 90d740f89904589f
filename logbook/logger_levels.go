package logbook

import (
	"context"
	"fmt"
	"sync/atomic"
)

// The calls in this file are written out one by one, and compare before they
// call, so that the compiler inlines a disabled call: a nil check, two
// loads and a compare. See [floors].

// Trace logs at LevelTrace: finer than Debug: loops, wire bytes. The arguments are key-value pairs
// and [slog.Attr] values; the message may name them in braces. Handlers of the
// application and of the goroutine see the record.
func (l *Logger) Trace(msg string, args ...any) {
	if l != nil && int32(LevelTrace) >= atomic.LoadInt32(&floors[atomic.LoadUint32(l.class)]) {
		l.log(nil, LevelTrace, msg, args)
	}
}

// TraceContext is Trace for handlers bound to the context as well.
func (l *Logger) TraceContext(ctx context.Context, msg string, args ...any) {
	if l != nil && int32(LevelTrace) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(l.class)]) {
		l.log(ctx, LevelTrace, msg, args)
	}
}

// Tracef logs at LevelTrace with a printf-style format, which is rendered only if
// somebody reads the message. Braces mean nothing in it.
func (l *Logger) Tracef(format string, args ...any) {
	if false {
		_ = fmt.Sprintf(format, args...) // makes vet check the format
	}
	if l != nil && int32(LevelTrace) >= atomic.LoadInt32(&floors[atomic.LoadUint32(l.class)]) {
		l.logf(LevelTrace, format, args)
	}
}

// Debug logs at LevelDebug: what a developer wants to see. The arguments are key-value pairs
// and [slog.Attr] values; the message may name them in braces. Handlers of the
// application and of the goroutine see the record.
func (l *Logger) Debug(msg string, args ...any) {
	if l != nil && int32(LevelDebug) >= atomic.LoadInt32(&floors[atomic.LoadUint32(l.class)]) {
		l.log(nil, LevelDebug, msg, args)
	}
}

// DebugContext is Debug for handlers bound to the context as well.
func (l *Logger) DebugContext(ctx context.Context, msg string, args ...any) {
	if l != nil && int32(LevelDebug) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(l.class)]) {
		l.log(ctx, LevelDebug, msg, args)
	}
}

// Debugf logs at LevelDebug with a printf-style format, which is rendered only if
// somebody reads the message. Braces mean nothing in it.
func (l *Logger) Debugf(format string, args ...any) {
	if false {
		_ = fmt.Sprintf(format, args...) // makes vet check the format
	}
	if l != nil && int32(LevelDebug) >= atomic.LoadInt32(&floors[atomic.LoadUint32(l.class)]) {
		l.logf(LevelDebug, format, args)
	}
}

// Info logs at LevelInfo: the normal course of things. The arguments are key-value pairs
// and [slog.Attr] values; the message may name them in braces. Handlers of the
// application and of the goroutine see the record.
func (l *Logger) Info(msg string, args ...any) {
	if l != nil && int32(LevelInfo) >= atomic.LoadInt32(&floors[atomic.LoadUint32(l.class)]) {
		l.log(nil, LevelInfo, msg, args)
	}
}

// InfoContext is Info for handlers bound to the context as well.
func (l *Logger) InfoContext(ctx context.Context, msg string, args ...any) {
	if l != nil && int32(LevelInfo) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(l.class)]) {
		l.log(ctx, LevelInfo, msg, args)
	}
}

// Infof logs at LevelInfo with a printf-style format, which is rendered only if
// somebody reads the message. Braces mean nothing in it.
func (l *Logger) Infof(format string, args ...any) {
	if false {
		_ = fmt.Sprintf(format, args...) // makes vet check the format
	}
	if l != nil && int32(LevelInfo) >= atomic.LoadInt32(&floors[atomic.LoadUint32(l.class)]) {
		l.logf(LevelInfo, format, args)
	}
}

// Success logs at LevelSuccess: something worth doing was done. The arguments are key-value pairs
// and [slog.Attr] values; the message may name them in braces. Handlers of the
// application and of the goroutine see the record.
func (l *Logger) Success(msg string, args ...any) {
	if l != nil && int32(LevelSuccess) >= atomic.LoadInt32(&floors[atomic.LoadUint32(l.class)]) {
		l.log(nil, LevelSuccess, msg, args)
	}
}

// SuccessContext is Success for handlers bound to the context as well.
func (l *Logger) SuccessContext(ctx context.Context, msg string, args ...any) {
	if l != nil && int32(LevelSuccess) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(l.class)]) {
		l.log(ctx, LevelSuccess, msg, args)
	}
}

// Successf logs at LevelSuccess with a printf-style format, which is rendered only if
// somebody reads the message. Braces mean nothing in it.
func (l *Logger) Successf(format string, args ...any) {
	if false {
		_ = fmt.Sprintf(format, args...) // makes vet check the format
	}
	if l != nil && int32(LevelSuccess) >= atomic.LoadInt32(&floors[atomic.LoadUint32(l.class)]) {
		l.logf(LevelSuccess, format, args)
	}
}

// Notice logs at LevelNotice: normal, but worth a look. The arguments are key-value pairs
// and [slog.Attr] values; the message may name them in braces. Handlers of the
// application and of the goroutine see the record.
func (l *Logger) Notice(msg string, args ...any) {
	if l != nil && int32(LevelNotice) >= atomic.LoadInt32(&floors[atomic.LoadUint32(l.class)]) {
		l.log(nil, LevelNotice, msg, args)
	}
}

// NoticeContext is Notice for handlers bound to the context as well.
func (l *Logger) NoticeContext(ctx context.Context, msg string, args ...any) {
	if l != nil && int32(LevelNotice) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(l.class)]) {
		l.log(ctx, LevelNotice, msg, args)
	}
}

// Noticef logs at LevelNotice with a printf-style format, which is rendered only if
// somebody reads the message. Braces mean nothing in it.
func (l *Logger) Noticef(format string, args ...any) {
	if false {
		_ = fmt.Sprintf(format, args...) // makes vet check the format
	}
	if l != nil && int32(LevelNotice) >= atomic.LoadInt32(&floors[atomic.LoadUint32(l.class)]) {
		l.logf(LevelNotice, format, args)
	}
}

// Warn logs at LevelWarn: something is wrong, and goes on. The arguments are key-value pairs
// and [slog.Attr] values; the message may name them in braces. Handlers of the
// application and of the goroutine see the record.
func (l *Logger) Warn(msg string, args ...any) {
	if l != nil && int32(LevelWarn) >= atomic.LoadInt32(&floors[atomic.LoadUint32(l.class)]) {
		l.log(nil, LevelWarn, msg, args)
	}
}

// WarnContext is Warn for handlers bound to the context as well.
func (l *Logger) WarnContext(ctx context.Context, msg string, args ...any) {
	if l != nil && int32(LevelWarn) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(l.class)]) {
		l.log(ctx, LevelWarn, msg, args)
	}
}

// Warnf logs at LevelWarn with a printf-style format, which is rendered only if
// somebody reads the message. Braces mean nothing in it.
func (l *Logger) Warnf(format string, args ...any) {
	if false {
		_ = fmt.Sprintf(format, args...) // makes vet check the format
	}
	if l != nil && int32(LevelWarn) >= atomic.LoadInt32(&floors[atomic.LoadUint32(l.class)]) {
		l.logf(LevelWarn, format, args)
	}
}

// Error logs at LevelError: something failed. The arguments are key-value pairs
// and [slog.Attr] values; the message may name them in braces. Handlers of the
// application and of the goroutine see the record.
func (l *Logger) Error(msg string, args ...any) {
	if l != nil && int32(LevelError) >= atomic.LoadInt32(&floors[atomic.LoadUint32(l.class)]) {
		l.log(nil, LevelError, msg, args)
	}
}

// ErrorContext is Error for handlers bound to the context as well.
func (l *Logger) ErrorContext(ctx context.Context, msg string, args ...any) {
	if l != nil && int32(LevelError) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(l.class)]) {
		l.log(ctx, LevelError, msg, args)
	}
}

// Errorf logs at LevelError with a printf-style format, which is rendered only if
// somebody reads the message. Braces mean nothing in it.
func (l *Logger) Errorf(format string, args ...any) {
	if false {
		_ = fmt.Sprintf(format, args...) // makes vet check the format
	}
	if l != nil && int32(LevelError) >= atomic.LoadInt32(&floors[atomic.LoadUint32(l.class)]) {
		l.logf(LevelError, format, args)
	}
}

// Critical logs at LevelCritical: the program cannot go on. The arguments are key-value pairs
// and [slog.Attr] values; the message may name them in braces. Handlers of the
// application and of the goroutine see the record.
func (l *Logger) Critical(msg string, args ...any) {
	if l != nil && int32(LevelCritical) >= atomic.LoadInt32(&floors[atomic.LoadUint32(l.class)]) {
		l.log(nil, LevelCritical, msg, args)
	}
}

// CriticalContext is Critical for handlers bound to the context as well.
func (l *Logger) CriticalContext(ctx context.Context, msg string, args ...any) {
	if l != nil && int32(LevelCritical) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(l.class)]) {
		l.log(ctx, LevelCritical, msg, args)
	}
}

// Criticalf logs at LevelCritical with a printf-style format, which is rendered only if
// somebody reads the message. Braces mean nothing in it.
func (l *Logger) Criticalf(format string, args ...any) {
	if false {
		_ = fmt.Sprintf(format, args...) // makes vet check the format
	}
	if l != nil && int32(LevelCritical) >= atomic.LoadInt32(&floors[atomic.LoadUint32(l.class)]) {
		l.logf(LevelCritical, format, args)
	}
}
