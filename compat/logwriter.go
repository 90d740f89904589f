package compat

import (
	"bytes"
	"context"
	"log"
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
)

// NewLogLogger returns a [log.Logger] for code that takes one, such as
// [net/http.Server]. Each call to it becomes a record of l at the given level, with
// the caller as its source. If l is nil, [logbook.Default] is used. A prefix, if
// set, is part of the message.
func NewLogLogger(l *logbook.Logger, lv logbook.Level) *log.Logger {
	return log.New(&logWriter{orDefault(l), lv}, "", 0)
}

// logWriter is the output of a log.Logger. Each Write is one record, which may
// have several lines.
type logWriter struct {
	logger *logbook.Logger
	level  logbook.Level
}

func (w *logWriter) Write(p []byte) (int, error) {
	if w.logger.Enabled(context.Background(), w.level) {
		pc, _ := writerCaller(1)
		w.logger.LogSlog(context.Background(), slog.NewRecord(time.Now(), w.level.Level(), line(p), pc))
	}
	return len(p), nil
}

func line(p []byte) string { return string(bytes.TrimSuffix(p, []byte{'\n'})) }

// redirectedLog is the writer of log.Default() while RedirectLog is in place.
type redirectedLog struct {
	logWriter
	parse bool
}

func (w *redirectedLog) Write(p []byte) (int, error) {
	if mayLog(w.logger) {
		logLine(w.logger, w.level.Level(), line(p), w.parse, 1)
	}
	return len(p), nil
}

// logLines receives the lines of log.Default() from slog while RedirectSlog is in place.
type logLines struct{ logger *logbook.Logger }

func (h *logLines) Enabled(context.Context, slog.Level) bool { return mayLog(h.logger) }

func (h *logLines) Handle(_ context.Context, r slog.Record) error {
	logLine(h.logger, r.Level, r.Message, false, 1)
	return nil
}

func (h *logLines) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h *logLines) WithGroup(string) slog.Handler      { return h }

// mayLog reports whether a line could be logged at some level; its own level is not
// known yet.
func mayLog(l *logbook.Logger) bool { return l.Enabled(context.Background(), math.MaxInt8) }

// logLine logs a line of log.Default(). skip is the number of functions between logLine
// and package log. Loggers made by slog.With before the redirection print through log
// by slog's initial handler; their lines begin with the level.
func logLine(l *logbook.Logger, level slog.Level, text string, parse bool, skip int) {
	pc, bySlog := writerCaller(1 + skip)
	if bySlog {
		level, text = cutLevel(level, text)
	} else if parse {
		if r, channel, ok := parsed(text, pc); ok {
			if channel != "" {
				l = l.WithChannel(channel)
			}
			l.LogSlog(context.Background(), r)
			return
		}
	}
	l.LogSlog(context.Background(), slog.NewRecord(time.Now(), level, text, pc))
}

// parsed returns the record of a line that has a level, which follows log's prefix.
func parsed(text string, pc uintptr) (r slog.Record, channel string, ok bool) {
	prefix := log.Prefix()
	rest, ok := strings.CutPrefix(text, prefix)
	if !ok {
		return r, "", false
	}
	first, more, several := strings.Cut(rest, "\n")
	now := time.Now()
	p := logline.Parse([]byte(first), now)
	if !p.HasLevel {
		return r, "", false
	}
	if !p.Time.IsZero() {
		now = p.Time
	}
	message := prefix + p.Message
	if several {
		message += "\n" + more
	}
	r = slog.NewRecord(now, p.Level.Level(), message, pc)
	r.AddAttrs(p.Attrs...)
	if p.Err != "" {
		r.AddAttrs(slog.String("error", p.Err))
	}
	if p.Stack != "" {
		r.AddAttrs(slog.String("stack", p.Stack))
	}
	return r, p.Channel, true
}

// cutLevel removes the level, which follows log's prefix, from a line of slog's initial
// handler.
func cutLevel(otherwise slog.Level, text string) (slog.Level, string) {
	prefix := log.Prefix()
	rest, ok := strings.CutPrefix(text, prefix)
	if !ok {
		return otherwise, text
	}
	name, message, _ := strings.Cut(rest, " ")
	var level slog.Level
	if level.UnmarshalText([]byte(name)) != nil {
		return otherwise, text
	}
	return level, prefix + message
}
