package config_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// say logs one record for each letter: a to w at INFO, D at DEBUG, E at ERROR.
func say(letters string) {
	log := logbook.New("app")
	for _, c := range letters {
		switch c {
		case 'D':
			log.Debug("D")
		case 'E':
			log.Error("E")
		default:
			log.Info(string(c))
		}
	}
}

// Each wrapper works as its handler does, in a URI and in a section.
func TestWrapping(t *testing.T) {
	tests := []struct{ options, said, want string }{
		{"", "aDE", "a D E"},
		{"fingers_crossed=error", "abD", ""},
		{"fingers_crossed=error", "aDEbD", "a D E b D"},
		{"fingers_crossed=info", "DDa", "D D a"},
		{"fingers_crossed=error&fingers_crossed_reset=true", "aEbcEd", "a E b c E"},
		{"fingers_crossed=error&level=info", "DaDE", "a E"},
		{"fingers_crossed=error&fingers_crossed_records=2", "abcE", "2 records dropped c E"},
		{"fingers_crossed=error&fingers_crossed_bytes=1", "aE", "1 record dropped E"},
		{"limit=2", "aaaa", "a a 2 records suppressed like: a"},
		{"limit=1&limit_per=1h&level=info", "DaDa", "a 1 record suppressed like: a"},
		{"sample=3", "aaaaaaa", "a (2 suppressed) a (2 suppressed) 1 record suppressed like: a"},
		{"sample=2&sample_first=3&sample_per=1h", "aaaaaa", "a a a a (1 suppressed) 1 record suppressed like: a"},
		{"sample=100", "EE", "E E"},
		{"sample=100&sample_always=critical", "EE", "2 records suppressed like: E"},
		{"dedup=1h", "aba", "message repeated 2 times: a message repeated 1 times: b"},
		{"dedup=1h&dedup_hold=2h&dedup_format={count}*{message}", "aba", "2*a 1*b"},
		{"dedup=1h&dedup_messages=1&dedup_format={count}*{message}", "aab", "2*a 1*b"},
		{"background=1", "abcdE", "a b c d E"},
		{"background=1000&background_bytes=1k&background_overflow=drop_oldest", "abE", "a b E"},
		{"fingers_crossed=error&fingers_crossed_reset=true&background=2", "abcE", "a b c E"},
		{"spool=s", "abcdE", "a b c d E"},
		{"spool=s&spool_bytes=256KiB&spool_sync=always&spool_overflow=drop_oldest&spool_attempts=3", "ab", "a b"},
		{"fingers_crossed=error&fingers_crossed_reset=true&spool=s", "abcE", "a b c E"},
		{"spool=s&fallback=file:b.log", "a", "a"},
		{"fallback=file:b.log", "a", "a"},
		{"fingers_crossed=error&fingers_crossed_reset=true&limit=1&limit_per=1h", "aEbE", "a E 2 records suppressed like: E"},
	}
	for _, tt := range tests {
		check := func(t *testing.T, items ...logbook.Bindable) {
			logbook.InGoroutine(func() { say(tt.said) }, items...)
			if err := logbook.Close(context.Background(), items...); err != nil {
				t.Error(err)
			}
			text, err := os.ReadFile("a.log")
			got := strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", " ")
			if err != nil || got != tt.want {
				t.Errorf("wrote %q, %v\nwant  %q", got, err, tt.want)
			}
		}
		t.Run(tt.options, func(t *testing.T) {
			inTempDir(t)
			h, err := config.Open("file:a.log?format={record.message}&" + tt.options)
			if err != nil {
				t.Fatal(err)
			}
			check(t, logbook.Null{}, h)
		})
		t.Run("section "+tt.options, func(t *testing.T) {
			inTempDir(t)
			c := parse(t, "[sink a]\nscheme = file\npath = a.log\nformat = {record.message}\n"+strings.ReplaceAll(tt.options, "&", "\n"), &config.Options{Strict: true})
			check(t, c.Setup()...)
		})
	}
}

// A spool keeps what the sink did not get, also over a reload. Its options are checked before
// anything is opened.
func TestSpool(t *testing.T) {
	inTempDir(t)
	probe = func(s *config.Spec) func() (logbook.Handler, error) {
		return opens(logbook.NewHandler(func(*logbook.Record) error { return errors.New("down") }, s.Options()), nil)(s)
	}
	defer logbook.PushApplication(logbook.Flags{Errors: logbook.SilentErrors})()
	write(t, "app.ini", "[sink a]\nscheme = probe\nspool = s\n")
	w := watch(t, "app.ini")
	logbook.InGoroutine(func() {
		say("a")
		if err := w.Reload(); err != nil {
			t.Fatal(err)
		}
		say("b")
		write(t, "app.ini", "[sink a]\nscheme = file\npath = a.log\nformat = {record.message}\nspool = s\n")
		if err := w.Reload(); err != nil {
			t.Fatal(err)
		}
		say("c")
	}, w.Slot())
	if err := logbook.Close(context.Background(), w.Slot()); err != nil {
		t.Error(err)
	}
	if got, err := os.ReadFile("a.log"); string(got) != "a\nb\nc\n" {
		t.Errorf("%q, %v", got, err)
	}
	for options, want := range map[string]string{
		"spool=t&background=1":     `option "spool": not allowed beside background`,
		"spool=t&spool_bytes=1k":   `option "spool_bytes": want at least 256KiB`,
		"spool=t&spool_overflow=x": `option "spool_overflow": invalid value "x"`,
		"spool=t&spool_sync=x":     `option "spool_sync": invalid value "x": want interval, always or never`,
		"spool=t&spool_attempts=0": `option "spool_attempts": `,
		"spool_bytes=1MiB":         `option "spool_bytes": not allowed without "spool"`,
	} {
		if _, err := config.Open("file:b.log?" + options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", options, err)
		}
	}
	if _, err := config.FromURIs([]string{"file:b.log?spool=t", "file:c.log?spool=./t"}, nil, nil); err == nil || !strings.Contains(err.Error(), `option "spool": [file:b.log?spool=t] has the same directory`) {
		t.Error(err)
	}
	if names := dirNames(t); strings.Join(names, " ") != "a.log app.ini s" {
		t.Errorf("%q", names)
	}
}

// Wrappers keep the level and bubble of the sink.
func TestWrappingBinding(t *testing.T) {
	inTempDir(t)
	for _, options := range []string{"fingers_crossed=error", "limit=1", "sample=1", "dedup=1s", "fallback=stderr:?level=critical"} {
		b := open(t, "file:a.log?level=notice&bubble=true&"+options).Binding()
		if level := logbook.LevelOf(b.Level); level != logbook.LevelNotice || !b.Bubble {
			t.Errorf("%s: level %v, bubble %t", options, level, b.Bubble)
		}
	}
}

// The handler's Accept and Filter are called before a record is buffered.
func TestWrappingFiltersFirst(t *testing.T) {
	var got []string
	not := func(letter string) func(*logbook.Record) bool {
		return func(r *logbook.Record) bool { return r.Message() != letter }
	}
	probe = func(s *config.Spec) func() (logbook.Handler, error) {
		inside := logbook.NewHandler(func(r *logbook.Record) error {
			got = append(got, r.Message())
			return nil
		}, &logbook.Options{Filter: not("a")})
		return opens(accepting{logbook.Wrapper{Handler: inside}, not("b")}, nil)(s)
	}
	h := open(t, "probe:?fingers_crossed=error")
	logbook.InGoroutine(func() { say("abcE") }, logbook.Null{}, h)
	if fmt.Sprint(got) != "[c E]" {
		t.Errorf("got %q", got)
	}
}

type accepting struct {
	logbook.Wrapper
	accept func(*logbook.Record) bool
}

func (a accepting) Binding() logbook.Binding {
	b := a.Wrapper.Binding()
	b.Accept = a.accept
	return b
}

func TestSecondSink(t *testing.T) {
	inTempDir(t)
	closed := 0
	probe = func(s *config.Spec) func() (logbook.Handler, error) {
		return opens(&failing{*s.Options(), &closed}, nil)(s)
	}
	// The second sink has options of its own, and a fallback of its own.
	h, err := config.Open("probe:?level=info&fallback=probe:?level=info%26fallback=file:a.log?format={record.message}%2526level=error")
	if err != nil {
		t.Fatal(err)
	}
	logbook.InGoroutine(func() { say("DE") }, logbook.Null{}, h)
	if err := logbook.Close(context.Background(), h); err != nil || closed != 2 {
		t.Errorf("closed %d, %v", closed, err)
	}
	if text, err := os.ReadFile("a.log"); string(text) != "E\n" {
		t.Errorf("wrote %q, %v", text, err)
	}

	// If the second sink cannot be opened, the first is closed.
	closed = 0
	if h, err := config.Open("probe:?fallback=file:no/a.log"); err == nil || closed != 1 {
		t.Errorf("%v, %v, closed %d", h, err, closed)
	}

	// In a long chain of fallbacks, each URI is read once.
	const depth = 40
	before := readings
	open(t, strings.Repeat("probe:?fallback=", depth)+"probe:")
	if n := readings - before; n != depth+1 {
		t.Errorf("%d readings", n)
	}
}

type failing struct {
	logbook.Options
	closed *int
}

func (*failing) Handle(*logbook.Record) error { return errors.New("no route") }

func (f *failing) Close(context.Context) error {
	*f.closed++
	return nil
}

// Each error names the option and shows no password, and nothing is created.
func TestWrappingErrors(t *testing.T) {
	inTempDir(t)
	probe = talkative
	tests := []struct{ option, value, want string }{
		{"fingers_crossed", "loud", `unknown level "loud"`},
		{"fingers_crossed", "", `unknown level ""`},
		{"fingers_crossed_reset", "true", `not allowed without "fingers_crossed"`},
		{"fingers_crossed_records", "0", "want a positive integer"},
		{"fingers_crossed_bytes", "much", "invalid size"},
		{"fingers_crossd", "error", `, did you mean "fingers_crossed"?`},
		{"limit", "5/min", "want a positive integer"},
		{"limit_per", "1m", `not allowed without "limit"`},
		{"limit_per", "0s", "invalid duration"},
		{"limits", "5", `did you mean "limit"?`},
		{"sample", "0.1", "want a positive integer"},
		{"sample_first", "10", `not allowed without "sample"`},
		{"sample_per", "1s", `not allowed without "sample"`},
		{"sample_always", "error", `not allowed without "sample"`},
		{"dedup", "10", "invalid duration"},
		{"dedup_format", "x", `not allowed without "dedup"`},
		{"dedup_format", "{cnt} times {message}", `unknown name "{cnt}" (known: {count}, {message})`},
		{"dedup_hold", "1m", `not allowed without "dedup"`},
		{"fallback", "", "missing scheme"},
		{"fallback", "other", "missing scheme"},
		{"fallback", "fiel:x", `sink "fiel:x": unknown scheme "fiel", did you mean "file"?`},
		{"fallback", "file:x?lvl=info", `sink "file:x?lvl=info": option "lvl": unknown, did you mean "level"?`},
		{"fallback", "slack:https://hooks.slack.com/services/T0/hunter2", "for more, import"},
		{"fallback", "Slack%3Ahttps://hooks.slack.com/services/T0/hunter2", ""},
		{"fallback", "probe:x?token=hunter2", ""},
		{"fallback", "probe:?fallback=ntfy:https://host/hunter2", ""},
	}
	for _, tt := range tests {
		t.Run(tt.option+"="+tt.value, func(t *testing.T) {
			uri := "file:a.log?" + tt.option + "=" + tt.value
			_, err := config.Open(uri)
			var e *config.URIError
			if !errors.As(err, &e) || e.Option != tt.option || !strings.Contains(err.Error(), tt.want) || leaks(err) {
				t.Errorf("Open: %v", err)
			}
			if shown := config.Redact(uri); strings.Contains(shown, password) {
				t.Errorf("Redact: %s", shown)
			}
			_, err = config.Parse([]byte("[sink a]\nscheme = file\npath=a.log\n"+tt.option+" = "+tt.value+"\n"), &config.Options{Strict: true})
			var f *config.FileError
			if !errors.As(err, &f) || f.Key != tt.option || f.Line != 4 || !strings.Contains(err.Error(), tt.want) || leaks(err) {
				t.Errorf("Parse: %v", err)
			}
			if files := dirNames(t); len(files) > 0 {
				t.Errorf("created %q", files)
			}
		})
	}
}

// [DEFAULT] may contain further options of a wrapper that only some sinks have.
func TestWrappingDefaults(t *testing.T) {
	inTempDir(t)
	c := parse(t, "[DEFAULT]\nformat = {record.message}\nlimit_per = 1h\n[sink a]\nscheme = file\npath = a.log\nlimit = 1\n[sink b]\nscheme = file\npath = b.log\n",
		&config.Options{Strict: true})
	logbook.InGoroutine(func() { say("ee") }, c.Setup()...)
	if err := logbook.Close(context.Background(), c.Setup()...); err != nil {
		t.Error(err)
	}
	for file, want := range map[string]string{"a.log": "e\n1 record suppressed like: e\n", "b.log": "e\ne\n"} {
		if got, err := os.ReadFile(file); string(got) != want {
			t.Errorf("%s: %q, %v", file, got, err)
		}
	}
}

// The error of a handler names the section of the sink.
func TestFailureNamesSink(t *testing.T) {
	probe = opens(&failing{closed: new(int)}, nil)
	c := parse(t, "[sink a]\nscheme = probe\n[sink b]\nuri = probe:?fingers_crossed=info\n", &config.Options{Strict: true})
	var got []string
	logbook.InGoroutine(func() { say("a") }, c.Setup(), logbook.Flags{Errors: func(e *logbook.HandlerError) {
		got = append(got, e.Err.Error())
	}})
	if fmt.Sprint(got) != "[[sink a]: no route [sink b]: no route]" {
		t.Errorf("got %q", got)
	}
}

// null: discards its records; in a file, the other sinks still receive them.
func TestNull(t *testing.T) {
	inTempDir(t)
	for uri, want := range map[string]string{"null:": "", "null:?level=error": "ac", "null:?bubble=true": "acE"} {
		got := ""
		below := logbook.NewHandler(func(r *logbook.Record) error {
			got += r.Message()
			return nil
		}, nil)
		logbook.InGoroutine(func() { say("acE") }, logbook.Null{}, below, open(t, uri))
		if got != want {
			t.Errorf("%s: %q below it, want %q", uri, got, want)
		}
	}
	c := parse(t, "[sink nothing]\nuri = null:\n[sink a]\nuri = file:a.log?format={record.message}\n", &config.Options{Strict: true})
	logbook.InGoroutine(func() { say("a") }, c.Setup()...)
	if err := logbook.Close(context.Background(), c.Setup()...); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile("a.log"); string(text) != "a\n" {
		t.Errorf("behind null: %q, %v", text, err)
	}
	if h, err := config.Open("null:x"); err == nil || !strings.Contains(err.Error(), `want "null:"`) {
		t.Errorf("%v, %v", h, err)
	}
}

func TestRegisterCompressorRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		c    handlers.Compressor
		want string
	}{
		"":     {handlers.Gzip(), "without a name"},
		"lzma": {nil, "without a compressor"},
		"gzip": {handlers.Gzip(), "called twice for gzip"},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if p := fmt.Sprint(recover()); !strings.Contains(p, tt.want) {
					t.Errorf("panic %q, want %q", p, tt.want)
				}
			}()
			config.RegisterCompressor(name, tt.c)
		})
	}
}

// The error for a scheme of package config/all names the import.
func TestUnregisteredSchemes(t *testing.T) {
	for _, uri := range []string{
		"mail:x", "smtp://h", "smtps://h", "syslog:", "journal:", "eventlog:x", "desktop:x", "slack:https://x", "ntfy:https://x", "webhook:https://x",
	} {
		if h, err := config.Open(uri); err == nil || !strings.Contains(err.Error(), `for more, import "github.com/logbook-go/logbook/config/all"`) {
			t.Errorf("%s: %v, %v", uri, h, err)
		}
	}
}

// The fallback also takes the records of a sink that cannot be opened, until it can be
// opened. The clock is fake.
func TestFallbackOfUnopened(t *testing.T) {
	inTempDir(t)
	captured(t, &os.Stderr) // for the warnings that the level of the sink rejects
	synctest.Test(t, func(t *testing.T) {
		down, opened, closed, got := true, 0, new(int), ""
		probe = func(s *config.Spec) func() (logbook.Handler, error) {
			o := s.Options()
			return func() (logbook.Handler, error) {
				if opened++; down {
					return nil, errors.New("nobody answers me:hunter2@host")
				}
				return struct {
					logbook.Handler
					logbook.Closer
				}{logbook.NewHandler(func(r *logbook.Record) error { got += r.Message(); return nil }, o), &failing{closed: closed}}, nil
			}
		}
		h, err := config.Open("probe://me:hunter2@host?level=error&fallback=file:a.log?format={record.message}")
		c := parse(t, "[sink a]\nuri = probe://me:hunter2@host?level=error&fallback=file:b.log?format={record.message}\n", &config.Options{Strict: true})
		if err != nil || opened != 2 {
			t.Fatalf("%v, opened %d times", err, opened)
		}
		if w := warnings(c); !strings.HasPrefix(w, "config: line 1: [sink a]: the fallback takes the records until the sink can be opened: sink ") || strings.Contains(w, "hunter2") {
			t.Errorf("warned of %s", w)
		}
		logbook.InGoroutine(func() { say("aE") }, logbook.Null{}, h) // the level of the sink applies
		time.Sleep(2 * time.Second)                                  // the first pause is over
		logbook.InGoroutine(func() { say("E") }, h)
		logbook.InGoroutine(func() { say("E") }, h)
		if opened != 3 {
			t.Errorf("opened %d times, want 3", opened)
		}
		down = false
		time.Sleep(time.Minute)
		logbook.InGoroutine(func() { say("EE") }, h)
		if err := logbook.Close(t.Context(), h); err != nil || opened != 4 || *closed != 1 {
			t.Errorf("%v, opened %d times, closed %d times", err, opened, *closed)
		}
		if text, err := os.ReadFile("a.log"); got != "EE" || string(text) != "E\nE\nE\n" {
			t.Errorf("the sink has %q, its fallback %q, %v", got, text, err)
		}
	})
	for uri, want := range map[string]string{
		"probe:?lvl=x&fallback=null:":                 "unknown",                              // an invalid option is still an error
		"file:?fallback=null:":                        "missing path",                         // so is an invalid address
		"file:missing/a?fallback=file:missing/b":      "missing/b: no such file or directory", // so is a fallback that cannot be opened
		"file:missing/a?fallback=fiel:b":              "unknown scheme",
		"file:missing/a?fallback=file:b%3Flevel=loud": "unknown level",
	} {
		if h, err := config.Open(uri); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v", uri, h, err)
		}
	}
	if names := dirNames(t); len(names) != 2 {
		t.Errorf("files %q", names)
	}
}

// The fallback of a sink that could not be opened logs a warning.
func TestWarningOfUnopened(t *testing.T) {
	inTempDir(t)
	h := open(t, "file:missing/a.log?fallback=file:b.log?format={record.level_name} {record.channel} {record.message}")
	if err := logbook.Close(context.Background(), h); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile("b.log")
	if !strings.HasPrefix(string(text), `WARNING config the fallback takes the records until the sink can be opened: sink "file:missing/a.log`) {
		t.Errorf("%q, %v", text, err)
	}
}

// The fallback does not cover an option that the constructor refuses.
func TestRefusedOptionWithFallback(t *testing.T) {
	inTempDir(t)
	refusal := &logbook.OptionError{Options: "probe.Options", Option: "Size", Err: errors.New("want one above zero")}
	probe = opens(nil, fmt.Errorf("probe: %w", refusal))
	_, err := config.Open("probe:?fallback=file:b.log")
	if !errors.Is(err, refusal) {
		t.Errorf("Open: %v", err)
	}
	_, err = config.Parse([]byte("[sink a]\nuri = probe:?fallback=file:b.log\n"), nil)
	var e *config.FileError
	if !errors.As(err, &e) || !errors.Is(err, refusal) {
		t.Errorf("Parse: %v", err)
	}
	if names := dirNames(t); len(names) > 0 {
		t.Errorf("created %q", names)
	}
}

// A registered wrapper has its place in the order, and its further options need it.
func TestRegisterWrapper(t *testing.T) {
	inTempDir(t)
	config.RegisterWrapper(config.Wrapper{Order: 470, Read: readShout, Options: []config.Option{
		{Name: "shout", Kind: config.KindText}, {Name: "shout_times", Kind: config.KindCount},
	}})
	defer config.RemoveWrapper("shout")
	h, err := config.Open("file:a.log?format={record.message}&shout=!&shout_times=2&dedup=1h&dedup_format={message}")
	if err != nil {
		t.Fatal(err)
	}
	logbook.InGoroutine(func() { say("a") }, h)
	if err := logbook.Close(context.Background(), h); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile("a.log"); string(text) != "a!!\n" {
		t.Errorf("wrote %q, %v", text, err)
	}
	for options, want := range map[string]string{
		"shout_times=2": `option "shout_times": not allowed without "shout"`,
		"shouts=1":      `did you mean "shout"?`,
	} {
		if h, err := config.Open("file:b.log?" + options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v", options, h, err)
		}
	}
	var names []string
	for _, w := range config.Wrappers() {
		names = append(names, w.Options[0].Name)
	}
	if fmt.Sprint(names) != "[fingers_crossed sample limit dedup background spool shout fallback]" {
		t.Errorf("in the order %q", names)
	}
	for name, w := range map[string]config.Wrapper{
		"one whose name is taken": {Read: readShout, Options: []config.Option{{Name: "limit"}}},
		"one without options":     {Read: readShout},
		"one without Read":        {Options: []config.Option{{Name: "quiet"}}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s is taken", name)
				}
			}()
			config.RegisterWrapper(w)
		}()
	}
}

func readShout(s *config.Spec) func(logbook.Handler) (logbook.Handler, error) {
	suffix := strings.Repeat(s.Text("shout"), s.Count("shout_times"))
	return func(h logbook.Handler) (logbook.Handler, error) {
		return logbook.NewHandler(func(r *logbook.Record) error {
			r = r.Clone()
			r.SetMessage(r.Message() + suffix)
			return h.Handle(r)
		}, nil), nil
	}
}
