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
	Logger *logbook.Logger // nil: a logger of the channel "Slow"
	Level  slog.Leveler    // of the record; nil: logbook.LevelDebug
}

// LoggedIfSlow starts a timer. If more than the threshold has passed when done is called,
// done logs the message, with the time as attribute "took":
//
//	defer handlers.LoggedIfSlow(ctx, time.Second, "yearly report", nil)()
//
// Note the second pair of parentheses. The message may name {took} and attributes that
// the options' logger has by With. done logs on the goroutine that calls it, with its
// caller as source, so an operation that never ends is never logged. An operation that is
// quick enough costs two readings of the clock.
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
