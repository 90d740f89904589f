package compat_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/slogtest"
	"time"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func TestSlogTest(t *testing.T) {
	for _, test := range []struct {
		name string
		make func() slog.Handler
	}{
		{"plain", func() slog.Handler { return compat.NewSlogHandler(nil, nil) }},
		{"replacing", func() slog.Handler {
			return compat.NewSlogHandler(nil, &compat.SlogOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { return a }})
		}},
		{"through With", func() slog.Handler {
			return slog.New(compat.NewSlogHandler(nil, nil)).With().With("", nil).WithGroup("").Handler()
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b bytes.Buffer
			defer logbook.PushApplication(textLines(&b, logbook.JSON(nil)))()
			results := func() (all []map[string]any) {
				for line := range strings.Lines(b.String()) {
					var m map[string]any
					if err := json.Unmarshal([]byte(line), &m); err != nil {
						t.Fatalf("%v in %s", err, line)
					}
					all = append(all, m)
				}
				return all
			}
			if err := slogtest.TestHandler(test.make(), results); err != nil {
				t.Error(err)
			}
			slogtest.Run(t, func(*testing.T) slog.Handler {
				b.Reset()
				return test.make()
			}, func(t *testing.T) map[string]any { return results()[0] })
		})
	}
}

func TestSlogLevels(t *testing.T) {
	h := record(t)
	l := slog.New(compat.NewSlogHandler(logbook.New("c"), nil))
	for level, want := range map[slog.Level]logbook.Level{
		slog.LevelDebug: logbook.LevelDebug, slog.LevelInfo: logbook.LevelInfo, slog.LevelInfo + 1: logbook.LevelSuccess,
		slog.LevelWarn: logbook.LevelWarn, slog.LevelError: logbook.LevelError, slog.LevelError + 3: 11,
		-128: -128, 127: 127, -129: -128, 128: 127, -1 << 30: -128, 1 << 30: 127,
	} {
		if !l.Enabled(background, level) {
			t.Errorf("%d is not enabled", int(level))
		}
		l.Log(background, level, "m")
		rs := h.take()
		if len(rs) != 1 || rs[0].Level() != want {
			t.Errorf("%d became %v, want %v", int(level), rs, want)
		}
	}
}

func TestSlogEnabled(t *testing.T) {
	notices := &recorder{Options: logbook.Options{Level: logbook.LevelNotice}}
	defer logbook.PushApplication(&logbook.Null{}, notices)()
	h := compat.NewSlogHandler(logbook.New("c"), nil)
	if h.Enabled(background, slog.LevelInfo) {
		t.Error("Info is enabled, though no handler takes it")
	}
	if !h.Enabled(background, slog.LevelWarn) {
		t.Error("Warn is not enabled")
	}
	ctx := logbook.Bind(background, &recorder{})
	if !h.Enabled(ctx, slog.LevelInfo) {
		t.Error("Info is not enabled, though the context's handler takes it")
	}
	if compat.NewSlogHandler(logbook.NewLogger("c", &logbook.LoggerOptions{Disabled: true}), nil).Enabled(ctx, slog.LevelError) {
		t.Error("a disabled logger is enabled")
	}
}

func TestSlogRecord(t *testing.T) {
	h := record(t)
	l := slog.New(compat.NewSlogHandler(logbook.New("billing"), nil))
	before := time.Now()
	_, _, line, _ := runtime.Caller(0)
	l.Info("literal {k} {", "k", 1)
	r := h.take()[0]
	if r.Message() != "literal {k} {" || r.Channel() != "billing" || r.Text("k") != "1" {
		t.Errorf("message %q, channel %q, k %q", r.Message(), r.Channel(), r.Text("k"))
	}
	if r.Source().Line != line+1 || !strings.HasSuffix(r.Source().File, "slog_test.go") {
		t.Errorf("source %v, want line %d of this file", r.Source(), line+1)
	}
	if r.Time().Before(before) || time.Since(r.Time()) < 0 {
		t.Errorf("time %v", r.Time())
	}

	at := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	if err := l.Handler().Handle(background, slog.NewRecord(at, 0, "m", 0)); err != nil {
		t.Error(err)
	}
	if r := h.take()[0]; !r.Time().Equal(at) || r.PC() != 0 {
		t.Errorf("time %v, pc %d: they are not the record's own", r.Time(), r.PC())
	}
}

func TestSlogNilIsGeneric(t *testing.T) {
	h := record(t)
	slog.New(compat.NewSlogHandler(nil, nil)).Info("m")
	equal(t, h.lines(), []string{"INFO Generic m"})
}

// Attributes added before a group stay outside of it, and groups are not flattened.
func TestSlogGroups(t *testing.T) {
	var b bytes.Buffer
	defer logbook.PushApplication(textLines(&b, logbook.JSON(nil)))()
	l := slog.New(compat.NewSlogHandler(logbook.New("c"), nil))
	for _, test := range []struct {
		log  func()
		want string
	}{
		{func() { l.With("a", 1).WithGroup("g").Info("m", "b", 2) }, `"a":1,"g":{"b":2}}`},
		{func() { l.With("a", 1).WithGroup("g").With("c", 3).WithGroup("h").Info("m", "b", 2) }, `"a":1,"g":{"c":3,"h":{"b":2}}}`},
		{func() { l.WithGroup("g").WithGroup("h").Info("m") }, `"msg":"m"}`},
		{func() { l.WithGroup("g").With("a", 1).WithGroup("h").Info("m") }, `"g":{"a":1}}`},
		{func() { l.WithGroup("g").Info("m", slog.Group("h", "x", slog.GroupValue(slog.Int("y", 1)))) }, `"g":{"h":{"x":{"y":1}}}}`},
		{func() { l.WithGroup("g").Info("m", slog.Group("", "x", 1)) }, `"g":{"x":1}}`},
		{func() { l.Info("m", slog.Group("e")) }, `"msg":"m"}`},
		{func() { l.With("v", valuer{}).Info("m", "w", valuer{}) }, `"v":{"k":"resolved"},"w":{"k":"resolved"}}`},
	} {
		b.Reset()
		test.log()
		if got := strings.TrimSpace(b.String()); !strings.HasSuffix(got, test.want) {
			t.Errorf("got %s, want %s at the end", got, test.want)
		}
	}
}

type valuer struct{}

func (valuer) LogValue() slog.Value { return slog.GroupValue(slog.String("k", "resolved")) }

// Loggers derived from the same logger do not overwrite each other's attributes.
func TestSlogSiblings(t *testing.T) {
	h := record(t)
	keep := func(_ []string, a slog.Attr) slog.Attr { return a }
	for _, o := range []*compat.SlogOptions{nil, {ReplaceAttr: keep}} {
		parent := slog.New(compat.NewSlogHandler(logbook.New("c"), o)).With("a", 1).With("b", 2).With("c", 3)
		first, second := parent.With("x", "first"), parent.With("x", "second")
		g1, g2 := parent.WithGroup("g").WithGroup("h").WithGroup("i"), parent.WithGroup("g").WithGroup("h").WithGroup("j")
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { parent.With("y", 1).WithGroup("z").Debug("other") })
		}
		wg.Wait()
		h.take()
		first.Info("m")
		second.Info("m")
		g1.Info("m", "k", 1)
		g2.Info("m", "k", 1)
		equal(t, h.lines(), []string{
			"INFO c m a=1 b=2 c=3 x=first", "INFO c m a=1 b=2 c=3 x=second",
			"INFO c m a=1 b=2 c=3 g.h.i.k=1", "INFO c m a=1 b=2 c=3 g.h.j.k=1",
		})
	}
}

func TestSlogReplaceAttr(t *testing.T) {
	h := record(t)
	type seen struct{ path, key string }
	var calls []seen
	l := slog.New(compat.NewSlogHandler(logbook.New("c"), &compat.SlogOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			calls = append(calls, seen{strings.Join(groups, "."), a.Key})
			switch a.Key {
			case "password":
				return slog.String(a.Key, "***")
			case "gone":
				return slog.Attr{}
			case "renamed":
				return slog.Any("new", valuer{})
			case "bad":
				panic("secret")
			}
			return a
		},
	}))
	l.With("password", "p1").WithGroup("g").With("password", "p2", "gone", 1).
		Info("m", slog.Group("h", "password", "p3", slog.Group("", "gone", 2)), "v", valuer{}, "renamed", 1, "bad", "secret")
	equal(t, h.lines(), []string{`INFO c m password=*** g.password=*** g.h.password=*** g.v.k=resolved g.new.k=resolved g.bad="!PANIC in ReplaceAttr"`})
	want := []seen{
		{"", "password"}, {"g", "password"}, {"g", "gone"}, {"g.h", "password"}, {"g.h", "gone"},
		{"g.v", "k"}, {"g", "renamed"}, {"g.new", "k"}, {"g", "bad"},
	}
	if len(calls) != len(want) {
		t.Fatalf("called for %v, want %v", calls, want)
	}
	for i := range want {
		if calls[i] != want[i] {
			t.Errorf("call %d is for %v, want %v", i, calls[i], want[i])
		}
	}

	// Source and time are kept where attributes are replaced.
	_, _, line, _ := runtime.Caller(0)
	l.Info("m", "k", 1)
	if r := h.take()[0]; r.Source().Line != line+1 || r.Time().IsZero() {
		t.Errorf("source %v, time %v", r.Source(), r.Time())
	}
}

// Loggers derived from the same logger do not overwrite each other's group names.
func TestSlogReplaceAttrGroups(t *testing.T) {
	record(t)
	var path string
	h := compat.NewSlogHandler(nil, &compat.SlogOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		path = strings.Join(groups, ".")
		return a
	}})
	parent := slog.New(h)
	for range 8 {
		parent = parent.WithGroup("p")
		first, second := parent.WithGroup("first"), parent.WithGroup("second")
		second.Info("m", "k", 1)
		if !strings.HasSuffix(path, "p.second") {
			t.Errorf("groups %s", path)
		}
		first.Info("m", slog.Group("g", "k", 1))
		if !strings.HasSuffix(path, "p.first.g") {
			t.Errorf("groups %s", path)
		}
	}
}

func TestSlogBindings(t *testing.T) {
	outer := record(t)
	l := slog.New(compat.NewSlogHandler(logbook.New("c"), nil))
	inner := &recorder{}
	ctx, undo := logbook.BindScope(background, inner, logbook.Attrs("request", 7))
	defer undo()
	l.InfoContext(ctx, "with")
	l.Info("without")
	equal(t, inner.lines(), []string{"INFO c with request=7"})
	equal(t, outer.lines(), []string{"INFO c without"})
	logbook.InGoroutine(func() { l.Info("goroutine") }, inner)
	equal(t, inner.lines(), []string{"INFO c goroutine"})
}

func TestSlogContextReachesHandlers(t *testing.T) {
	type key struct{}
	var got any
	defer logbook.PushApplication(logbook.NewHandler(func(r *logbook.Record) error {
		got = r.Context().Value(key{})
		return nil
	}, nil))()
	ctx := context.WithValue(background, key{}, "trace")
	slog.New(compat.NewSlogHandler(nil, nil)).InfoContext(ctx, "m")
	if got != "trace" {
		t.Errorf("the handler found %v in the context", got)
	}
}

func TestSlogErrors(t *testing.T) {
	h := record(t)
	l := slog.New(compat.NewSlogHandler(logbook.New("c"), nil))
	cause := errors.New("cause")
	l.Error("bare", "err", cause)
	l.Error("explicit", logbook.Err(cause))
	rs := h.take()
	if rs[0].Err() != cause || rs[1].Err() != cause || rs[1].ErrorInfo().Message != "cause" {
		t.Errorf("errors %v and %v, want %v", rs[0].Err(), rs[1].Err(), cause)
	}
	e := watchErrors(t)
	defer logbook.PushApplication(logbook.NewHandler(func(*logbook.Record) error { return cause }, nil))()
	if err := l.Handler().Handle(background, slog.NewRecord(time.Now(), 0, "m", 0)); err != nil {
		t.Errorf("Handle returned %v: failures belong to the error flag", err)
	}
	if list := e.take(); len(list) != 1 || !errors.Is(list[0], cause) {
		t.Errorf("reported: %v", list)
	}
}

// Values passed to With may change afterwards, as with slog's own handlers: this is a
// test for the race detector.
func TestSlogWithFixesValues(t *testing.T) {
	var out strings.Builder
	h := handlers.NewStream(&out, &logbook.Options{Formatter: logbook.JSON(nil)})
	logbook.InGoroutine(func() {
		log := slog.New(compat.NewSlogHandler(nil, nil))
		for range 20 {
			m := map[string]int{"a": 1}
			with := log.With("m", m)
			var wg sync.WaitGroup
			wg.Add(1)
			logbook.Go(func() { defer wg.Done(); with.Info("working") })
			m["b"] = 2
			wg.Wait()
		}
	}, h)
	if n := strings.Count(out.String(), `"m":{"a":1}}`); n != 20 {
		t.Errorf("%d of 20 lines show what With was given: %s", n, out.String())
	}
}
