package logbook

import (
	"context"
	"log/slog"
	"sync/atomic"
)

// generic is the logger behind the package-level functions.
var generic = New("Generic")

// Default returns the logger of the package-level functions. Its channel is
// "Generic".
func Default() *Logger { return generic }

// Trace logs at LevelTrace on channel "Generic". See [Logger.Trace].
func Trace(msg string, args ...any) {
	if int32(LevelTrace) >= atomic.LoadInt32(&floors[atomic.LoadUint32(generic.class)]) {
		generic.log(nil, LevelTrace, msg, args)
	}
}

// TraceContext logs at LevelTrace on channel "Generic". See [Logger.TraceContext].
func TraceContext(ctx context.Context, msg string, args ...any) {
	if int32(LevelTrace) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(generic.class)]) {
		generic.log(ctx, LevelTrace, msg, args)
	}
}

// Debug logs at LevelDebug on channel "Generic". See [Logger.Debug].
func Debug(msg string, args ...any) {
	if int32(LevelDebug) >= atomic.LoadInt32(&floors[atomic.LoadUint32(generic.class)]) {
		generic.log(nil, LevelDebug, msg, args)
	}
}

// DebugContext logs at LevelDebug on channel "Generic". See [Logger.DebugContext].
func DebugContext(ctx context.Context, msg string, args ...any) {
	if int32(LevelDebug) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(generic.class)]) {
		generic.log(ctx, LevelDebug, msg, args)
	}
}

// Info logs at LevelInfo on channel "Generic". See [Logger.Info].
func Info(msg string, args ...any) {
	if int32(LevelInfo) >= atomic.LoadInt32(&floors[atomic.LoadUint32(generic.class)]) {
		generic.log(nil, LevelInfo, msg, args)
	}
}

// InfoContext logs at LevelInfo on channel "Generic". See [Logger.InfoContext].
func InfoContext(ctx context.Context, msg string, args ...any) {
	if int32(LevelInfo) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(generic.class)]) {
		generic.log(ctx, LevelInfo, msg, args)
	}
}

// Success logs at LevelSuccess on channel "Generic". See [Logger.Success].
func Success(msg string, args ...any) {
	if int32(LevelSuccess) >= atomic.LoadInt32(&floors[atomic.LoadUint32(generic.class)]) {
		generic.log(nil, LevelSuccess, msg, args)
	}
}

// SuccessContext logs at LevelSuccess on channel "Generic". See [Logger.SuccessContext].
func SuccessContext(ctx context.Context, msg string, args ...any) {
	if int32(LevelSuccess) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(generic.class)]) {
		generic.log(ctx, LevelSuccess, msg, args)
	}
}

// Notice logs at LevelNotice on channel "Generic". See [Logger.Notice].
func Notice(msg string, args ...any) {
	if int32(LevelNotice) >= atomic.LoadInt32(&floors[atomic.LoadUint32(generic.class)]) {
		generic.log(nil, LevelNotice, msg, args)
	}
}

// NoticeContext logs at LevelNotice on channel "Generic". See [Logger.NoticeContext].
func NoticeContext(ctx context.Context, msg string, args ...any) {
	if int32(LevelNotice) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(generic.class)]) {
		generic.log(ctx, LevelNotice, msg, args)
	}
}

// Warn logs at LevelWarn on channel "Generic". See [Logger.Warn].
func Warn(msg string, args ...any) {
	if int32(LevelWarn) >= atomic.LoadInt32(&floors[atomic.LoadUint32(generic.class)]) {
		generic.log(nil, LevelWarn, msg, args)
	}
}

// WarnContext logs at LevelWarn on channel "Generic". See [Logger.WarnContext].
func WarnContext(ctx context.Context, msg string, args ...any) {
	if int32(LevelWarn) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(generic.class)]) {
		generic.log(ctx, LevelWarn, msg, args)
	}
}

// Error logs at LevelError on channel "Generic". See [Logger.Error].
func Error(msg string, args ...any) {
	if int32(LevelError) >= atomic.LoadInt32(&floors[atomic.LoadUint32(generic.class)]) {
		generic.log(nil, LevelError, msg, args)
	}
}

// ErrorContext logs at LevelError on channel "Generic". See [Logger.ErrorContext].
func ErrorContext(ctx context.Context, msg string, args ...any) {
	if int32(LevelError) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(generic.class)]) {
		generic.log(ctx, LevelError, msg, args)
	}
}

// Critical logs at LevelCritical on channel "Generic". See [Logger.Critical].
func Critical(msg string, args ...any) {
	if int32(LevelCritical) >= atomic.LoadInt32(&floors[atomic.LoadUint32(generic.class)]) {
		generic.log(nil, LevelCritical, msg, args)
	}
}

// CriticalContext logs at LevelCritical on channel "Generic". See [Logger.CriticalContext].
func CriticalContext(ctx context.Context, msg string, args ...any) {
	if int32(LevelCritical) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(generic.class)]) {
		generic.log(ctx, LevelCritical, msg, args)
	}
}

// Log logs at the level on channel "Generic". See [Logger.Log].
func Log(ctx context.Context, level Level, msg string, args ...any) {
	if int32(level) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(generic.class)]) {
		generic.log(ctx, level, msg, args)
	}
}

// LogAttrs logs at the level on channel "Generic". See [Logger.LogAttrs].
func LogAttrs(ctx context.Context, level Level, msg string, attrs ...slog.Attr) {
	if int32(level) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(generic.class)]) {
		generic.logAttrs(ctx, level, msg, attrs)
	}
}

// Exception logs an error on channel "Generic". See [Logger.Exception].
func Exception(err error, msg string, args ...any) {
	generic.exception(nil, err, msg, args)
}

// ExceptionContext logs an error on channel "Generic". See
// [Logger.ExceptionContext].
func ExceptionContext(ctx context.Context, err error, msg string, args ...any) {
	generic.exception(ctx, err, msg, args)
}

// With returns a logger on channel "Generic" whose records carry the
// attributes. See [Logger.With].
func With(args ...any) *Logger { return generic.With(args...) }
