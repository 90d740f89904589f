// Package logrbridge sends what libraries log through logr to Logbook's handlers:
//
//	log := logr.New(logrbridge.NewSink(nil))
//
// Kubernetes's libraries take such a logger, for example by ctrl.SetLogger or klog.SetLogger.
//
// V(0) is Info, V(1) to V(4) are Debug, and from V(5) on Trace, as in the conventions of Kubernetes
// and, for V(4), in logr's own mapping to slog. Error is Error, whatever the verbosity, and its error
// is logged as by [logbook.Err], with the errors that it wraps and the stack that it carries. The names
// of WithName, joined by dots, are the channel, after that of Logbook's logger unless it is
// [logbook.Default]. The caller is kept, and the message, which is literal. Values are attributes;
// those with a method MarshalLog are replaced by its result, once, when they are logged or given to
// WithValues.
//
// logr has no contexts, so records reach the handlers of the application and of the calling
// goroutine. A slog handler from logr.ToSlogHandler passes groups and contexts on, but logr lets it
// ask for no level between Info and Error; use [github.com/logbook-go/logbook/compat.NewSlogHandler]
// for slog where you can.
package logrbridge

import (
	"context"
	"log/slog"
	"runtime"
	"time"

	"github.com/go-logr/logr"

	"github.com/logbook-go/logbook/logbook"
)

// NewSink returns a sink that logs through l, with its attributes, level and handlers. If l is
// nil, [logbook.Default] is used. The sink is enabled at the levels at which a record would reach
// a handler, which may change at any time.
func NewSink(l *logbook.Logger) logr.LogSink {
	s := &sink{logger: l}
	if l == nil {
		s.logger, s.unnamed = logbook.Default(), true
	}
	return s
}

// sink is immutable after Init.
type sink struct {
	logger  *logbook.Logger // has the values of WithValues and the channel of WithName
	unnamed bool            // the channel is the default one
	depth   int             // functions between the code that logs and the sink
}

var (
	_ logr.CallDepthLogSink = (*sink)(nil)
	_ logr.SlogSink         = (*sink)(nil)
)

func (s *sink) Init(info logr.RuntimeInfo) { s.depth += info.CallDepth }

func (s *sink) Enabled(v int) bool {
	return s.logger.Enabled(context.Background(), levelOf(v))
}

func (s *sink) Info(v int, msg string, keysAndValues ...any) {
	s.log(levelOf(v), msg, slog.Attr{}, keysAndValues)
}

func (s *sink) Error(err error, msg string, keysAndValues ...any) {
	s.log(logbook.LevelError, msg, logbook.Err(err), keysAndValues)
}

// log must be called directly by Info and Error, since it counts stack frames.
func (s *sink) log(level logbook.Level, msg string, err slog.Attr, keysAndValues []any) {
	if !s.logger.Enabled(context.Background(), level) { // logr does not ask before Error
		return
	}
	var pcs [1]uintptr
	runtime.Callers(3+s.depth, pcs[:])
	r := slog.NewRecord(time.Now(), level.Level(), msg, pcs[0])
	if !err.Equal(slog.Attr{}) {
		r.AddAttrs(err)
	}
	r.Add(marshaled(keysAndValues)...)
	s.logger.LogSlog(context.Background(), r)
}

func (s *sink) WithValues(keysAndValues ...any) logr.LogSink {
	return s.with(s.logger.With(marshaled(keysAndValues)...))
}

func (s *sink) WithName(name string) logr.LogSink {
	if !s.unnamed {
		name = s.logger.Channel() + "." + name
	}
	return &sink{logger: s.logger.WithChannel(name), depth: s.depth}
}

func (s *sink) WithCallDepth(depth int) logr.LogSink {
	return &sink{s.logger, s.unnamed, s.depth + depth}
}

func (s *sink) Handle(ctx context.Context, r slog.Record) error {
	s.logger.LogSlog(ctx, r)
	return nil
}

func (s *sink) WithAttrs(attrs []slog.Attr) logr.SlogSink {
	return s.with(s.logger.WithAttrs(attrs...))
}

func (s *sink) WithGroup(name string) logr.SlogSink { return s.with(s.logger.WithGroup(name)) }

func (s *sink) with(l *logbook.Logger) *sink { return &sink{l, s.unnamed, s.depth} }

// marshaled returns keys and values with the results of MarshalLog in place of values that have
// it. It copies the list before it changes it, since it is the caller's.
func marshaled(keysAndValues []any) []any {
	copied := false
	for i := 1; i < len(keysAndValues); i += 2 {
		m, ok := keysAndValues[i].(logr.Marshaler)
		if !ok {
			continue
		}
		if !copied {
			keysAndValues, copied = append([]any(nil), keysAndValues...), true
		}
		keysAndValues[i] = marshal(m)
	}
	return keysAndValues
}

// marshal calls MarshalLog. If it panics, as with a nil pointer, the value is hidden, since it may
// be a secret.
func marshal(m logr.Marshaler) (v any) {
	defer func() {
		if recover() != nil {
			v = "!PANIC in MarshalLog"
		}
	}()
	return m.MarshalLog()
}

// levelOf maps a verbosity.
func levelOf(v int) logbook.Level {
	switch {
	case v <= 0:
		return logbook.LevelInfo
	case v <= 4:
		return logbook.LevelDebug
	}
	return logbook.LevelTrace
}
