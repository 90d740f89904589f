package config_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

// The longest dotted prefix wins.
func TestLevels(t *testing.T) {
	tests := []struct {
		text  string
		shown string
		want  map[string]logbook.Level
	}{
		{"app.db:debug, app:warn, *:info", "app:WARNING, app.db:DEBUG, *:INFO", map[string]logbook.Level{
			"app": logbook.LevelWarn, "app.web": logbook.LevelWarn, "app.db": logbook.LevelDebug,
			"app.db.pool.x": logbook.LevelDebug, "app.dbx": logbook.LevelWarn, "application": logbook.LevelInfo,
			"": logbook.LevelInfo, ".": logbook.LevelInfo, "app.": logbook.LevelWarn, "*": logbook.LevelInfo, "*.x": logbook.LevelInfo,
		}},
		{"app.db=debug,*=info", "app.db:DEBUG, *:INFO", map[string]logbook.Level{"app": logbook.LevelInfo, "app.db": logbook.LevelDebug}},
		{"debug", "*:DEBUG", map[string]logbook.Level{"x": logbook.LevelDebug}},
		{"a : info+3\n b=Error ,,", "a:NOTICE+1, b:ERROR", map[string]logbook.Level{
			"a": logbook.LevelInfo + 3, "b": logbook.LevelError, "c": logbook.LevelNotSet,
		}},
		{"http://x:info", "http://x:INFO", map[string]logbook.Level{"http://x": logbook.LevelInfo}},
		{"", "", map[string]logbook.Level{"x": logbook.LevelNotSet}},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			l, err := config.ParseLevels(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second lookup is cached
				for channel, want := range tt.want {
					if got := l.Level(channel); got != want {
						t.Errorf("%q: %v, want %v", channel, got, want)
					}
				}
			}
			if l.String() != tt.shown {
				t.Errorf("shown as %s", l)
			}
			again, err := config.ParseLevels(l.String())
			if err != nil || again.String() != l.String() {
				t.Errorf("read again: %v, %v", again, err)
			}
		})
	}
	if new(config.Levels).Level("x") != logbook.LevelNotSet {
		t.Error("the zero value keeps something back")
	}
}

func TestLevelsErrors(t *testing.T) {
	for text, want := range map[string]string{
		"app:loud":                       `"app:loud": logbook: unknown level "loud"`,
		"app":                            "unknown level",
		"a:info, :debug":                 "missing channel",
		"app.*:info":                     `want "app"`,
		"a*:info":                        `"*" cannot be part of a name`,
		"a:info,a:debug":                 "duplicate channel",
		"a=info b=info":                  "want a comma between entries",
		"a:info;b:info":                  "want a comma between entries",
		"a&b:info":                       "want a comma between entries",
		"info,*:debug":                   "duplicate channel",
		strings.Repeat("x", 9) + ":":     "unknown level",
		manyLevels(1001):                 "more than 1000 channels",
		"a:info\nb:debug\n*:info+b:info": `"*" cannot be part of a name`,
	} {
		l, err := config.ParseLevels(text)
		var e *config.LevelsError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: %v, %v", text, l, err)
		}
	}
	l := logbook.Must(config.ParseLevels("a:info"))
	for _, err := range []error{l.Set("b:debug,c"), l.Set(manyLevels(1000)), l.UnmarshalText([]byte("b:debug,c"))} {
		if err == nil || l.String() != "a:INFO" {
			t.Errorf("%v; changed to %.40s", err, l)
		}
	}
	if _, err := config.ParseLevels("x:loud"); !errors.Is(err, logbook.ErrUnknownLevel) {
		t.Errorf("%v does not wrap", err)
	}
}

func manyLevels(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "channel%d:info\n", i)
	}
	return b.String()
}

// A wrapped handler takes a record if its level, its Accept and the levels do.
func TestWrap(t *testing.T) {
	dynamic := new(slog.LevelVar)
	dynamic.Set(slog.LevelWarn)
	variable := new(logbook.LevelVar)
	variable.Set(logbook.LevelWarn)
	for name, tt := range map[string]struct {
		binding logbook.Binding
		want    string
	}{
		"all":             {logbook.Binding{}, "a:debug a:warn b:warn"},
		"its level":       {logbook.Binding{Level: logbook.LevelWarn}, "a:warn b:warn"},
		"slog's":          {logbook.Binding{Level: slog.LevelWarn}, "a:warn b:warn"},
		"variable":        {logbook.Binding{Level: variable}, "a:warn b:warn"},
		"foreign":         {logbook.Binding{Level: dynamic}, "a:warn b:warn"},
		"accept":          {logbook.Binding{Accept: func(r *logbook.Record) bool { return r.Channel() == "a" }}, "a:debug a:warn"},
		"filter":          {logbook.Binding{Filter: func(r *logbook.Record) bool { return r.Channel() == "b" }}, "b:warn"},
		"black hole":      {logbook.Binding{Blackhole: true}, ""},
		"nothing to take": {logbook.Binding{Level: logbook.LevelCritical}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			l := logbook.Must(config.ParseLevels("a:debug,b:info"))
			h := &bound{binding: tt.binding}
			logbook.InGoroutine(func() {
				for _, channel := range []string{"a", "b"} {
					log := logbook.New(channel)
					log.Trace("trace")
					if channel == "a" {
						log.Debug("debug")
					} else {
						log.Debug("below")
					}
					log.Warn("warn")
				}
			}, logbook.Null{}, l.Wrap(h))
			if got := strings.Join(h.got, " "); got != tt.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

// bound is a handler with the given binding.
type bound struct {
	mu      sync.Mutex
	binding logbook.Binding
	got     []string
}

func (h *bound) Binding() logbook.Binding { return h.binding }

func (h *bound) Handle(r *logbook.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.got = append(h.got, r.Channel()+":"+r.Message())
	return nil
}

// A level that no handler takes is disabled; a change takes effect at once.
func TestLevelsChange(t *testing.T) {
	l := logbook.Must(config.ParseLevels("a:info,b:info,*:error"))
	h := &bound{binding: logbook.Binding{Level: logbook.LevelDebug}}
	a := logbook.New("a")
	logbook.InGoroutine(func() {
		enabled := func(level logbook.Level) bool { return a.Enabled(context.Background(), level) }
		if enabled(logbook.LevelDebug) || !enabled(logbook.LevelInfo) {
			t.Error("before the change")
		}
		a.Debug("1")
		if err := l.Set("a:trace"); err != nil {
			t.Fatal(err)
		}
		if enabled(logbook.LevelTrace) || !enabled(logbook.LevelDebug) {
			t.Error("after the first change")
		}
		a.Debug("2")
		a.Trace("3")
		if err := l.UnmarshalText([]byte("*:warning")); err != nil {
			t.Fatal(err)
		}
		if enabled(logbook.LevelInfo) || !enabled(logbook.LevelWarn) {
			t.Error("after the second change")
		}
		a.Info("4")
		a.Warn("5")
	}, logbook.Null{}, l.Wrap(h))
	if got := strings.Join(h.got, " "); got != "a:2 a:5" || l.String() != "*:WARNING" {
		t.Errorf("got %q, levels %s", got, l)
	}
}

// Any number of channels can be looked up while other goroutines change levels.
func TestLevelsConcurrently(t *testing.T) {
	l := logbook.Must(config.ParseLevels("a:info"))
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 500 {
				channel := fmt.Sprintf("a.%d.%d", g, i)
				if got := l.Level(channel); got != logbook.LevelInfo && got != logbook.LevelDebug {
					t.Errorf("%s: %v", channel, got)
				}
				if i%100 == 0 {
					if err := l.Set([]string{"a:info", "a:debug"}[g%2]); err != nil {
						t.Error(err)
					}
					l.Wrap(&bound{})
				}
			}
		})
	}
	wg.Wait()
}

func TestWrappedHandler(t *testing.T) {
	l := logbook.Must(config.ParseLevels("*:info"))
	logbooktest.TestHandler(t, func() logbook.Handler {
		return l.Wrap(logbook.NewHandler(func(*logbook.Record) error { return nil }, nil))
	})
}

// A configured sink fulfils the contract of handlers.
func TestSinkHandler(t *testing.T) {
	inTempDir(t)
	logbooktest.TestHandler(t, func() logbook.Handler {
		c := logbook.Must(config.Parse([]byte("[sink a]\nuri = file:a.log\n"), nil))
		return c.Setup()[1].(logbook.Handler)
	})
}

func BenchmarkLevels(b *testing.B) {
	l := logbook.Must(config.ParseLevels("app.db:debug, app:warn, *:info"))
	for name, channel := range map[string]string{"entry": "app.db", "below": "app.web.session.store", "rest": "x.y.z"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				l.Level(channel)
			}
		})
	}
}

// failingWriter cannot write.
type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// A failure names the handler, not the wrapper that restricts its levels.
func TestFailureNamesTheHandler(t *testing.T) {
	var got error
	h := new(config.Levels).Wrap(handlers.NewStream(failingWriter{}, nil))
	logbook.InGoroutine(func() { logbook.Error("m") }, h, logbook.Flags{Errors: func(e *logbook.HandlerError) { got = e }})
	if got == nil || !strings.HasPrefix(got.Error(), "logbook: *handlers.Stream: disk full") {
		t.Errorf("got %v", got)
	}
}
