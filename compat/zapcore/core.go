package zapbridge

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/logbook-go/logbook/internal/errstack"
	"github.com/logbook-go/logbook/logbook"
)

// flushTime bounds Sync, which has no context.
const flushTime = 5 * time.Second

// NewCore returns a core that logs through l, with its attributes, level and handlers. If l is
// nil, [logbook.Default] is used. The core is enabled at the levels at which a record would
// reach a handler, which may change at any time.
//
// Its Write always returns nil: failures of Logbook's handlers go to the error flag. Its Sync
// flushes the handlers of the application, for at most five seconds.
func NewCore(l *logbook.Logger) zapcore.Core {
	if l == nil {
		l = logbook.Default()
	}
	return &core{logger: l, ctx: context.Background()}
}

// core is immutable.
type core struct {
	logger *logbook.Logger // has the fields of With
	ctx    context.Context // of a field of With
}

func (c *core) Enabled(l zapcore.Level) bool { return c.logger.Enabled(c.ctx, levelOf(l)) }

func (c *core) With(fields []zapcore.Field) zapcore.Core {
	e := &encoder{logger: c.logger, ctx: c.ctx}
	e.addAll(fields, "")
	return &core{e.logger.WithAttrs(e.attrs...), e.ctx}
}

func (c *core) Check(entry zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(entry.Level) {
		return ce.AddCore(entry, c)
	}
	return ce
}

// encoders reuses encoders, and the space for attributes outside groups, which LogSlog copies.
var encoders = sync.Pool{New: func() any { return new(encoder) }}

func (c *core) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	logger := c.logger
	if entry.LoggerName != "" {
		logger = logger.WithChannel(entry.LoggerName)
	}
	e := encoders.Get().(*encoder)
	e.logger, e.ctx = logger, c.ctx
	e.addAll(fields, entry.Stack)
	if entry.Stack != "" && !e.failed {
		e.add(slog.String("stacktrace", entry.Stack))
	}
	caller := entry.Caller
	if caller.Defined && caller.PC == 0 {
		e.add(slog.Any(slog.SourceKey, &slog.Source{Function: caller.Function, File: caller.File, Line: caller.Line}))
	}
	r := slog.NewRecord(entry.Time, levelOf(entry.Level).Level(), entry.Message, returnAddress(caller))
	r.AddAttrs(e.attrs...)
	e.logger.LogSlog(e.ctx, r)
	clear(e.attrs)
	*e = encoder{attrs: e.attrs[:0]}
	encoders.Put(e)
	if entry.Level > zapcore.ErrorLevel {
		_ = c.Sync() // handlers report their failures themselves
	}
	return nil
}

func (c *core) Sync() error {
	ctx, cancel := context.WithTimeout(context.Background(), flushTime)
	defer cancel()
	return logbook.FlushApplication(ctx)
}

// levelOf maps a level.
func levelOf(l zapcore.Level) logbook.Level {
	switch {
	case l < zapcore.DebugLevel:
		return logbook.LevelTrace
	case l == zapcore.DebugLevel:
		return logbook.LevelDebug
	case l == zapcore.InfoLevel:
		return logbook.LevelInfo
	case l == zapcore.WarnLevel:
		return logbook.LevelWarn
	case l == zapcore.ErrorLevel:
		return logbook.LevelError
	}
	return logbook.LevelCritical
}

// returnAddress returns a program counter as slog wants it, like those of runtime.Callers. zap
// has it from runtime.Frame, where it is one less.
func returnAddress(caller zapcore.EntryCaller) uintptr {
	if !caller.Defined || caller.PC == 0 {
		return 0
	}
	return caller.PC + 1
}

// errorValue returns the value that logbook.Err gives an error, with the stack of the entry as
// its stack if it has no other.
func errorValue(err error, stack string) slog.Value {
	if stack != "" {
		err = &errstack.Error{Err: err, Frames: frames(stack)}
	}
	return logbook.Err(err).Value
}
