package logbook_test

import (
	"bufio"
	"errors"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

func TestLevelString(t *testing.T) {
	tests := []struct {
		level logbook.Level
		want  string
	}{
		{logbook.LevelNotSet, "NOTSET"},
		{-127, "TRACE-119"},
		{-9, "TRACE-1"},
		{logbook.LevelTrace, "TRACE"},
		{-7, "TRACE+1"},
		{logbook.LevelDebug, "DEBUG"},
		{logbook.LevelInfo, "INFO"},
		{logbook.LevelSuccess, "SUCCESS"},
		{logbook.LevelNotice, "NOTICE"},
		{3, "NOTICE+1"},
		{logbook.LevelWarn, "WARNING"},
		{logbook.LevelError, "ERROR"},
		{logbook.LevelCritical, "CRITICAL"},
		{37, "CRITICAL+25"}, // every level has a text
		{127, "CRITICAL+115"},
	}
	for _, test := range tests {
		if got := test.level.String(); got != test.want {
			t.Errorf("Level(%d).String() = %q, want %q", test.level, got, test.want)
		}
	}
}

func TestLevelTextRoundTrip(t *testing.T) {
	for i := -128; i <= 127; i++ {
		want := logbook.Level(i)
		text, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got logbook.Level
		if err := got.UnmarshalText(text); err != nil || got != want {
			t.Errorf("%d went through %q and came back as %d, %v", want, text, got, err)
		}
	}
}

// ParseLevel accepts the names of levels.
func TestParseLevel(t *testing.T) {
	tests := []struct {
		text string
		want logbook.Level
	}{
		{"WARNING", logbook.LevelWarn},
		{"warning", logbook.LevelWarn},
		{"Warn", logbook.LevelWarn},
		{"ERROR", logbook.LevelError},
		{"err", logbook.LevelError},
		{"FATAL", logbook.LevelCritical},
		{"critical", logbook.LevelCritical},
		{"trace", logbook.LevelTrace},
		{"success", logbook.LevelSuccess},
		{"NotSet", logbook.LevelNotSet},
		{" info ", logbook.LevelInfo},
		{"INFO+3", 3},
		{"info-2", -2},
		{"ERROR-1", 7},
		{"NOTSET+0", logbook.LevelNotSet},
		{"critical+115", 127},
	}
	for _, test := range tests {
		if got, err := logbook.ParseLevel(test.text); err != nil || got != test.want {
			t.Errorf("ParseLevel(%q) = %v, %v, want %v", test.text, got, err, test.want)
		}
	}
}

// The error of ParseLevel contains the invalid text and the known names.
func TestParseLevelRefuses(t *testing.T) {
	for _, text := range []string{
		"FOO", "", " ", "11", "+3", "-", "info+", "info+x", "info+-1", "info++1", "info +",
		"critical+116", "notset-1", "info+9223372036854775807", "info+99999999999999999999", "inf o",
	} {
		level, err := logbook.ParseLevel(text)
		if !errors.Is(err, logbook.ErrUnknownLevel) {
			t.Errorf("ParseLevel(%q) = %v, %v, want ErrUnknownLevel", text, level, err)
			continue
		}
		if !strings.Contains(err.Error(), strconv.Quote(text)) || !strings.Contains(err.Error(), "notice") {
			t.Errorf("the error lacks the text or the known names: %v", err)
		}
		kept := logbook.LevelError
		if err := kept.UnmarshalText([]byte(text)); err == nil || kept != logbook.LevelError {
			t.Errorf("UnmarshalText(%q) = %v, and the level is %v", text, err, kept)
		}
	}
}

func TestLevelOf(t *testing.T) {
	tests := []struct {
		leveler slog.Leveler
		want    logbook.Level
	}{
		{nil, logbook.LevelNotSet},
		{logbook.LevelNotice, logbook.LevelNotice},
		{slog.LevelWarn, logbook.LevelWarn},
		{slog.Level(3), 3},
		{slog.Level(1000), 127},
		{slog.Level(-1000), logbook.LevelNotSet},
		{newLevelVar(logbook.LevelError), logbook.LevelError},
		{new(slog.LevelVar), logbook.LevelInfo},
	}
	for _, test := range tests {
		if got := logbook.LevelOf(test.leveler); got != test.want {
			t.Errorf("LevelOf(%v) = %v, want %v", test.leveler, got, test.want)
		}
	}
}

// Format strings show the level numbers of Python Logbook.
func TestLogbookLevelNumbers(t *testing.T) {
	h := recordAs(t, logbook.MustFormat("{record.level} {record.level_name}"))
	log := logbook.New("levels")
	f, err := os.Open("testdata/levels.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := 0
	for s := bufio.NewScanner(f); s.Scan(); lines++ {
		number, rest, _ := strings.Cut(s.Text(), " ")
		name, _, _ := strings.Cut(rest, " ")
		level, err := logbook.ParseLevel(name)
		if err != nil {
			t.Fatal(err)
		}
		log.Log(t.Context(), level, "m")
		if got, want := h.line(t), number+" "+name; got != want {
			t.Errorf("%v prints as %q, want %q", level, got, want)
		}
	}
	if lines != 10 {
		t.Errorf("%d golden levels, want 10", lines)
	}
	log.Log(t.Context(), logbook.LevelSuccess, "m") // Logbook does not have it: the next lower number
	if got := h.line(t); got != "11 SUCCESS" {
		t.Errorf("SUCCESS prints as %q", got)
	}
}

func TestLevelVar(t *testing.T) {
	var zero logbook.LevelVar
	if zero.Level() != slog.LevelInfo {
		t.Errorf("the zero LevelVar is %v", zero.Level())
	}
	v := newLevelVar(logbook.LevelError)
	if text, err := v.MarshalText(); string(text) != "ERROR" || err != nil {
		t.Errorf("MarshalText = %q, %v", text, err)
	}
	if err := v.UnmarshalText([]byte("debug")); err != nil || v.Level() != slog.LevelDebug {
		t.Errorf("UnmarshalText: %v, level %v", err, v.Level())
	}
	if err := v.UnmarshalText([]byte("loud")); !errors.Is(err, logbook.ErrUnknownLevel) || v.Level() != slog.LevelDebug {
		t.Errorf("a wrong name: %v, level %v", err, v.Level())
	}
	v.Set(slog.Level(500))
	if v.Level() != 127 {
		t.Errorf("a level above the scale became %v", v.Level())
	}
	v.Set(nil)
	if v.Level() != slog.Level(logbook.LevelNotSet) {
		t.Errorf("nil became %v", v.Level())
	}
}

// A change of a LevelVar applies at once wherever its handler is bound.
func TestLevelVarOnHandlers(t *testing.T) {
	withoutDefault(t)
	log := logbook.New("levelvar")
	tests := []struct {
		name string
		bind func(t *testing.T, h logbook.Handler) (info func())
	}{
		{"application", func(t *testing.T, h logbook.Handler) func() {
			t.Cleanup(logbook.PushApplication(h))
			return func() { log.Debug("m") }
		}},
		{"goroutine", func(t *testing.T, h logbook.Handler) func() {
			t.Cleanup(logbook.PushGoroutine(h))
			return func() { log.Debug("m") }
		}},
		{"context", func(t *testing.T, h logbook.Handler) func() {
			ctx, undo := logbook.BindScope(t.Context(), h)
			t.Cleanup(undo)
			return func() { log.DebugContext(ctx, "m") }
		}},
		{"logger", func(t *testing.T, h logbook.Handler) func() {
			t.Cleanup(log.AddHandler(h))
			return func() { log.Debug("m") }
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := newLevelVar(logbook.LevelError)
			h := &recorder{Options: logbook.Options{Level: v}}
			debug := test.bind(t, h)
			debug()
			h.want(t)
			v.Set(logbook.LevelDebug)
			debug()
			h.want(t, "m")
			v.Set(logbook.LevelInfo)
			debug()
			h.want(t, "m")
		})
	}
}

func TestLevelVarOnLoggerAndGroup(t *testing.T) {
	h := record(t)
	v := newLevelVar(logbook.LevelError)
	own := logbook.NewLogger("own", &logbook.LoggerOptions{Level: v})
	group := logbook.NewLoggerGroup()
	group.SetLevel(v)
	member := logbook.NewLogger("member", &logbook.LoggerOptions{Group: group})
	both := func(msg string) { own.Debug(msg + " own"); member.Debug(msg + " member") }
	both("1")
	v.Set(logbook.LevelDebug)
	both("2")
	v.Set(logbook.LevelWarn)
	both("3")
	h.want(t, "2 own", "2 member")
}

// A Leveler of another package is called for each record.
func TestForeignLeveler(t *testing.T) {
	withoutDefault(t)
	var v slog.LevelVar
	v.Set(slog.LevelError)
	h := &recorder{Options: logbook.Options{Level: &v}}
	defer logbook.PushApplication(h)()
	log := logbook.New("foreign")
	own := logbook.NewLogger("own", &logbook.LoggerOptions{Level: &v})
	all := &recorder{Options: logbook.Options{Filter: func(r *logbook.Record) bool { return r.From(own) }}}
	defer logbook.PushGoroutine(all)()

	log.Info("1")
	own.Info("own 1")
	v.Set(slog.LevelDebug)
	log.Info("2")
	own.Info("own 2")
	v.Set(slog.LevelError)
	log.Info("3")
	own.Info("own 3")
	h.want(t, "2")
	all.want(t, "own 2")
}

// The group's level applies to a logger only while the logger's Leveler returns LevelNotSet.
func TestForeignLevelAndGroup(t *testing.T) {
	h := record(t)
	var v slog.LevelVar
	v.Set(slog.Level(logbook.LevelNotSet))
	group := logbook.NewLoggerGroup()
	group.SetLevel(logbook.LevelError)
	log := logbook.NewLogger("member", &logbook.LoggerOptions{Level: &v, Group: group})
	log.Info("the group's")
	v.Set(slog.LevelInfo)
	log.Info("its own")
	h.want(t, "its own")
}
