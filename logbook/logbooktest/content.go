package logbooktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// logSamples logs typical records: every level, and every kind of attribute.
func logSamples(l *logbook.Logger) {
	for _, level := range []logbook.Level{
		logbook.LevelTrace, logbook.LevelDebug, logbook.LevelInfo, logbook.LevelSuccess,
		logbook.LevelNotice, logbook.LevelWarn, logbook.LevelError, logbook.LevelCritical,
	} {
		l.Log(context.Background(), level, "served {path} at {level}", "path", "/index", "level", level)
	}
	cause := fmt.Errorf("copy: %w", errors.New("disk full"))
	l.Info("a group", slog.Group("request", "method", "GET", "size", 17))
	l.With("user", "alice").WithGroup("g").Warn("from a logger with attributes", "n", 1.5)
	l.Errorf("printf-style: %d%%", 100)
	l.Error("with an error", logbook.Err(cause))
	l.Exception(cause, "")
	l.ErrorContext(context.WithValue(context.Background(), contextKey{}, 1), "with a context")
}

type contextKey struct{}

// samples returns retained records of logSamples.
func samples() []*logbook.Record {
	rec := NewRecorder()
	logbook.InGoroutine(func() { logSamples(logbook.New("logbooktest")) }, rec)
	return rec.Records()
}

var everythingFormatter = logbook.JSON(&logbook.JSONOptions{Source: true})

// everything returns the complete content of a record as text.
func everything(r *logbook.Record) string {
	return fmt.Sprintf("%s template=%q pid=%d goroutine=%d pc=%d",
		format(everythingFormatter, r), r.Template(), r.PID(), r.Goroutine(), r.PC())
}

// contents are log calls with unusual content.
var contents = []struct {
	name string
	log  func(l *logbook.Logger)
}{
	{"an empty message", func(l *logbook.Logger) { l.Error("") }},
	{"control characters", func(l *logbook.Logger) {
		var s strings.Builder
		for c := range rune(0xa0) {
			s.WriteRune(c)
		}
		text := s.String() + "\u2028\u202e\ufeff\r\n\x1b]0;title\a"
		logbook.New(text).Error(text, text, text)
	}},
	{"invalid UTF-8", func(l *logbook.Logger) {
		text := "\xff\xfe\xc0\x80\xed\xa0\x80 Gr\xf6\xdfe"
		logbook.New(text).Error(text, text, text)
	}},
	{"a channel that looks like a path", func(l *logbook.Logger) { logbook.New("../../\x00/C:\\con").Error("message") }},
	{"no channel", func(l *logbook.Logger) { logbook.New("").Error("message") }},
	{"a message of two megabytes", func(l *logbook.Logger) { l.Error(strings.Repeat("é", 1<<20)) }},
	{"an attribute of two megabytes", func(l *logbook.Logger) { l.Error("message", "v", strings.Repeat("é", 1<<20)) }},
	{"an error of two megabytes", func(l *logbook.Logger) { l.Exception(errors.New(strings.Repeat("é", 1<<20)), "message") }},
	{"two hundred attributes", func(l *logbook.Logger) {
		var args []any
		for i := range 200 {
			args = append(args, fmt.Sprint("k", i), i)
		}
		l.Error("message", args...)
	}},
	{"braces in messages", func(l *logbook.Logger) {
		for _, text := range []string{"{", "}", "{}", "{0}", "{missing}", "{v:>99999999}", "{v!x}", "{v[0].a}", "{{v}}"} {
			l.Error(text, "v", "value")
		}
	}},
	{"an invalid printf-style format", func(l *logbook.Logger) {
		format := "%d %!z %[9]d %s"
		l.Errorf(format, "text", panics{})
	}},
	{"arguments that are not pairs", func(l *logbook.Logger) {
		args := []any{1, nil, "odd"}
		l.Error("message", args...)
	}},
	{"odd keys", func(l *logbook.Logger) {
		l.Error("message", "", 1, "", nil, "a b", 2, "a=b", 3, "a.b", 4, "k", 5, "k", 6, "time", 7, "level", 8, "msg", 9, "error", 10)
	}},
	{"odd groups", func(l *logbook.Logger) {
		deep := slog.Group("bottom", "v", panics{})
		for range 100 {
			deep = slog.Group("g", deep)
		}
		l.WithGroup("outer").Error("message", slog.Group("empty"), slog.Group("", "inline", 1), deep)
	}},
	{"nil values", func(l *logbook.Logger) {
		var p *valueStringer
		var e *valueError
		var err error
		var m map[string]int
		l.Error("message {p}", "p", p, "e", e, "err", err, "m", m, "nil", nil, "valuer", (*valueLogValuer)(nil), logbook.Err(nil))
		l.Exception(nil, "no error")
		l.Exception(e, "a nil pointer as an error")
	}},
	{"values whose methods panic", func(l *logbook.Logger) {
		l.Error("message", "v", panics{})
		l.Error("message {v}", "v", panics{})
		l.Error("message", "v", panickingValuer{})
		l.Error("message {v}", "v", panickingValuer{})
		l.Error("message", "v", panickingError{}, "deep", []any{panickingError{}, panics{}})
		l.Exception(panickingError{}, "message")
		l.With("v", panickingError{}, "w", panickingValuer{}).Error("message")
	}},
	{"values that cannot be encoded", func(l *logbook.Logger) {
		l.Error("message", "func", func() {}, "chan", make(chan int), "complex", complex(1, 2),
			"nan", math.NaN(), "inf", math.Inf(-1), "keys", map[any]any{math.NaN(): 1, struct{}{}: 2},
			"raw", json.RawMessage("{broken"), "number", json.Number("1e"), "failing", failingMarshaler{},
			"reflect", reflect.Value{}, "any", []any{nil, []any{}}, "pointer", new(**int))
	}},
	{"extreme numbers and times", func(l *logbook.Logger) {
		l.Error("message", "int", int64(math.MinInt64), "uint", uint64(math.MaxUint64), "float", math.SmallestNonzeroFloat64,
			"duration", time.Duration(math.MinInt64), "zero", time.Time{}, "late", time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC),
			"early", time.Date(-5, 1, 1, 0, 0, 0, 0, time.FixedZone("", 86399)))
	}},
	{"every possible level", func(l *logbook.Logger) {
		for i := math.MinInt8; i <= math.MaxInt8; i++ {
			l.Log(context.Background(), logbook.Level(i), "message")
		}
	}},
	{"zero and distant times", func(l *logbook.Logger) {
		for _, t := range []time.Time{{}, time.Unix(0, 0), time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)} {
			l.LogSlog(context.Background(), slog.NewRecord(t, slog.LevelError, "message", 0))
		}
	}},
	{"a long chain of errors", func(l *logbook.Logger) {
		err := errors.New("bottom")
		for i := range 200 {
			err = fmt.Errorf("layer %d: %w", i, errors.Join(err, errors.New("side")))
		}
		l.Exception(err, "message")
	}},
	{"received records", func(*logbook.Logger) {
		for _, d := range []logbook.RecordData{
			{},
			{Level: logbook.LevelError, Message: "received", Source: &slog.Source{}, PID: -1},
			{Level: logbook.LevelError, Template: "{missing}", Source: &slog.Source{Function: "\n", File: "\n", Line: -1}},
			{Level: logbook.LevelError, Message: "received", Error: &logbook.ErrorInfo{}},
			{Level: logbook.LevelError, Message: "received", Error: &logbook.ErrorInfo{Type: "\n", Message: "\xff", Trace: "\x1b\n\n"}},
		} {
			logbook.Dispatch(context.Background(), logbook.NewRecord(d))
		}
	}},
}

// panics is a value all of whose methods panic.
type panics struct{}

func (panics) String() string               { panic("String panics") }
func (panics) MarshalJSON() ([]byte, error) { panic("MarshalJSON panics") }
func (panics) MarshalText() ([]byte, error) { panic("MarshalText panics") }

type panickingError struct{}

func (panickingError) Error() string { panic("Error panics") }

type panickingValuer struct{}

func (panickingValuer) LogValue() slog.Value { panic("LogValue panics") }

type failingMarshaler struct{}

func (failingMarshaler) MarshalJSON() ([]byte, error) { return nil, errors.New("MarshalJSON fails") }

// The methods of these types panic when called on a nil pointer.
type (
	valueStringer  struct{ s string }
	valueError     struct{ s string }
	valueLogValuer struct{ s string }
)

func (v valueStringer) String() string        { return v.s }
func (v valueError) Error() string            { return v.s }
func (v valueLogValuer) LogValue() slog.Value { return slog.StringValue(v.s) }
