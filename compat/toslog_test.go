package compat_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

// sink is a slog handler that keeps records, as asynchronous ones do.
type sink struct {
	level   slog.Level
	records []slog.Record
	ctx     context.Context
	err     error
}

func (s *sink) Enabled(_ context.Context, l slog.Level) bool { return l >= s.level }
func (s *sink) WithAttrs([]slog.Attr) slog.Handler           { return s }
func (s *sink) WithGroup(string) slog.Handler                { return s }
func (s *sink) Handle(ctx context.Context, r slog.Record) error {
	s.records, s.ctx = append(s.records, r), ctx
	return s.err
}

func attrs(r slog.Record) (all []slog.Attr) {
	r.Attrs(func(a slog.Attr) bool {
		all = append(all, a)
		return true
	})
	return all
}

func TestToSlog(t *testing.T) {
	s := &sink{level: -100}
	defer logbook.PushApplication(compat.ToSlog(s, nil), logbook.Attrs("pid", 7))()
	type key struct{}
	ctx := context.WithValue(background, key{}, "trace")
	before := time.Now()
	_, _, line, _ := runtime.Caller(0)
	logbook.New("web").With("a", 1).WithGroup("g").With("b", 2).SuccessContext(ctx, "got {c}", "c", 3, slog.Group("h", "d", 4))
	if len(s.records) != 1 {
		t.Fatalf("%d records", len(s.records))
	}
	r := s.records[0]
	if r.Message != "got 3" || r.Level != slog.LevelInfo+1 || r.Time.Before(before) || r.Source().Line != line+1 {
		t.Errorf("message %q, level %v, time %v, line %d", r.Message, r.Level, r.Time, r.Source().Line)
	}
	want := "[channel=web a=1 g=[b=2 c=3 h=[d=4]] pid=7]"
	if got := fmt.Sprint(attrs(r)); got != want {
		t.Errorf("attributes %s, want %s", got, want)
	}
	if s.ctx.Value(key{}) != "trace" {
		t.Error("the context of the call is missing")
	}
}

func TestToSlogLevels(t *testing.T) {
	s := &sink{level: -200}
	defer logbook.PushApplication(compat.ToSlog(s, nil))()
	for level := logbook.Level(-127); level < 127; level++ {
		logbook.Log(background, level, "m")
	}
	if len(s.records) != 254 {
		t.Fatalf("%d records", len(s.records))
	}
	for i, r := range s.records {
		if int(r.Level) != i-127 {
			t.Errorf("level %d became %d", i-127, int(r.Level))
		}
	}
}

func TestToSlogCallsEnabled(t *testing.T) {
	below := record(t)
	s := &sink{level: slog.LevelWarn}
	h := compat.ToSlog(s, nil)
	processed := 0
	defer logbook.PushApplication(h, logbook.Processor(func(*logbook.Record) { processed++ }))()
	log := logbook.New("c")
	log.Info("declined")
	log.Warn("taken")
	equal(t, below.lines(), []string{"INFO c declined"})
	if len(s.records) != 1 || s.records[0].Message != "taken" {
		t.Errorf("the handler got %v", s.records)
	}

	// Records of a batch reach Handle without a call of Enabled.
	undo := logbook.PushApplication(below)
	log.Info("one")
	log.Error("two")
	undo()
	if err := logbook.HandleBatch(h, below.take(), logbook.ReasonBuffer); err != nil {
		t.Error(err)
	}
	if len(s.records) != 2 || s.records[1].Message != "two" {
		t.Errorf("the handler got %v", s.records)
	}
}

func TestToSlogDeclinesBeforeProcessors(t *testing.T) {
	processed := 0
	defer logbook.PushApplication(&logbook.Null{}, compat.ToSlog(&sink{level: slog.LevelWarn}, nil),
		logbook.Processor(func(*logbook.Record) { processed++ }))()
	logbook.Info("declined")
	if processed != 0 {
		t.Error("processors ran for a record that the handler declines")
	}
	logbook.Error("taken")
	if processed != 1 {
		t.Errorf("processors ran %d times", processed)
	}
}

func TestToSlogOptions(t *testing.T) {
	below := record(t)
	s := &sink{level: -100}
	defer logbook.PushApplication(compat.ToSlog(s, &logbook.Options{
		Level: logbook.LevelNotice, Bubble: true,
		Filter: func(r *logbook.Record) bool { return r.Text("skip") == "" },
	}))()
	log := logbook.New("c")
	log.Info("low")
	log.Notice("both")
	log.Notice("filtered", "skip", 1)
	equal(t, below.lines(), []string{"INFO c low", "NOTICE c both", "NOTICE c filtered skip=1"})
	if len(s.records) != 1 || s.records[0].Message != "both" {
		t.Errorf("the handler got %v", s.records)
	}
}

type appError struct{ codes []int } // not comparable

func (e appError) Error() string { return fmt.Sprint("codes ", e.codes) }

func TestToSlogErrors(t *testing.T) {
	s := &sink{level: -100}
	defer logbook.PushApplication(compat.ToSlog(s, nil))()
	log := logbook.New("")
	log.Exception(appError{[]int{1}}, "failed", "k", 1)
	log.WithGroup("g").Warn("in a group", slog.Group("h", "x", 1), logbook.Err(appError{[]int{2}}))
	log.Warn("bare", "err", appError{[]int{3}})
	for i, test := range []struct{ path, key string }{{"", "error"}, {"g", "error"}, {"", "err"}} {
		list := attrs(s.records[i])
		if test.path != "" {
			list = list[0].Value.Group()
		}
		at := slices.IndexFunc(list, func(a slog.Attr) bool { return a.Key == test.key })
		if at < 0 {
			t.Errorf("record %d has no %s: %v", i, test.key, list)
			continue
		}
		if e, ok := list[at].Value.Any().(appError); !ok || e.codes[0] != i+1 {
			t.Errorf("record %d: the error is a %T", i, list[at].Value.Any())
		}
	}

	want := errors.New("disk full")
	s.err = want
	e := watchErrors(t)
	log.Info("m")
	if list := e.take(); len(list) != 1 || !errors.Is(list[0], want) {
		t.Errorf("reported: %v", list)
	}
}

func TestToSlogJSON(t *testing.T) {
	var b bytes.Buffer
	defer logbook.PushApplication(compat.ToSlog(slog.NewJSONHandler(&b, &slog.HandlerOptions{AddSource: true}), nil))()
	logbook.New("web").WithGroup("g").Error("m", "k", 1)
	var m struct {
		Level, Msg, Channel string
		Source              struct{ File string }
		G                   struct{ K int }
	}
	if err := json.Unmarshal(b.Bytes(), &m); err != nil {
		t.Fatal(err)
	}
	if m.Level != "ERROR" || m.Msg != "m" || m.Channel != "web" || m.G.K != 1 || !strings.HasSuffix(m.Source.File, "toslog_test.go") {
		t.Errorf("%s became %+v", b.String(), m)
	}
}

// The handler of an *slog.Logger keeps the attributes of With, and nil means slog's
// default handler.
func TestToSlogLogger(t *testing.T) {
	var b bytes.Buffer
	keepDefaults(t)
	base := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	slog.SetDefault(base)
	for h, want := range map[logbook.Handler]string{
		compat.ToSlog(base.With("app", "x").Handler(), nil): "level=INFO msg=m app=x channel=c k=1\n",
		compat.ToSlog(nil, nil):                             "level=INFO msg=m channel=c k=1\n",
	} {
		b.Reset()
		logbook.InGoroutine(func() { logbook.New("c").Info("m", "k", 1) }, h)
		if b.String() != want {
			t.Errorf("got %q, want %q", b.String(), want)
		}
	}
}

func TestToSlogRetained(t *testing.T) {
	h := record(t)
	logbook.New("c").Info("kept {k}", "k", 1)
	s := &sink{level: -100}
	for _, r := range h.take() {
		if err := compat.ToSlog(s, nil).Handle(r); err != nil {
			t.Error(err)
		}
		r.Release()
	}
	for range 100 {
		logbook.Info("other {k}", "k", 2)
	}
	if got := s.records[0].Message + fmt.Sprint(attrs(s.records[0])); got != "kept 1[channel=c k=1]" {
		t.Errorf("the slog record is now %s", got)
	}
}

// A received record has a description of its caller and error, but no program counter
// and no error value.
func TestToSlogReceived(t *testing.T) {
	s := &sink{level: -100}
	r := logbook.NewRecord(logbook.RecordData{
		Time: time.Unix(1, 0), Level: logbook.LevelError, Channel: "far", Message: "m {k}",
		Attrs:  []slog.Attr{slog.Int("k", 1)},
		Error:  &logbook.ErrorInfo{Type: "ValueError", Message: "bad"},
		Source: &slog.Source{File: "far.py", Line: 7},
	})
	if err := compat.ToSlog(s, nil).Handle(r); err != nil {
		t.Fatal(err)
	}
	got := s.records[0]
	var source *slog.Source
	var failure error
	got.Attrs(func(a slog.Attr) bool {
		switch v := a.Value.Any().(type) {
		case *slog.Source:
			source = v
		case error:
			failure = v
		}
		return true
	})
	info, ok := failure.(*logbook.ErrorInfo)
	if got.Message != "m {k}" || !got.Time.Equal(time.Unix(1, 0)) || source == nil || source.Line != 7 || !ok || info.Type != "ValueError" {
		t.Errorf("%v with %v, source %v, error %v", got, attrs(got), source, failure)
	}
}

func TestConformance(t *testing.T) {
	o := &logbook.Options{Level: logbook.LevelNotice, Filter: func(r *logbook.Record) bool { return r.Text("k") != "no" }, Bubble: true}
	for name, newHandler := range map[string]func() logbook.Handler{
		"ToLog":           func() logbook.Handler { return compat.ToLog(log.New(struct{ io.Writer }{io.Discard}, "", 0), nil) },
		"ToLog, options":  func() logbook.Handler { return compat.ToLog(log.New(struct{ io.Writer }{io.Discard}, "", 0), o) },
		"ToSlog":          func() logbook.Handler { return compat.ToSlog(slog.NewJSONHandler(io.Discard, nil), nil) },
		"ToSlog, options": func() logbook.Handler { return compat.ToSlog(slog.NewTextHandler(io.Discard, nil), o) },
		"ToSlog, to log":  func() logbook.Handler { return compat.ToSlog(slog.Default().Handler(), nil) },
	} {
		t.Run(name, func(t *testing.T) {
			logTo(t)
			logbooktest.TestHandler(t, newHandler)
		})
	}
}
