package logrbridge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/slogtest"

	"github.com/go-logr/logr"

	logrbridge "github.com/logbook-go/logbook/compat/logr"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

// The suite of log/slog, which logr runs for its own sinks, passes through the sink.
func TestSlog(t *testing.T) {
	var buf bytes.Buffer
	stream := handlers.NewStream(&buf, &logbook.Options{Formatter: logbook.JSON(nil)})
	defer logbook.PushGoroutine(stream)()
	h := logr.ToSlogHandler(logr.New(logrbridge.NewSink(nil)))
	err := slogtest.TestHandler(h, func() (lines []map[string]any) {
		for line := range bytes.Lines(buf.Bytes()) {
			var m map[string]any
			if err := json.Unmarshal(line, &m); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, m)
		}
		return lines
	})
	if err != nil {
		t.Error(err)
	}
}

// Verbosities are mapped to levels.
func TestVerbosity(t *testing.T) {
	h := logbooktest.Record(t)
	log := logr.New(logrbridge.NewSink(nil))
	for v, want := range map[int]logbook.Level{
		-1: logbook.LevelInfo, 0: logbook.LevelInfo, 1: logbook.LevelDebug, 4: logbook.LevelDebug,
		5: logbook.LevelTrace, 1 << 30: logbook.LevelTrace,
	} {
		log.V(v).Info("m")
		rs := h.Records()
		if got := rs[len(rs)-1].Level(); got != want {
			t.Errorf("V(%d) is %v, want %v", v, got, want)
		}
	}
	log.V(9).Error(nil, "m")
	rs := h.Records()
	if r := rs[len(rs)-1]; r.Level() != logbook.LevelError || r.Err() != nil {
		t.Errorf("Error without an error is %v", r.Data())
	}
}

// Values, names, literal message, error and caller are kept.
func TestRecord(t *testing.T) {
	h := logbooktest.Record(t)
	err := logbook.WithStack(fmt.Errorf("get: %w", fs.ErrNotExist))
	log := logr.New(logrbridge.NewSink(logbook.New("app").With("base", 1))).WithName("pods").WithValues("a", "x").WithName("gc")
	log.Error(err, "{literal}", "n", 2)
	_, file, line, _ := runtime.Caller(0)
	helper := func() { log.WithCallDepth(1).V(1).Info("from a helper") }
	helper()
	rs := h.Records()
	r := rs[0]
	if r.Message() != "{literal}" || r.Channel() != "app.pods.gc" || r.Text("base")+r.Text("a")+r.Text("n") != "1x2" {
		t.Errorf("the record is %v", r.Data())
	}
	if r.Err() != err || len(r.ErrorInfo().Chain) != 1 || len(r.ErrorInfo().Stack) == 0 {
		t.Errorf("the error is %+v", r.ErrorInfo())
	}
	if s := r.Source(); s.File != file || s.Line != line-1 || !strings.HasSuffix(s.Function, ".TestRecord") {
		t.Errorf("the source is %v, want %s:%d", s, file, line-1)
	}
	if s := rs[1].Source(); s.Line != line+2 {
		t.Errorf("the source of a helper's caller is %v, want line %d", s, line+2)
	}
	logr.New(logrbridge.NewSink(nil)).WithName("a").WithName("b").Info("m")
	if got := h.Records()[2].Channel(); got != "a.b" {
		t.Errorf("the channel is %q", got)
	}
}

// secret counts the calls of MarshalLog.
type secret struct{ calls *int }

func (s secret) MarshalLog() any { *s.calls++; return "hidden" }
func (s secret) String() string  { return "the secret" }

type broken struct{ p *int }

func (b broken) MarshalLog() any { return *b.p }

// MarshalLog is called once for each value that is logged, and not for disabled calls. The
// caller's slice is left alone.
func TestMarshaler(t *testing.T) {
	defer logbook.PushApplication(logbook.Null{})()
	a, b := logbooktest.NewRecorder(), logbooktest.NewRecorder()
	defer logbook.PushGoroutine(logbook.NewHandler(a.Handle, &logbook.Options{Level: logbook.LevelInfo}),
		logbook.NewHandler(b.Handle, &logbook.Options{Level: logbook.LevelInfo, Bubble: true}))()
	calls := 0
	args := []any{"s", secret{&calls}, "broken", broken{}}
	log := logr.New(logrbridge.NewSink(nil))
	log.V(1).Info("disabled", args...)
	if calls != 0 {
		t.Errorf("MarshalLog was called %d times for a disabled call", calls)
	}
	log.Info("m", args...)
	log.WithValues(args...).Info("m")
	if _, ok := args[1].(secret); !ok || calls != 2 {
		t.Errorf("MarshalLog was called %d times, the argument is %v", calls, args[1])
	}
	for _, r := range append(a.Records(), b.Records()...) {
		if r.Text("s") != "hidden" || r.Text("broken") != "!PANIC in MarshalLog" {
			t.Errorf("s is %q, broken is %q", r.Text("s"), r.Text("broken"))
		}
	}
}

// The sink is enabled where a handler wants the level, and errors go there too.
func TestEnabled(t *testing.T) {
	l := logbook.New("app")
	defer logbook.PushApplication(logbook.Null{})()
	h := logbooktest.NewRecorder()
	defer logbook.PushGoroutine(logbook.NewHandler(h.Handle, &logbook.Options{Level: logbook.LevelDebug}))()
	log := logr.New(logrbridge.NewSink(l))
	if !log.V(4).Enabled() || log.V(5).Enabled() {
		t.Error("the handler's level does not count")
	}
	l.SetLevel(logbook.LevelCritical)
	log.Error(fs.ErrExist, "m")
	if log.Enabled() || len(h.Records()) != 0 {
		t.Error("the logger's level does not count")
	}
}

// An error makes fingers crossed hand over what it held. Through slog, the context counts.
func TestFingersCrossed(t *testing.T) {
	defer logbook.PushApplication(logbook.Null{})()
	h := logbooktest.NewRecorder()
	fingers := handlers.NewFingersCrossed(h, nil)
	log := logr.New(logrbridge.NewSink(nil))
	undo := logbook.PushGoroutine(fingers)
	log.V(1).Info("held")
	if len(h.Records()) != 0 {
		t.Error("the record was not held")
	}
	log.Error(fs.ErrExist, "failed")
	undo()
	ctx := logbook.Bind(context.Background(), h)
	slog.New(logr.ToSlogHandler(log)).ErrorContext(ctx, "by slog")
	var got []string
	for _, r := range h.Records() {
		got = append(got, r.Message())
	}
	if !slices.Equal(got, []string{"held", "failed", "by slog"}) {
		t.Errorf("the handler got %q", got)
	}
}
