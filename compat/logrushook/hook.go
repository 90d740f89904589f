// Package logrushook sends the entries of logrus to Logbook's handlers:
//
//	logrus.AddHook(logrushook.New(nil))
//	logrus.SetFormatter(logrushook.Silent{}) // no output of logrus itself
//	logrus.SetLevel(logrus.TraceLevel)       // Logbook's handlers have levels of their own
//	logrus.SetReportCaller(true)
//
// From then on all calls of logrus reach the handlers that are bound to the application, to the
// calling goroutine, and to the context of WithContext. For a logger that is not logrus's standard
// one, call the methods of the same names. Without the second line, logrus prints as before.
//
// Time and caller are kept, and the message, which is literal. Fatal and Panic are Critical, and
// flush the application's handlers, for at most five seconds, since the program may end after
// them. Fields are attributes in the order of their names, with their Go values; a value of type
// logrus.Fields is a group. The error of WithError is logged as by [logbook.Err], with the errors
// that it wraps and the stack that it carries. Other hooks may change an entry before it is
// logged.
//
// logrus decides by its own level whether it makes an entry, before any hook is called.
package logrushook

import (
	"context"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/logbook-go/logbook/logbook"
)

// flushTime bounds the flush before the program ends.
const flushTime = 5 * time.Second

// New returns a hook that logs through l, with its attributes, level and handlers. If l is nil,
// [logbook.Default] is used. Its Fire always returns nil: failures of Logbook's handlers go to
// the error flag.
func New(l *logbook.Logger) logrus.Hook {
	if l == nil {
		l = logbook.Default()
	}
	return hook{l}
}

// Silent is a formatter that writes nothing, for a logger whose entries only go to hooks.
type Silent struct{}

// Format returns nothing.
func (Silent) Format(*logrus.Entry) ([]byte, error) { return nil, nil }

type hook struct{ logger *logbook.Logger }

func (hook) Levels() []logrus.Level { return logrus.AllLevels }

func (h hook) Fire(e *logrus.Entry) error {
	ctx := e.Context
	if ctx == nil {
		ctx = context.Background()
	}
	level := levelOf(e.Level)
	if h.logger.Enabled(ctx, level) {
		var pc uintptr
		if e.Caller != nil && e.Caller.PC != 0 {
			pc = e.Caller.PC + 1 // as runtime.Callers has it
		}
		r := slog.NewRecord(e.Time, level.Level(), e.Message, pc)
		r.AddAttrs(attrs(e.Data)...)
		if e.Caller != nil && pc == 0 {
			r.AddAttrs(slog.Any(slog.SourceKey, &slog.Source{Function: e.Caller.Function, File: e.Caller.File, Line: e.Caller.Line}))
		}
		h.logger.LogSlog(ctx, r)
	}
	if e.Level <= logrus.FatalLevel {
		ctx, cancel := context.WithTimeout(context.Background(), flushTime)
		defer cancel()
		_ = logbook.FlushApplication(ctx) // handlers report their failures themselves
	}
	return nil
}

// attrs returns fields in the order of their names. outer are the fields that they are in.
func attrs(fields logrus.Fields, outer ...uintptr) []slog.Attr {
	outer = append(outer, reflect.ValueOf(fields).Pointer())
	list := make([]slog.Attr, 0, len(fields))
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		switch v := fields[key].(type) {
		case error:
			list = append(list, slog.Attr{Key: key, Value: logbook.Err(v).Value})
		case logrus.Fields:
			if slices.Contains(outer, reflect.ValueOf(v).Pointer()) {
				list = append(list, slog.Any(key, v)) // formatters stop at a map that contains itself
				continue
			}
			list = append(list, slog.Attr{Key: key, Value: slog.GroupValue(attrs(v, outer...)...)})
		default:
			list = append(list, slog.Any(key, v))
		}
	}
	return list
}

// levelOf maps a level.
func levelOf(l logrus.Level) logbook.Level {
	switch l {
	case logrus.PanicLevel, logrus.FatalLevel:
		return logbook.LevelCritical
	case logrus.ErrorLevel:
		return logbook.LevelError
	case logrus.WarnLevel:
		return logbook.LevelWarn
	case logrus.InfoLevel:
		return logbook.LevelInfo
	case logrus.DebugLevel:
		return logbook.LevelDebug
	}
	return logbook.LevelTrace
}
