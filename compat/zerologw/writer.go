// Package zerologw sends the events of zerolog to Logbook's handlers:
//
//	w := zerologw.NewWriter(nil)
//	log := zerolog.New(w).Sample(w).With().Timestamp().Caller().Logger()
//
// From then on all calls of log reach the handlers that are bound to the application and to
// the calling goroutine. To write zerolog's own output as well, combine both by
// zerolog.MultiLevelWriter.
//
// # What becomes of an event
//
// A writer gets an event as zerolog encodes it, and this one parses it by package logline, so
// attributes have the types of JSON: objects are groups, arrays are of type []any, and numbers
// keep all their digits; durations and times are numbers and texts. The message is literal. Fatal
// and Panic are Critical, and flush the application's handlers, for at most five seconds, since
// the program may end after them. A field that names the logger, such as "logger" or "component",
// is the channel.
//
// The time is that of Timestamp. zerolog writes only its seconds unless zerolog.TimeFieldFormat
// says otherwise; if the event was made within the last second, the record has the current
// time. The caller is that of Caller, whose field remains an attribute, and the error that of
// Err, as text, with the stack of Stack, if zerolog.ErrorStackMarshaler is set. The Go value of
// the error does not reach writers; neither does the context of Ctx: see [Writer.WithContext].
//
// zerolog encodes an event before it calls the writer. With Sample(w), events of levels that no
// handler wants are not made at all.
//
// A program built with zerolog's tag binary_log, whose events are not JSON, cannot use this
// package.
package zerologw

import (
	"context"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
)

// flushTime bounds the flush before the program ends.
const flushTime = 5 * time.Second

// Writer logs events. It is a [zerolog.LevelWriter], and a [zerolog.Sampler] that lets through
// what would reach a handler. It is safe for concurrent use.
type Writer struct {
	logger *logbook.Logger
	ctx    context.Context
}

var (
	_ zerolog.LevelWriter = (*Writer)(nil)
	_ zerolog.Sampler     = (*Writer)(nil)
)

// NewWriter returns a writer that logs through l, with its attributes, level and handlers. If l
// is nil, [logbook.Default] is used.
func NewWriter(l *logbook.Logger) *Writer {
	if l == nil {
		l = logbook.Default()
	}
	return &Writer{l, context.Background()}
}

// WithContext returns a writer whose events also reach the handlers bound to ctx:
//
//	w := w.WithContext(ctx)
//	log := log.Output(w).Sample(w)
func (w *Writer) WithContext(ctx context.Context) *Writer { return &Writer{w.logger, ctx} }

// Sample reports whether an event of the level would reach a handler.
func (w *Writer) Sample(l zerolog.Level) bool { return w.logger.Enabled(w.ctx, levelOf(l)) }

// WriteLevel logs an event. It always returns len(p), nil: failures of Logbook's handlers go to
// the error flag.
func (w *Writer) WriteLevel(l zerolog.Level, p []byte) (int, error) {
	level := levelOf(l)
	if w.logger.Enabled(w.ctx, level) {
		w.log(level, p)
	}
	if l == zerolog.FatalLevel || l == zerolog.PanicLevel {
		ctx, cancel := context.WithTimeout(context.Background(), flushTime)
		defer cancel()
		_ = logbook.FlushApplication(ctx) // handlers report their failures themselves
	}
	return len(p), nil
}

// Write logs an event without a level at LevelInfo. It always returns len(p), nil.
func (w *Writer) Write(p []byte) (int, error) { return w.WriteLevel(zerolog.NoLevel, p) }

func (w *Writer) log(level logbook.Level, p []byte) {
	now := time.Now()
	line, ok := logline.ParseJSON(p, now)
	if !ok || line.Format == logline.Wire { // not an event of zerolog
		line = logline.Line{Message: strings.TrimSuffix(string(p), "\n")}
	} else if line.Message == string(p) { // the event has neither message nor fields
		line.Message = ""
	}
	line.Level = level
	if age := now.Sub(line.Time); line.Time.Nanosecond() == 0 && 0 <= age && age < time.Second {
		line.Time = now
	}
	d := line.Data(now, "")
	d.PID = 0 // this process
	w.logger.LogRecord(w.ctx, logbook.NewRecord(d))
}

// levelOf maps a level.
func levelOf(l zerolog.Level) logbook.Level {
	switch l {
	case zerolog.DebugLevel:
		return logbook.LevelDebug
	case zerolog.InfoLevel, zerolog.NoLevel:
		return logbook.LevelInfo
	case zerolog.WarnLevel:
		return logbook.LevelWarn
	case zerolog.ErrorLevel:
		return logbook.LevelError
	case zerolog.FatalLevel, zerolog.PanicLevel:
		return logbook.LevelCritical
	}
	if l < zerolog.DebugLevel {
		return logbook.LevelTrace
	}
	return logbook.LevelCritical // a custom level above Panic
}
