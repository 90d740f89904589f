package handlers

import (
	"context"
	"log/slog"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

var slowLogger = logbook.New("Slow")

// SlowOptions configure [LoggedIfSlow]. nil is the default.
type SlowOptions struct {
	Logger *logbook.Logger // nil: one of its own, on channel "Slow"
	Level  slog.Leveler    // of the record; nil: logbook.LevelDebug
}

// LoggedIfSlow begins to take the time, and logs the message if more than the
// threshold has passed when done is called, with the time as attribute "took". It is
// meant to be deferred:
//
//	defer handlers.LoggedIfSlow(ctx, time.Second, "yearly report", nil)()
//
// Mind the second pair of parentheses. The message may name attributes that the
// options' logger has by With, and {took}. The record is logged by done, on its
// goroutine and with the caller of done as its source, so what never ends is never
// logged. If it was quick, it costs two looks at the clock.
func LoggedIfSlow(ctx context.Context, threshold time.Duration, msg string, o *SlowOptions) (done func()) {
	start := time.Now()
	return func() {
		took := time.Since(start)
		if took <= threshold {
			return
		}
		logger, level := slowLogger, logbook.LevelDebug
		if o != nil && o.Logger != nil {
			logger = o.Logger
		}
		if o != nil && o.Level != nil {
			level = logbook.LevelOf(o.Level)
		}
		logger.WithCallerSkip(1).LogAttrs(ctx, level, msg, slog.Duration("took", took))
	}
}
