package zerologw_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/logbook-go/logbook/compat/zerologw"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

func newLogger(w *zerologw.Writer) zerolog.Logger {
	return zerolog.New(w).Sample(w).With().Timestamp().Logger()
}

// Fields keep the types of JSON, objects are groups, and no field is lost.
func TestFields(t *testing.T) {
	h := logbooktest.Record(t)
	log := newLogger(zerologw.NewWriter(logbook.New("app").With("base", 1)))
	log.Info().
		Str("text", "a{b}\n").Int("int", -1).Uint64("big", 1<<64-1).Float64("float", 0.1).Bool("bool", true).
		Dict("group", zerolog.Dict().Int("x", 1).Dict("inner", zerolog.Dict().Str("y", "z"))).
		Ints("list", []int{1, 2}).Interface("any", map[string]any{"k": nil}).Dur("dur", time.Second).
		Hex("hex", []byte{255}).RawJSON("raw", []byte(`{"a":[{"b":1}]}`)).Str("name", "n").Int("pid", 7).
		Msg("literal {text}")
	r := h.Records()[0]
	if r.Message() != "literal {text}" || r.Level() != logbook.LevelInfo || r.Channel() != "app" || r.Text("base") != "1" || r.PID() != os.Getpid() {
		t.Errorf("the record is %v", r.Data())
	}
	for key, want := range map[string]any{
		"text": "a{b}\n", "int": int64(-1), "big": uint64(1<<64 - 1), "float": 0.1, "bool": true,
		"group.x": int64(1), "group.inner.y": "z", "dur": int64(1000), "hex": "ff", "name": "n", "pid": int64(7),
	} {
		if v, _ := r.Lookup(key); v.Any() != want {
			t.Errorf("%s is %#v, want %#v", key, v.Any(), want)
		}
	}
	v, _ := r.Lookup("list")
	if list, ok := v.Any().([]any); !ok || !slices.Equal(list, []any{int64(1), int64(2)}) {
		t.Errorf("list is %#v", v.Any())
	}
}

// An event may have no message, and no field either.
func TestNoMessage(t *testing.T) {
	h := logbooktest.Record(t)
	log := zerolog.New(zerologw.NewWriter(nil))
	log.Error().Send()
	log.Info().Int("n", 1).Send()
	for _, r := range h.Records() {
		if r.Message() != "" {
			t.Errorf("the record is %v", r.Data())
		}
	}
	if n := len(h.Records()); n != 2 {
		t.Errorf("%d records", n)
	}
}

// Levels are mapped, and one's own ones are between or beyond.
func TestLevels(t *testing.T) {
	h := logbooktest.Record(t)
	log := newLogger(zerologw.NewWriter(nil)).Level(-100)
	for level, want := range map[zerolog.Level]logbook.Level{
		-5: logbook.LevelTrace, zerolog.TraceLevel: logbook.LevelTrace, zerolog.DebugLevel: logbook.LevelDebug,
		zerolog.InfoLevel: logbook.LevelInfo, zerolog.WarnLevel: logbook.LevelWarn, zerolog.ErrorLevel: logbook.LevelError,
		zerolog.NoLevel: logbook.LevelInfo, 20: logbook.LevelCritical,
	} {
		if level == -5 {
			zerolog.SetGlobalLevel(-5)
			defer zerolog.SetGlobalLevel(zerolog.TraceLevel)
		}
		log.WithLevel(level).Msg("m")
		rs := h.Records()
		if got := rs[len(rs)-1].Level(); got != want {
			t.Errorf("%v is %v, want %v", level, got, want)
		}
	}
}

// The time keeps the digits that zerolog writes, and has those of the clock if zerolog writes
// only seconds.
func TestTime(t *testing.T) {
	h := logbooktest.Record(t)
	w := zerologw.NewWriter(nil)
	before := time.Now()
	log := newLogger(w)
	log.Info().Msg("now")
	old := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	plain := zerolog.New(w)
	plain.Info().Time("time", old).Msg("then")
	plain.Info().Msg("none")
	rs := h.Records()
	for _, i := range []int{0, 2} {
		if at := rs[i].Time(); at.Before(before) || at.After(time.Now()) {
			t.Errorf("%q is of %v, logged at %v", rs[i].Message(), at, before)
		}
	}
	if !rs[1].Time().Equal(old) {
		t.Errorf("an earlier time is %v, want %v", rs[1].Time(), old)
	}
}

// The caller, the error and its stack come from zerolog's fields.
func TestCallerAndError(t *testing.T) {
	defer func(old func(error) any) { zerolog.ErrorStackMarshaler = old }(zerolog.ErrorStackMarshaler)
	zerolog.ErrorStackMarshaler = func(error) any {
		return []map[string]string{{"func": "save", "line": "7", "source": "save.go"}}
	}
	h := logbooktest.Record(t)
	log := zerolog.New(zerologw.NewWriter(nil)).With().Caller().Logger()
	log.Error().Err(errors.New("cannot")).Msg("failed")
	_, file, line, _ := runtime.Caller(0)
	log.Error().Stack().Err(errors.New("cannot")).Msg("failed")
	rs := h.Records()
	if s := rs[0].Source(); s.File != file || s.Line != line-1 || rs[0].Text("caller") != fmt.Sprintf("%s:%d", file, line-1) {
		t.Errorf("the source is %v, want %s:%d", s, file, line-1)
	}
	if err := rs[0].Err(); err == nil || err.Error() != "cannot" {
		t.Errorf("the error is %v", err)
	}
	if tb := rs[1].ErrorInfo().Traceback(); !strings.Contains(tb, "save.go") || !strings.Contains(tb, "cannot") {
		t.Errorf("the error with a stack is %q", tb)
	}
}

// With Sample, events that no handler wants are not made; without it they are dropped.
func TestEnabled(t *testing.T) {
	defer logbook.PushApplication(logbook.Null{})()
	h := logbooktest.NewRecorder()
	defer logbook.PushGoroutine(logbook.NewHandler(h.Handle, &logbook.Options{Level: logbook.LevelWarn}))()
	w := zerologw.NewWriter(nil)
	log := newLogger(w)
	if e := log.Info(); e.Enabled() {
		t.Error("an event is made")
	}
	plain := zerolog.New(w)
	plain.Info().Msg("below")
	plain.Warn().Msg("at")
	if got := h.Records(); len(got) != 1 || got[0].Message() != "at" {
		t.Errorf("the handler got %v", h.Formatted())
	}
}

// Handlers bound to a context get the events of its writer, and an error makes fingers crossed
// hand over what it held.
func TestWithContext(t *testing.T) {
	defer logbook.PushApplication(logbook.Null{})()
	h := logbooktest.NewRecorder()
	ctx := logbook.Bind(t.Context(), handlers.NewFingersCrossed(h, nil))
	base := zerologw.NewWriter(nil)
	w := base.WithContext(ctx)
	log := newLogger(base).Output(w).Sample(w)
	log.Debug().Msg("held")
	if len(h.Records()) != 0 {
		t.Fatal("the record was not held")
	}
	log.Error().Msg("failed")
	if rs := h.Records(); len(rs) != 2 || rs[0].Message() != "held" || rs[0].Context() != ctx {
		t.Errorf("handed over: %v", h.Formatted())
	}
}

// Input that is no event is the message. The buffer is not kept.
func TestWrite(t *testing.T) {
	h := logbooktest.Record(t)
	w := zerologw.NewWriter(nil)
	for _, text := range []string{"plain text\n", `{"heavy_initialized":true,"information_pulled":true}`, `{"broken":`, ""} {
		p := []byte(text)
		if n, err := w.Write(p); n != len(p) || err != nil {
			t.Errorf("Write(%q) returns %d, %v", text, n, err)
		}
		for i := range p {
			p[i] = 'X'
		}
		rs := h.Records()
		if r := rs[len(rs)-1]; r.Message() != strings.TrimSuffix(text, "\n") || r.Level() != logbook.LevelInfo {
			t.Errorf("%q is %v", text, r.Data())
		}
	}
}

// Panic flushes the handlers of the application.
func TestFlush(t *testing.T) {
	f := new(flusher)
	defer logbook.PushApplication(f)()
	defer func() {
		if recover() == nil || f.flushed != 1 {
			t.Errorf("flushed %d times", f.flushed)
		}
	}()
	log := zerolog.New(zerologw.NewWriter(nil))
	log.Error().Msg("m")
	log.Panic().Msg("m")
}

type flusher struct {
	logbook.Options
	flushed int
}

func (f *flusher) Handle(*logbook.Record) error { return nil }

func (f *flusher) Flush(context.Context) error { f.flushed++; return io.ErrShortWrite }
