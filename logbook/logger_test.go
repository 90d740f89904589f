package logbook_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// A new logger has no level; a level can be set, and read by name.
func TestLoggerLevel(t *testing.T) {
	log := logbook.New("testlogger")
	if log.Level() != logbook.LevelNotSet || log.Level().String() != "NOTSET" {
		t.Errorf("a new logger's level is %v", log.Level())
	}
	log.SetLevel(logbook.LevelWarn)
	if got := log.Level().String(); got != "WARNING" {
		t.Errorf("the level's name is %q", got)
	}
	h := record(t)
	log.Notice("below")
	log.Warn("at")
	log.SetLevel(nil)
	log.Trace("all")
	h.want(t, "at", "all")
}

// Each method and package-level function logs at its level; the functions log on the
// channel Generic.
func TestCallsHaveTheirLevels(t *testing.T) {
	ctx := context.Background()
	log := logbook.New("testlogger")
	h := record(t)
	type call = func(string, ...any)
	type contextCall = func(context.Context, string, ...any)
	tests := []struct {
		level                                 logbook.Level
		plain, printf, generic, genericPrintf call
		context, genericCtx                   contextCall
	}{
		{logbook.LevelTrace, log.Trace, log.Tracef, logbook.Trace, logbook.Tracef, log.TraceContext, logbook.TraceContext},
		{logbook.LevelDebug, log.Debug, log.Debugf, logbook.Debug, logbook.Debugf, log.DebugContext, logbook.DebugContext},
		{logbook.LevelInfo, log.Info, log.Infof, logbook.Info, logbook.Infof, log.InfoContext, logbook.InfoContext},
		{logbook.LevelSuccess, log.Success, log.Successf, logbook.Success, logbook.Successf, log.SuccessContext, logbook.SuccessContext},
		{logbook.LevelNotice, log.Notice, log.Noticef, logbook.Notice, logbook.Noticef, log.NoticeContext, logbook.NoticeContext},
		{logbook.LevelWarn, log.Warn, log.Warnf, logbook.Warn, logbook.Warnf, log.WarnContext, logbook.WarnContext},
		{logbook.LevelError, log.Error, log.Errorf, logbook.Error, logbook.Errorf, log.ErrorContext, logbook.ErrorContext},
		{logbook.LevelCritical, log.Critical, log.Criticalf, logbook.Critical, logbook.Criticalf, log.CriticalContext, logbook.CriticalContext},
	}
	for _, test := range tests {
		check := func(name, channel string, fn func()) {
			t.Helper()
			before := len(h.messages())
			fn()
			if n := len(h.messages()) - before; n != 1 {
				t.Fatalf("%v %s: %d records", test.level, name, n)
			}
			r := h.last(t)
			if r.Level() != test.level || r.Channel() != channel || r.Message() != name {
				t.Errorf("%v %s: got %v %s: %s", test.level, name, r.Level(), r.Channel(), r.Message())
			}
			if r.From(log) != (channel == "testlogger") || r.From(logbook.Default()) != (channel == "Generic") {
				t.Errorf("%v %s: from the wrong logger", test.level, name)
			}
		}
		check("plain", "testlogger", func() { test.plain("plain") })
		check("context", "testlogger", func() { test.context(ctx, "context") })
		check("a printf", "testlogger", func() { test.printf("%s printf", "a") })
		check("generic", "Generic", func() { test.generic("generic") })
		check("a generic printf", "Generic", func() { test.genericPrintf("%s generic printf", "a") })
		check("generic context", "Generic", func() { test.genericCtx(ctx, "generic context") })
		check("log", "testlogger", func() { log.Log(ctx, test.level, "log") })
		check("attrs", "testlogger", func() { log.LogAttrs(ctx, test.level, "attrs") })
		check("generic log", "Generic", func() { logbook.Log(ctx, test.level, "generic log") })
		check("generic attrs", "Generic", func() { logbook.LogAttrs(ctx, test.level, "generic attrs") })
	}
	logbook.With("a", 1).Info("with")
	if r := h.last(t); r.Channel() != "Generic" || r.Text("a") != "1" {
		t.Errorf("With logged on %q with a=%q", r.Channel(), r.Text("a"))
	}
}

// A logger with an Enabled function cannot be enabled or disabled.
func TestComputedEnabled(t *testing.T) {
	var on atomic.Bool
	log := logbook.NewLogger("computed", &logbook.LoggerOptions{Enabled: on.Load})
	h := record(t)
	log.Info("1")
	on.Store(true)
	log.Info("2")
	if log.Disabled() {
		t.Error("the logger is disabled")
	}
	for name, fn := range map[string]func() error{"Enable": log.Enable, "Disable": log.Disable} {
		if err := fn(); !errors.Is(err, logbook.ErrComputed) {
			t.Errorf("%s returns %v", name, err)
		}
	}
	log.Info("3")
	on.Store(false)
	log.Info("4")
	h.want(t, "2", "3")
}

func TestDisable(t *testing.T) {
	log := logbook.NewLogger("quiet", &logbook.LoggerOptions{Disabled: true})
	h := record(t)
	log.Error("1")
	log.Exception(errors.New("x"), "2")
	log.Log(t.Context(), logbook.LevelCritical, "3")
	logAt(log, at, logbook.LevelError, "4")
	if !log.Disabled() || log.Enabled(t.Context(), logbook.LevelCritical) {
		t.Error("the logger is enabled")
	}
	if err := log.Enable(); err != nil {
		t.Fatal(err)
	}
	log.Error("5")
	if err := log.Disable(); err != nil {
		t.Fatal(err)
	}
	log.Error("6")
	h.want(t, "5")
}

// The processor of a logger applies only to its own records.
func TestLoggerProcessor(t *testing.T) {
	h := recordAs(t, logbook.MustFormat("{record.message}[{record.extra[ip]}]"))
	custom := logbook.NewLogger("custom", &logbook.LoggerOptions{
		Processor: func(r *logbook.Record) { r.Set("ip", "127.0.0.1") },
	})
	plain := logbook.New("plain")
	custom.Warn("a")
	plain.Warn("b")
	custom.SetProcessor(nil)
	custom.Warn("c")
	if want := []string{"a[127.0.0.1]", "b[]", "c[]"}; !slices.Equal(h.lines, want) {
		t.Errorf("lines are %q, want %q", h.lines, want)
	}
}

// Loggers made by With share level, disabled flag, handlers and group, whichever of
// them changes these.
func TestChildrenShare(t *testing.T) {
	parent := logbook.New("family")
	child := parent.With("a", 1).WithGroup("g").WithCallerSkip(0)
	h := record(t)

	parent.SetLevel(logbook.LevelError)
	child.Info("level of the parent")
	child.SetLevel(logbook.LevelInfo)
	parent.Info("level of the child")
	if err := parent.Disable(); err != nil || !child.Disabled() {
		t.Errorf("Disable: %v, child disabled: %v", err, child.Disabled())
	}
	child.Info("disabled")
	if err := child.Enable(); err != nil {
		t.Fatal(err)
	}
	own := new(recorder)
	undo := parent.AddHandler(own)
	child.Info("own handler")
	undo()
	group := logbook.NewLoggerGroup(child)
	if parent.Group() != group {
		t.Error("the parent is not in the child's group")
	}
	parent.Info("done")
	if !h.last(t).From(child) || !own.last(t).From(parent) {
		t.Error("From distinguishes parent and child")
	}
	own.want(t, "own handler")
	h.want(t, "level of the child", "done")
}

func TestLoggersOwnHandlers(t *testing.T) {
	first, second, added := new(recorder), new(recorder), &recorder{Options: logbook.Options{Bubble: true}}
	first.Bubble = true
	log := logbook.NewLogger("own", &logbook.LoggerOptions{Handlers: []logbook.Handler{first, nil, second}})
	bound := record(t)
	log.Info("1")
	undo := log.AddHandler(added)
	log.Info("2")
	undo()
	undo()
	log.Info("3")
	log.AddHandler(nil)()
	first.want(t, "1", "2", "3")
	second.want(t, "1", "2", "3")
	added.want(t, "2")
	bound.want(t)

	// The logger's own handler gets records that no bound handler wants.
	withoutDefault(t)
	deep := logbook.NewLogger("deep", &logbook.LoggerOptions{Handlers: []logbook.Handler{first}})
	logbook.InGoroutine(func() { deep.Trace("4") }, logbook.Null{})
	first.want(t, "1", "2", "3", "4")
}

type unboundRecorder struct {
	recorder
	unbound int
}

func (h *unboundRecorder) Unbound() { h.unbound++ }

func TestAddHandlerUnbinds(t *testing.T) {
	h := new(unboundRecorder)
	undo := logbook.New("x").AddHandler(h)
	undo()
	undo()
	if h.unbound != 1 {
		t.Errorf("the handler was unbound %d times", h.unbound)
	}
}

// No method of a nil logger fails.
func TestNilLogger(t *testing.T) {
	h := record(t)
	ctx := t.Context()
	var log *logbook.Logger
	log.Info("a", "k", 1)
	log.InfoContext(ctx, "a")
	log.Infof("a %d", 1)
	log.Log(ctx, logbook.LevelError, "a")
	log.LogAttrs(ctx, logbook.LevelError, "a", slog.Int("a", 1))
	log.LogSlog(ctx, slog.NewRecord(at, slog.LevelError, "a", 0))
	log.Exception(errors.New("x"), "a")
	log.ExceptionContext(ctx, errors.New("x"), "a")
	log.SetLevel(logbook.LevelDebug)
	log.SetProcessor(func(*logbook.Record) {})
	log.AddHandler(new(recorder))()
	for name, child := range map[string]*logbook.Logger{
		"With": log.With("a", 1), "WithAttrs": log.WithAttrs(slog.Int("a", 1)),
		"WithGroup": log.WithGroup("g"), "WithCallerSkip": log.WithCallerSkip(1),
	} {
		if child != nil {
			t.Errorf("%s of a nil logger is not nil", name)
		}
	}
	if log.Channel() != "" || log.Level() != logbook.LevelNotSet || !log.Disabled() || log.Group() != nil {
		t.Errorf("%q %v %v %v", log.Channel(), log.Level(), log.Disabled(), log.Group())
	}
	if log.Enabled(ctx, logbook.LevelCritical) {
		t.Error("a nil logger is enabled")
	}
	if err := errors.Join(log.Enable(), log.Disable()); err != nil {
		t.Error(err)
	}
	group := logbook.NewLoggerGroup(nil)
	group.Remove(nil)
	logbook.Info("from another")
	if h.last(t).From(log) {
		t.Error("a record comes from a nil logger")
	}
	h.want(t, "from another")
}

func TestEnabled(t *testing.T) {
	withoutDefault(t)
	ctx := t.Context()
	log := logbook.New("enabled")
	if log.Enabled(ctx, logbook.LevelCritical) {
		t.Error("enabled without any handler")
	}
	defer logbook.PushGoroutine(&recorder{Options: logbook.Options{Level: logbook.LevelWarn}})()
	bound, undo := logbook.BindScope(ctx, &recorder{Options: logbook.Options{Level: logbook.LevelDebug}})
	defer undo()
	tests := []struct {
		ctx   context.Context
		level logbook.Level
		want  bool
	}{
		{ctx, logbook.LevelInfo, false}, {ctx, logbook.LevelWarn, true}, {nil, logbook.LevelInfo, false},
		{nil, logbook.LevelError, true}, {bound, logbook.LevelTrace, false}, {bound, logbook.LevelDebug, true},
	}
	for _, test := range tests {
		if got := log.Enabled(test.ctx, test.level); got != test.want {
			t.Errorf("Enabled(%v) = %v, want %v", test.level, got, test.want)
		}
	}
	log.SetLevel(logbook.LevelError)
	if log.Enabled(bound, logbook.LevelWarn) {
		t.Error("enabled below the logger's level")
	}
}

// LogRecord adds to a record the logger's attributes and channel, and keeps its source,
// error and channel. The logger's level counts.
func TestLogRecord(t *testing.T) {
	h := record(t)
	log := logbook.New("own").With("a", 1).WithGroup("g")
	log.SetLevel(logbook.LevelInfo)
	data := logbook.RecordData{
		Time: time.Unix(1, 0), Level: logbook.LevelWarn, Message: "{literal}", Attrs: []slog.Attr{slog.Int("b", 2)},
		Source: &slog.Source{File: "peer.go", Line: 7}, Error: &logbook.ErrorInfo{Type: "T", Message: "m"},
	}
	log.LogRecord(t.Context(), logbook.NewRecord(data))
	data.Channel = "peer"
	log.LogRecord(t.Context(), logbook.NewRecord(data))
	data.Level = logbook.LevelDebug
	log.LogRecord(t.Context(), logbook.NewRecord(data))
	(*logbook.Logger)(nil).LogRecord(t.Context(), logbook.NewRecord(data))
	h.want(t, "{literal}", "{literal}")
	for i, channel := range []string{"own", "peer"} {
		r := h.records[i]
		if got := r.Text("a") + r.Text("g.b"); got != "12" || r.Channel() != channel || r.Source().Line != 7 ||
			r.ErrorInfo().Type != "T" || !r.Time().Equal(data.Time) || !r.From(log) {
			t.Errorf("record %d is %v on %q with a and b %q", i, r.Data(), r.Channel(), got)
		}
	}
}

// A logger of another channel shares the rest, also what is changed later.
func TestWithChannel(t *testing.T) {
	h := record(t)
	log := logbook.New("a").With("k", 1)
	other := log.WithChannel("b")
	other.Info("first")
	log.SetLevel(logbook.LevelError)
	other.Info("below")
	log.Error("last")
	h.want(t, "first", "last")
	if r := h.records[0]; r.Channel() != "b" || r.Text("k") != "1" || other.Channel() != "b" || !r.From(log) {
		t.Errorf("the record is on %q, with k=%s", r.Channel(), r.Text("k"))
	}
	if h.records[1].Channel() != "a" {
		t.Error("the first logger's channel has changed")
	}
	if (*logbook.Logger)(nil).WithChannel("b") != nil {
		t.Error("a nil logger has become another one")
	}
}

// An slog record keeps its time, level, caller and attributes, and braces in its
// message have no meaning.
func TestLogSlog(t *testing.T) {
	var f failures
	h := record(t, f.flag())
	log := logbook.New("slog").With("with", 1)
	r := slog.NewRecord(at, slog.Level(3), "no {such} template", 0)
	r.AddAttrs(slog.String("a", "b"))
	log.LogSlog(t.Context(), r)
	got := h.last(t)
	if got.Message() != "no {such} template" || !got.Time().Equal(at) || got.Level() != 3 || got.PC() != 0 {
		t.Errorf("got %v %v %q %x", got.Time(), got.Level(), got.Message(), got.PC())
	}
	if got.Text("a") != "b" || got.Text("with") != "1" {
		t.Errorf("attributes are a=%q with=%q", got.Text("a"), got.Text("with"))
	}
	log.LogSlog(t.Context(), slog.NewRecord(time.Time{}, slog.LevelInfo, "timeless", 0))
	if !h.last(t).Time().IsZero() {
		t.Errorf("a record without a time got %v", h.last(t).Time())
	}
	f.none(t)
}

// Unused loggers are collected, and a new logger does not affect others.
func TestLoggerFollowsTheStack(t *testing.T) {
	withoutDefault(t)
	before := logbook.New("before")
	before.Debug("enrolled")
	h := new(recorder)
	undo := logbook.PushApplication(h)
	after := logbook.New("after")
	before.Debug("1")
	after.Debug("2")
	undo()
	before.Debug("3")
	after.Debug("4")
	undo = logbook.PushApplication(h)
	before.Debug("5")
	after.Debug("6")
	undo()
	h.want(t, "1", "2", "5", "6")
}
