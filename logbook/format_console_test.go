package logbook_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

func TestConsole(t *testing.T) {
	tests := []struct {
		name string
		o    *logbook.ConsoleOptions
		want string
	}{
		{"default", nil, "13:37:42.005 WARNING  app.web hello x n=1 g.k=v"},
		{"no time", &logbook.ConsoleOptions{TimeLayout: "-"}, "WARNING  app.web hello x n=1 g.k=v"},
		{"layout", &logbook.ConsoleOptions{TimeLayout: "%d %H:%M"}, "29 13:37 WARNING  app.web hello x n=1 g.k=v"},
		{"zone", &logbook.ConsoleOptions{Location: time.FixedZone("", 3600)}, "14:37:42.005 WARNING  app.web hello x n=1 g.k=v"},
		{"colour", &logbook.ConsoleOptions{Color: true},
			"\x1b[2m13:37:42.005\x1b[0m \x1b[33;1mWARNING\x1b[0m  \x1b[2mapp.web\x1b[0m hello x\x1b[2m n=1 g.k=v\x1b[0m"},
		{"source", &logbook.ConsoleOptions{Source: true}, "13:37:42.005 WARNING  app.web hello x n=1 g.k=v /srv/main.go:9"},
	}
	r := logbook.NewRecord(logbook.RecordData{
		Time: at, Level: logbook.LevelWarn, Channel: "app.web", Template: "hello {s}",
		Attrs:  []slog.Attr{slog.String("s", "x"), slog.Int("n", 1), slog.Group("g", "k", "v")},
		Source: &slog.Source{File: "/srv/main.go", Line: 9, Function: "main.main"},
	})
	for _, test := range tests {
		got, err := logbook.Console(test.o).AppendFormat(nil, r)
		if err != nil || string(got) != test.want {
			t.Errorf("%s: %q, %v, want %q", test.name, got, err, test.want)
		}
	}
}

// Logbook's colours can be set; without colour there are no escape sequences.
func TestConsoleColors(t *testing.T) {
	codes := make(map[logbook.Level]string)
	for name, line := range golden[map[string]any](t, "colorized.json") {
		level, err := logbook.ParseLevel(name)
		if err != nil {
			continue // it contains the table of codes
		}
		code, _, _ := strings.Cut(strings.TrimPrefix(line.(string), "\x1b["), "m")
		codes[level] = code
	}
	if len(codes) != 7 {
		t.Fatalf("%d golden colours, want 7", len(codes))
	}
	f := logbook.Console(&logbook.ConsoleOptions{Color: true, Colors: codes})
	for level, code := range codes {
		got, err := f.AppendFormat(nil, logbook.NewRecord(logbook.RecordData{Time: at, Level: level, Message: "m"}))
		if want := "\x1b[" + code + "m" + level.String() + "\x1b[0m"; err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%v is %q, %v, want %q in it", level, got, err, want)
		}
	}
	plain := logbook.Console(&logbook.ConsoleOptions{Colors: codes})
	got, err := plain.AppendFormat(nil, logbook.NewRecord(logbook.RecordData{Time: at, Level: logbook.LevelError, Message: "m"}))
	if err != nil || checkLine(string(got)) != nil {
		t.Errorf("without colour: %q, %v", got, err)
	}
}

// SUCCESS has its own colour.
func TestColorOfSuccess(t *testing.T) {
	color := func(level logbook.Level) string {
		f := logbook.Console(&logbook.ConsoleOptions{Color: true, TimeLayout: "-"})
		b, err := f.AppendFormat(nil, logbook.NewRecord(logbook.RecordData{Level: level, Message: "m"}))
		code, _, ok := strings.Cut(string(b), level.String())
		if err != nil || !ok {
			t.Fatalf("%v is %q, %v", level, b, err)
		}
		return code
	}
	for _, other := range []logbook.Level{logbook.LevelInfo, logbook.LevelNotice, logbook.LevelWarn} {
		if color(logbook.LevelSuccess) == color(other) {
			t.Errorf("SUCCESS has the colour of %v", other)
		}
	}
}

// A level without a colour has that of the next lower one with a colour; "" means none.
func TestConsoleColorsOfLevelsBetween(t *testing.T) {
	for range 20 { // the order of the map must not matter
		f := logbook.Console(&logbook.ConsoleOptions{Color: true, TimeLayout: "-", Colors: map[logbook.Level]string{
			logbook.LevelNotSet: "90", logbook.LevelDebug: "36", logbook.LevelInfo: "", logbook.LevelError: "31",
		}})
		for level, want := range map[logbook.Level]string{
			-20: "\x1b[90m", logbook.LevelDebug: "\x1b[36m", -1: "\x1b[36m", logbook.LevelInfo: "INFO", 3: "NOTICE",
			logbook.LevelWarn: "WARNING", logbook.LevelError: "\x1b[31m", 100: "\x1b[31m",
		} {
			got, _ := f.AppendFormat(nil, logbook.NewRecord(logbook.RecordData{Level: level, Message: "m"}))
			if !strings.HasPrefix(string(got), want) {
				t.Fatalf("%v is %q, want %q at its start", level, got, want)
			}
		}
	}
}

func TestConsoleEscapes(t *testing.T) {
	hostile := "a\r\nb\x1b[31m\x00\u009b\u202e\u2028\x7f\xff"
	for _, o := range []*logbook.ConsoleOptions{nil, {Source: true, TimeLayout: "%Z", Location: time.FixedZone(hostile, 0)}} {
		h := recordAs(t, logbook.Console(o))
		logbook.New(hostile).WithGroup(hostile).With(hostile, hostile).
			Info("m {"+"a"+"} "+hostile, "a", hostile, hostile, []byte(hostile), slog.Group(hostile, hostile, hostile), logbook.Err(errors.New(hostile)))
		for i, line := range strings.Split(h.line(t), "\n") {
			if err := checkLine(line); err != nil {
				t.Errorf("line %d: %v", i, err)
			}
			if i > 0 && !strings.HasPrefix(line, "  | ") {
				t.Errorf("line %d is not marked: %q", i, line)
			}
		}
	}
}
