package logbook_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

func TestConsole(t *testing.T) {
	tests := []struct {
		name string
		o    *logbook.ConsoleOptions
		want string
	}{
		{"default", nil, "2024-02-29 13:37:42.005 WARNING  app.web: hello x n=1 g.k=v"},
		{"no time", &logbook.ConsoleOptions{TimeLayout: "-"}, "WARNING  app.web: hello x n=1 g.k=v"},
		{"layout", &logbook.ConsoleOptions{TimeLayout: "%d %H:%M"}, "29 13:37 WARNING  app.web: hello x n=1 g.k=v"},
		{"zone", &logbook.ConsoleOptions{Location: time.FixedZone("", 3600)}, "2024-02-29 14:37:42.005 WARNING  app.web: hello x n=1 g.k=v"},
		{"colour", &logbook.ConsoleOptions{Color: true},
			"\x1b[2m2024-02-29 13:37:42.005\x1b[0m \x1b[33;1mWARNING\x1b[0m  \x1b[2mapp.web:\x1b[0m hello x\x1b[2m n=1 g.k=v\x1b[0m"},
		{"source", &logbook.ConsoleOptions{Source: true}, "2024-02-29 13:37:42.005 WARNING  app.web: hello x n=1 g.k=v srv/main.go:9"},
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

// Each named level has a colour of its own.
func TestConsoleColorsDiffer(t *testing.T) {
	f := logbook.Console(&logbook.ConsoleOptions{Color: true, TimeLayout: "-"})
	seen := make(map[string]logbook.Level)
	for _, level := range []logbook.Level{
		logbook.LevelTrace, logbook.LevelDebug, logbook.LevelInfo, logbook.LevelSuccess,
		logbook.LevelNotice, logbook.LevelWarn, logbook.LevelError, logbook.LevelCritical,
	} {
		b, err := f.AppendFormat(nil, logbook.NewRecord(logbook.RecordData{Level: level, Message: "m"}))
		code, _, ok := strings.Cut(string(b), level.String())
		if err != nil || !ok || code == "" {
			t.Fatalf("%v is %q, %v", level, b, err)
		}
		if other, ok := seen[code]; ok {
			t.Errorf("%v has the colour of %v", level, other)
		}
		seen[code] = level
	}
}

// The date is shown if it is not today's, and when the day changes.
func TestConsoleDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // it starts at 2000-01-01
		f := logbook.Console(&logbook.ConsoleOptions{Location: time.UTC})
		check := func(when time.Time, want string) {
			t.Helper()
			b, err := f.AppendFormat(nil, logbook.NewRecord(logbook.RecordData{Time: when, Message: "m"}))
			if want += " INFO     m"; err != nil || string(b) != want {
				t.Errorf("got %q, %v, want %q", b, err, want)
			}
		}
		day := func(d, hour int) time.Time { return time.Date(2000, 1, d, hour, 0, 0, 0, time.UTC) }
		check(day(1, 1), "01:00:00.000")
		check(day(1, 2), "02:00:00.000")
		check(day(0, 23), "1999-12-31 23:00:00.000")
		check(day(2, 1), "2000-01-02 01:00:00.000")
		check(day(1, 3), "03:00:00.000")
		time.Sleep(24 * time.Hour)
		check(day(2, 1), "2000-01-02 01:00:00.000")
		check(day(2, 2), "02:00:00.000")
		check(day(1, 3), "2000-01-01 03:00:00.000")
		check(time.Date(2000, 1, 2, 0, 30, 0, 0, time.FixedZone("", 3600)), "2000-01-01 23:30:00.000")
	})
}

// Messages are aligned, and long lines are broken at spaces, with all of their text.
func TestConsoleWidth(t *testing.T) {
	width := 40
	f := logbook.Console(&logbook.ConsoleOptions{TimeLayout: "-", Width: func() int { return width }})
	line := func(channel, message string, attrs ...slog.Attr) string {
		b, err := f.AppendFormat(nil, logbook.NewRecord(logbook.RecordData{Channel: channel, Message: message, Attrs: attrs}))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, c := range []struct{ got, want string }{
		{line("db", "one"), "INFO     db: one"},
		{line("web", "two"), "INFO     web: two"},
		{line("db", "three"), "INFO     db:  three"},
		{line("", "four"), "INFO          four"},
		{line("a.channel.that.is.very.long", "five"), "INFO     a.channel.that.is.very.long: five"},
		{line("db", "the quick brown fox jumps over the lazy dog", slog.String("k", "v w")),
			"INFO     db:  the quick brown fox jumps\n              over the lazy dog k=\"v w\""},
		{line("db", "the message is exactly one"), "INFO     db:  the message is exactly one"},
		{line("db", "the message is exactly one."), "INFO     db:  the message is exactly\n              one."},
		{line("db", "see http://host/a/path/that/is/longer/than/the/terminal now"),
			"INFO     db:  see\n              http://host/a/path/that/is/longer/than/the/terminal\n              now"},
		{line("db", "日本語 日本語 日本語 日本語 日本"), "INFO     db:  日本語 日本語 日本語\n              日本語 日本"},
	} {
		if c.got != c.want {
			t.Errorf("got  %q\nwant %q", c.got, c.want)
		}
	}
	width = 0
	if got, want := line("db", strings.Repeat("x ", 40)+"y"), "INFO     db: "+strings.Repeat("x ", 40)+"y"; got != want {
		t.Errorf("without a width: %q", got)
	}
	width = 20
	if got, want := line("db", "one two three"), "INFO     db:  one\n          two three"; got != want {
		t.Errorf("narrow: %q, want %q", got, want)
	}
}

// Stacks begin with the most recent call; neighbouring frames of libraries are one line.
func TestConsoleStack(t *testing.T) {
	frame := func(function, file string, line int) slog.Source {
		return slog.Source{Function: function, File: file, Line: line}
	}
	own, inner := frame("main.(*app).load", "/srv/web/load.go", 7), frame("main.main", "/srv/web/main.go", 9)
	std := frame("net/http.HandlerFunc.ServeHTTP", "/usr/local/go/src/net/http/server.go", 2294)
	chi := frame("github.com/go-chi/chi/v5.(*Mux).ServeHTTP", "/home/me/go/pkg/mod/github.com/go-chi/chi/v5@v5.2.1/mux.go", 66)
	tests := []struct {
		name  string
		o     logbook.ConsoleOptions
		stack []slog.Source
		want  string
	}{
		{"folded", logbook.ConsoleOptions{}, []slog.Source{own, std, chi, std, inner},
			"  | main.(*app).load\n  |     /srv/web/load.go:7\n  | … 3 frames of net/http, github.com/go-chi/chi/v5\n  | main.main\n  |     /srv/web/main.go:9"},
		{"a single one", logbook.ConsoleOptions{}, []slog.Source{std, own},
			"  | net/http.HandlerFunc.ServeHTTP\n  |     /usr/local/go/src/net/http/server.go:2294\n  | main.(*app).load\n  |     /srv/web/load.go:7"},
		{"all", logbook.ConsoleOptions{FullStacks: true}, []slog.Source{own, std, std},
			"  | main.(*app).load\n  |     /srv/web/load.go:7" + strings.Repeat("\n  | net/http.HandlerFunc.ServeHTTP\n  |     /usr/local/go/src/net/http/server.go:2294", 2)},
		{"only libraries", logbook.ConsoleOptions{}, []slog.Source{std, std},
			strings.TrimPrefix(strings.Repeat("\n  | net/http.HandlerFunc.ServeHTTP\n  |     /usr/local/go/src/net/http/server.go:2294", 2), "\n")},
		{"colour", logbook.ConsoleOptions{Color: true}, []slog.Source{own, std},
			"  | \x1b[1mmain.(*app).load\x1b[0m\n  |     \x1b[2m/srv/web/load.go:7\x1b[0m\n" +
				"  | \x1b[2mnet/http.HandlerFunc.ServeHTTP\x1b[0m\n  |     \x1b[2m/usr/local/go/src/net/http/server.go:2294\x1b[0m"},
	}
	for _, test := range tests {
		b, err := logbook.Console(&test.o).AppendFormat(nil, logbook.NewRecord(logbook.RecordData{Message: "m", Error: &logbook.ErrorInfo{
			Type: "*fs.PathError", Message: "open x: denied", Chain: []logbook.ErrorLink{{Depth: 1, Type: "syscall.Errno", Message: "denied"}}, Stack: test.stack,
		}}))
		_, got, _ := strings.Cut(string(b), "\n")
		want := "  | *fs.PathError: open x: denied\n  |   wraps syscall.Errno: denied\n" + test.want
		if err != nil || got != want {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, got, want)
		}
	}
}

// The further lines of an error's text are indented, so that they differ from other errors.
func TestConsoleErrorOfSeveralLines(t *testing.T) {
	b, err := logbook.Console(nil).AppendFormat(nil, logbook.NewRecord(logbook.RecordData{Message: "m", Error: &logbook.ErrorInfo{
		Type: "*fmt.wrapError", Message: "cannot stop: mail\ndisk", Chain: []logbook.ErrorLink{
			{Depth: 1, Type: "*errors.joinError", Message: "mail\ndisk"},
			{Depth: 2, Type: "*errors.errorString", Message: "mail"},
			{Depth: 2, Type: "*errors.errorString", Message: "disk"},
		},
	}}))
	want := `  | *fmt.wrapError: cannot stop: mail
  |     disk
  |   wraps *errors.joinError: mail
  |       disk
  |     wraps *errors.errorString: mail
  |     wraps *errors.errorString: disk`
	_, got, _ := strings.Cut(string(b), "\n")
	if err != nil || got != want {
		t.Errorf("got\n%s\nwant\n%s (%v)", got, want, err)
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

// Further lines of a message stand below its first line, which has the attributes.
func TestConsoleLines(t *testing.T) {
	for _, test := range []struct {
		message string
		err     error
		want    string
	}{
		{"one", nil, "INFO     app: one a=1"},
		{"one\n", nil, "INFO     app: one a=1"},
		{"one\ntwo\n\tthree\n\n", nil, "INFO     app: one a=1\n  | two\n  |     three"},
		{"\ntwo", nil, "INFO     app:  a=1\n  | two"},
		{"{a}\n{a}", nil, "INFO     app: 1\n  | 1"},
		{"one\ntwo", &logbook.PanicError{Value: "no"}, "INFO     app: one a=1\n  | two\n  | string: no"},
		{"a long text that is broken\nand another long text", nil, "INFO     app: a long text that is\n              broken a=1\n  | and another long text"},
	} {
		h := recordAs(t, logbook.Console(&logbook.ConsoleOptions{TimeLayout: "-", Width: func() int { return 36 }}))
		args := []any{"a", 1}
		if test.err != nil {
			args = append(args, logbook.Err(test.err))
		}
		logbook.New("app").Info(test.message, args...)
		if got := h.line(t); got != test.want {
			t.Errorf("%q:\n%s\nwant\n%s", test.message, got, test.want)
		}
	}
}

func TestConsoleBlankLevel(t *testing.T) {
	f := logbook.Console(&logbook.ConsoleOptions{TimeLayout: "-", Color: true})
	got, err := f.AppendFormat(nil, logbook.NewRecord(logbook.RecordData{Level: logbook.LevelNotSet, Message: "m"}))
	if want := strings.Repeat(" ", len("CRITICAL ")) + "m"; string(got) != want || err != nil {
		t.Errorf("got %q, %v, want %q", got, err, want)
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
