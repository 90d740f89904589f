package logbook_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// A panic of a user's Leveler, Enabled function or context is reported through the error
// flag, and does not reach the caller.
func TestUserCodeThatPanics(t *testing.T) {
	fails := levelFunc(func() slog.Level { panic("no level") })
	var nilVar *slog.LevelVar
	taking := func(l slog.Leveler) []logbook.Bindable {
		return []logbook.Bindable{&recorder{Options: logbook.Options{Level: l}}}
	}
	for name, test := range map[string]struct {
		logger *logbook.Logger
		items  []logbook.Bindable
		ctx    context.Context
		want   string
	}{
		"handler's level":     {logbook.Default(), taking(fails), nil, "no level"},
		"nil *slog.LevelVar":  {logbook.Default(), taking(nilVar), nil, "nil pointer"},
		"logger's level":      {logbook.NewLogger("l", &logbook.LoggerOptions{Level: fails}), nil, nil, `logger "l": panic: no level`},
		"Enabled":             {logbook.NewLogger("l", &logbook.LoggerOptions{Enabled: func() bool { panic("no answer") }}), nil, nil, "no answer"},
		"group's level":       {inGroup(func(g *logbook.LoggerGroup) { g.SetLevel(fails) }), nil, nil, "no level"},
		"logger's handler":    {logbook.NewLogger("l", &logbook.LoggerOptions{Handlers: []logbook.Handler{&recorder{Options: logbook.Options{Level: fails}}}}), nil, nil, "no level"},
		"context":             {logbook.Default(), nil, panickyContext{t.Context()}, "Value of logbook_test.panickyContext: panic: no value"},
		"typed nil and panic": {logbook.Default(), nil, (*panickyContext)(nil), ""},
	} {
		var fs failures
		h := record(t, fs.flag())
		undo := logbook.PushGoroutine(test.items...)
		_, end := logbook.BindScope(t.Context()) // makes calls look up contexts
		if !test.logger.Enabled(test.ctx, logbook.LevelInfo) {
			t.Errorf("%s: not enabled", name)
		}
		ofEnabled := len(fs.list)
		test.logger.Log(test.ctx, logbook.LevelInfo, "m")
		h.want(t, "m")
		if test.want == "" {
			fs.none(t)
		} else if ofEnabled == 0 || len(fs.list) == ofEnabled {
			t.Errorf("%s: %d reports, %d of them of Enabled", name, len(fs.list), ofEnabled)
		}
		for _, e := range fs.list {
			if !strings.Contains(e.Error(), test.want) {
				t.Errorf("%s: reported %v", name, e)
			}
		}
		end()
		undo()
	}
}

func inGroup(set func(g *logbook.LoggerGroup)) *logbook.Logger {
	l := logbook.New("l")
	set(logbook.NewLoggerGroup(l))
	return l
}

type panickyContext struct{ context.Context }

func (panickyContext) Value(any) any { panic("no value") }

// An Enabled function that logs to its own logger does not recurse.
func TestEnabledThatLogs(t *testing.T) {
	var fs failures
	h := record(t, fs.flag())
	var l *logbook.Logger
	calls := 0
	l = logbook.NewLogger("l", &logbook.LoggerOptions{Enabled: func() bool { calls++; l.Info("inner"); return true }})
	l.Info("m")
	h.want(t, "inner", "m")
	if e := fs.one(t); calls != 1 || !errors.Is(e, logbook.ErrRecursion) {
		t.Errorf("Enabled was called %d times, reported %v", calls, e)
	}
}

// A nil *LevelVar is LevelNotSet.
func TestNilLevelVar(t *testing.T) {
	var v *logbook.LevelVar
	var fs failures
	h := &recorder{Options: logbook.Options{Level: v}}
	defer logbook.PushApplication(fs.flag(), h)()
	l := logbook.NewLogger("l", &logbook.LoggerOptions{Level: v})
	l.SetLevel(v)
	inGroup(func(g *logbook.LoggerGroup) { g.SetLevel(v) }).Trace("group")
	defer l.AddHandler(&recorder{Options: logbook.Options{Level: v, Bubble: true}})()
	l.Trace("m")
	h.want(t, "group", "m")
	if v.Level() != logbook.LevelNotSet.Level() {
		t.Errorf("the level is %v", v.Level())
	}
	fs.none(t)
}

// Enabled calls the Levelers of handlers.
func TestEnabledCallsForeignLevels(t *testing.T) {
	withoutDefault(t)
	level := slog.LevelWarn
	dynamic := levelFunc(func() slog.Level { return level })
	taking := &recorder{Options: logbook.Options{Level: dynamic}}
	for name, test := range map[string]struct {
		logger *logbook.Logger
		items  []logbook.Bindable
		want   bool // of Info
	}{
		"bound":              {logbook.Default(), []logbook.Bindable{taking}, false},
		"logger's own":       {logbook.NewLogger("l", &logbook.LoggerOptions{Handlers: []logbook.Handler{taking}}), nil, false},
		"another below":      {logbook.Default(), []logbook.Bindable{from(logbook.LevelInfo), taking}, true},
		"another above":      {logbook.Default(), []logbook.Bindable{taking, from(logbook.LevelInfo)}, true},
		"black hole":         {logbook.Default(), []logbook.Bindable{from(logbook.LevelInfo), leveledNull{logbook.LevelInfo}, taking}, false},
		"filtering Null":     {logbook.Default(), []logbook.Bindable{from(logbook.LevelInfo), logbook.Null{Filter: func(*logbook.Record) bool { return true }}, taking}, true},
		"dynamic black hole": {logbook.Default(), []logbook.Bindable{from(logbook.LevelInfo), leveledNull{dynamic}}, true},
	} {
		undo := logbook.PushGoroutine(test.items...)
		if got := test.logger.Enabled(nil, logbook.LevelInfo); got != test.want {
			t.Errorf("%s: Enabled(Info) = %v", name, got)
		}
		if !test.logger.Enabled(nil, logbook.LevelWarn) && !strings.HasSuffix(name, "black hole") {
			t.Errorf("%s: Enabled(Warn) is false", name)
		}
		undo()
	}
}

// A panic that no handler took goes on.
func TestCatchPanicsWithoutAHandler(t *testing.T) {
	withoutDefault(t)
	fails := func(*logbook.Record) error { return errors.New("disk full") }
	for name, test := range map[string]struct {
		item  logbook.Bindable
		taken bool
	}{
		"filter":      {logbook.NewHandler(fails, &logbook.Options{Filter: func(*logbook.Record) bool { return false }}), false},
		"accept":      {&acceptor{func(*logbook.Record) bool { return false }}, false},
		"level":       {&recorder{Options: logbook.Options{Level: levelFunc(func() slog.Level { return slog.LevelError + 1 })}}, false},
		"passed on":   {logbook.NewHandler(func(*logbook.Record) error { return logbook.ErrPass }, nil), false},
		"black hole":  {logbook.Null{Filter: func(*logbook.Record) bool { return true }}, false},
		"level fails": {&recorder{Options: logbook.Options{Level: levelFunc(func() slog.Level { panic("no level") })}}, false},
		"failed":      {logbook.NewHandler(fails, nil), true},
		"bubbling":    {&recorder{Options: logbook.Options{Bubble: true}}, true},
	} {
		for way, catch := range map[string]func(l *logbook.Logger){
			"CatchPanics":        func(l *logbook.Logger) { defer l.CatchPanics(nil); panic("p") },
			"CatchPanicsContext": func(l *logbook.Logger) { defer l.CatchPanicsContext(t.Context(), nil); panic("p") },
			"LogPanic": func(l *logbook.Logger) {
				defer func() {
					if p := recover(); !l.LogPanic(t.Context(), p, nil) {
						panic(p)
					}
				}()
				panic("p")
			},
		} {
			var got any
			logbook.InGoroutine(func() {
				defer func() { got = recover() }()
				catch(logbook.Default())
			}, logbook.Flags{Errors: logbook.SilentErrors}, test.item)
			if (got == nil) != test.taken || got != nil && got != "p" {
				t.Errorf("%s, %s: %v came out", name, way, got)
			}
		}
	}
}
