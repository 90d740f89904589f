package logrushook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/logbook-go/logbook/compat/logrushook"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

func newLogger(l *logbook.Logger) *logrus.Logger {
	log := logrus.New()
	log.AddHook(logrushook.New(l))
	log.SetFormatter(logrushook.Silent{})
	log.SetLevel(logrus.TraceLevel)
	log.SetReportCaller(true)
	log.ExitFunc = func(int) {}
	return log
}

// Level, time, literal message, caller, and fields in order with their types are kept.
func TestEntry(t *testing.T) {
	h := logbooktest.Record(t)
	log := newLogger(logbook.New("app").With("base", 1))
	var out bytes.Buffer
	log.SetOutput(&out)
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	levels := map[logrus.Level]logbook.Level{
		logrus.TraceLevel: logbook.LevelTrace, logrus.DebugLevel: logbook.LevelDebug, logrus.InfoLevel: logbook.LevelInfo,
		logrus.WarnLevel: logbook.LevelWarn, logrus.ErrorLevel: logbook.LevelError, logrus.FatalLevel: logbook.LevelCritical,
	}
	for from, to := range levels {
		log.WithTime(at).Log(from, "{literal}")
		rs := h.Records()
		if r := rs[len(rs)-1]; r.Level() != to || !r.Time().Equal(at) || r.Message() != "{literal}" || r.Channel() != "app" || r.Text("base") != "1" {
			t.Errorf("%v: %v", from, r.Data())
		}
	}
	log.WithFields(logrus.Fields{"b": 2, "a": "x", "g": logrus.Fields{"z": time.Second, "y": 1.5}}).Infof("%d served", 3)
	_, file, line, _ := runtime.Caller(0)
	rs := h.Records()
	r := rs[len(rs)-1]
	var keys []string
	for a := range r.Attrs {
		keys = append(keys, a.Key)
	}
	if !slices.Equal(keys, []string{"base", "a", "b", "g"}) || r.Message() != "3 served" {
		t.Errorf("keys %q, message %q", keys, r.Message())
	}
	if v, _ := r.Lookup("g.z"); v.Any() != time.Second {
		t.Errorf("g.z is %#v", v.Any())
	}
	if v, _ := r.Lookup("b"); v.Any() != int64(2) {
		t.Errorf("b is %#v", v.Any())
	}
	if s := r.Source(); s.File != file || s.Line != line-1 || !strings.HasSuffix(s.Function, ".TestEntry") {
		t.Errorf("the source is %v, want %s:%d", s, file, line-1)
	}
	log.Info("") // logs without fields
	if out.Len() != 0 {
		t.Errorf("logrus printed %q", out.String())
	}
}

// A caller without a program counter, as other hooks may set it, is an attribute.
func TestCallerOfOwn(t *testing.T) {
	h := logbooktest.Record(t)
	e := &logrus.Entry{Level: logrus.InfoLevel, Caller: &runtime.Frame{File: "f.go", Line: 3}}
	if err := logrushook.New(nil).Fire(e); err != nil {
		t.Error(err)
	}
	if got := h.Records()[0].Text("source"); !strings.Contains(got, "f.go") {
		t.Errorf("the source is %q", got)
	}
}

// The error of WithError is the record's, with those that it wraps.
func TestError(t *testing.T) {
	h := logbooktest.Record(t)
	err := logbook.WithStack(fmt.Errorf("save: %w", fs.ErrNotExist))
	newLogger(nil).WithError(err).Warn("m")
	r := h.Records()[0]
	if r.Err() != err || len(r.ErrorInfo().Chain) != 1 || len(r.ErrorInfo().Stack) == 0 || r.Level() != logbook.LevelWarn {
		t.Errorf("error %v: %+v", r.Err(), r.ErrorInfo())
	}
}

// The entry's context reaches its handlers; an error makes fingers crossed hand over what it
// held; the hook looks at the fields only if a handler wants the level.
func TestContext(t *testing.T) {
	defer logbook.PushApplication(logbook.Null{})()
	h := logbooktest.NewRecorder()
	ctx := logbook.Bind(t.Context(), handlers.NewFingersCrossed(h, nil))
	log := newLogger(nil)
	log.WithContext(ctx).WithField("n", 1).Debug("held")
	log.Error("elsewhere")
	if len(h.Records()) != 0 {
		t.Fatal("a record was not held")
	}
	log.WithContext(ctx).Error("failed")
	if rs := h.Records(); len(rs) != 2 || rs[0].Message() != "held" || rs[0].Text("n") != "1" || rs[0].Context() != ctx {
		t.Errorf("handed over: %v", h.Formatted())
	}
}

// Fatal and Panic flush the handlers of the application, also if no handler takes them.
func TestFlush(t *testing.T) {
	f := new(flusher)
	defer logbook.PushApplication(f)()
	log := newLogger(nil)
	log.Error("m")
	if f.flushed != 0 {
		t.Error("Error flushes")
	}
	log.Fatal("m")
	func() {
		defer func() { _ = recover() }()
		log.Panic("m")
	}()
	if f.flushed != 2 {
		t.Errorf("flushed %d times", f.flushed)
	}
}

type flusher struct {
	logbook.Options
	flushed int
}

func (f *flusher) Handle(*logbook.Record) error { return nil }

func (f *flusher) Flush(context.Context) error { f.flushed++; return io.ErrShortWrite }

// Fields that contain themselves end, as a map in them does.
func TestCyclicFields(t *testing.T) {
	fields := logrus.Fields{"user": "anna"}
	fields["again"] = fields
	fields["inner"] = logrus.Fields{"outer": fields}
	var out bytes.Buffer
	defer logbook.PushGoroutine(handlers.NewStream(&out, &logbook.Options{Formatter: logbook.JSON(nil)}))()
	newLogger(nil).WithFields(fields).Info("served")
	if !json.Valid(out.Bytes()) || !strings.Contains(out.String(), `"user":"anna"`) {
		t.Errorf("got %s", out.String())
	}
}
