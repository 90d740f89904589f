package compat

import (
	"bytes"
	"context"
	"log"
	"log/slog"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// NewLogLogger returns a standard logger for code that wants one, such as
// [net/http.Server]. Each of its calls becomes a record of l, nil for
// [logbook.Default], at the level; the source is the code that called it. The
// prefix, if one is set, is part of the message.
func NewLogLogger(l *logbook.Logger, lv logbook.Level) *log.Logger {
	entrances.Store(true)
	return log.New(&logWriter{orDefault(l), lv}, "", 0)
}

// logWriter is what a log.Logger writes to: each Write is one record, which may
// have several lines.
type logWriter struct {
	logger *logbook.Logger
	level  logbook.Level
}

func (w *logWriter) Write(p []byte) (int, error) { return w.write(p) }

// redirectedLog is the writer of log.Default() while that is redirected. It is a
// type of its own so that it shows on the stack.
type redirectedLog struct{ logWriter }

func (w *redirectedLog) Write(p []byte) (int, error) { return w.write(p) }

// write must be called by a Write, since it counts the functions in between.
func (w *logWriter) write(p []byte) (int, error) {
	ctx := context.Background()
	if !w.logger.Enabled(ctx, w.level) {
		return len(p), nil
	}
	if exits.Load() && lineReturns(p) {
		return 0, errReturned
	}
	text := string(bytes.TrimSuffix(p, []byte{'\n'}))
	w.logger.LogSlog(ctx, slog.NewRecord(time.Now(), w.level.Level(), text, writerCaller(2)))
	return len(p), nil
}
