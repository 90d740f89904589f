package logbook

import (
	"context"
	"log/slog"
	"sync/atomic"
)

// defaultLogger is the logger behind the package-level functions.
var defaultLogger = New("Generic")

// Default returns the logger of the package-level functions. Its channel is
// "Generic".
func Default() *Logger { return defaultLogger }

// Log logs at the given level to the [Default] logger. See [Logger.Log].
func Log(ctx context.Context, level Level, msg string, args ...any) {
	if int32(level) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(defaultLogger.class)]) {
		defaultLogger.log(ctx, level, msg, args)
	}
}

// LogAttrs is like Log for typed attributes. See [Logger.LogAttrs].
func LogAttrs(ctx context.Context, level Level, msg string, attrs ...slog.Attr) {
	if int32(level) >= atomic.LoadInt32(&contextFloors[atomic.LoadUint32(defaultLogger.class)]) {
		defaultLogger.logAttrs(ctx, level, msg, attrs)
	}
}

// Exception logs an error to the [Default] logger. See [Logger.Exception].
func Exception(err error, msg string, args ...any) {
	defaultLogger.exception(nil, err, msg, args)
}

// ExceptionContext is like Exception, and also reaches handlers bound to ctx.
func ExceptionContext(ctx context.Context, err error, msg string, args ...any) {
	defaultLogger.exception(ctx, err, msg, args)
}

// With returns a logger like the [Default] logger whose records have the attributes.
// See [Logger.With].
func With(args ...any) *Logger { return defaultLogger.With(args...) }
