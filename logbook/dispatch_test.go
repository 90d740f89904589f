package logbook_test

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// Null discards the records that the handlers above it did not take.
func TestNullBelow(t *testing.T) {
	each(t, func(t *testing.T, b binding) {
		h := from(logbook.LevelError)
		got := stderrOf(t, func() {
			undo, log := b.bind(t, logbook.Null{}, h)
			defer undo()
			log(logbook.Default(), logbook.LevelError, "error")
			log(logbook.Default(), logbook.LevelWarn, "warning")
		})
		h.want(t, "error")
		if got != "" {
			t.Errorf("stderr has %q", got)
		}
	})
}

// Nothing expensive is computed for a record that ends in a black hole.
func TestBlackholeComputesNothing(t *testing.T) {
	each(t, func(t *testing.T, b binding) {
		ran := 0
		processor := logbook.Processor(func(*logbook.Record) { ran++ })
		accept := &acceptor{fn: func(r *logbook.Record) bool {
			if !r.Time().IsZero() || r.PC() != 0 {
				t.Error("time or caller were computed before Accept")
			}
			return false
		}}
		outer := new(recorder)
		undo, log := b.bind(t, outer, processor, logbook.Null{}, accept)
		defer undo()
		log(logbook.Default(), logbook.LevelCritical, "m")
		outer.want(t)
		if ran != 0 {
			t.Errorf("processors ran %d times", ran)
		}
	})
}

type acceptor struct{ fn func(*logbook.Record) bool }

func (h *acceptor) Binding() logbook.Binding {
	return logbook.Binding{Accept: h.fn, NoCaller: true}
}
func (h *acceptor) Handle(*logbook.Record) error { return nil }

// Null with a filter discards only the records that the filter accepts.
func TestNullWithFilter(t *testing.T) {
	each(t, func(t *testing.T, b binding) {
		one, two := logbook.New("one"), logbook.New("two")
		outer := new(recorder)
		undo, log := b.bind(t, outer, logbook.Null{Filter: func(r *logbook.Record) bool { return r.From(one) }})
		defer undo()
		log(one, logbook.LevelInfo, "silenced")
		log(two, logbook.LevelInfo, "passed")
		outer.want(t, "passed")
	})
}

// leveledNull is a black hole with a level.
type leveledNull struct{ level slog.Leveler }

func (n leveledNull) Binding() logbook.Binding {
	return logbook.Binding{Level: n.level, Blackhole: true}
}
func (leveledNull) Handle(*logbook.Record) error { panic("never called") }

// A black hole discards records at its level and above, also when the level changes.
func TestLeveledBlackhole(t *testing.T) {
	withoutDefault(t)
	v := newLevelVar(logbook.LevelError)
	var foreign slog.LevelVar
	foreign.Set(slog.LevelError)
	for name, level := range map[string]slog.Leveler{"fixed": logbook.LevelError, "var": v, "foreign": &foreign} {
		h, high := new(recorder), from(logbook.LevelError)
		undo := logbook.PushGoroutine(h, high, leveledNull{level})
		logbook.Info("below")
		logbook.Error("at")
		h.want(t, "below")
		high.want(t)
		if name != "fixed" {
			v.Set(logbook.LevelCritical)
			foreign.Set(slog.Level(logbook.LevelCritical))
			logbook.Error("open")
			high.want(t, "open")
		}
		undo()
		v.Set(logbook.LevelError)
		foreign.Set(slog.LevelError)
	}
}

// Filters run after the processors. A processor runs once a record, and only if a
// handler wants the record.
func TestFilterSeesProcessors(t *testing.T) {
	each(t, func(t *testing.T, b binding) {
		ran := 0
		processor := logbook.Processor(func(r *logbook.Record) {
			ran++
			r.SetAttrs(slog.String("ip", "127.0.0.1"), slog.String("method", "GET"), slog.String("path", "/index.html"))
		})
		wants := func(r *logbook.Record) bool { _, ok := r.Lookup("ip"); return ok }
		one, two := &recorder{Options: logbook.Options{Filter: wants, Bubble: true, Level: logbook.LevelInfo}}, from(logbook.LevelInfo)
		two.Filter = wants
		two.Formatter = logbook.MustFormat("Subject: Error on {record.extra[path]}")
		undo, log := b.bind(t, two, one, processor)
		defer undo()
		_ = stderrOf(t, func() { log(logbook.Default(), logbook.LevelDebug, "below all levels") })
		log(logbook.Default(), logbook.LevelInfo, "m")
		one.want(t, "m")
		two.want(t, "m")
		if ran != 1 || two.line(t) != "Subject: Error on /index.html" {
			t.Errorf("processors ran %d times, subject %q", ran, two.line(t))
		}
	})
}

// A failure is reported, and affects neither other handlers nor the caller.
func TestFailuresAreContained(t *testing.T) {
	ok := func(*logbook.Record) error { return nil }
	tests := []struct {
		name string
		item logbook.Bindable
		want string // in the report
		goOn bool   // whether the record goes to the handlers below
	}{
		{"error", logbook.NewHandler(func(*logbook.Record) error { return errors.New("disk full") }, nil), "disk full", false},
		{"error, bubbling", logbook.NewHandler(func(*logbook.Record) error { return errors.New("disk full") }, &logbook.Options{Bubble: true}), "disk full", true},
		{"panic", logbook.NewHandler(func(*logbook.Record) error { panic("at the disco") }, nil), "panic: at the disco", false},
		{"panic, bubbling", logbook.NewHandler(func(*logbook.Record) error { panic(fs.ErrClosed) }, &logbook.Options{Bubble: true}), "panic: file already closed", true},
		{"nil map", logbook.NewHandler(func(*logbook.Record) error { writeTo(nil); return nil }, nil), "nil map", false},
		{"filter", logbook.NewHandler(ok, &logbook.Options{Filter: func(*logbook.Record) bool { panic("bad filter") }}), "bad filter", true},
		{"accept", &acceptor{func(*logbook.Record) bool { panic("bad accept") }}, "bad accept", true},
		{"null's filter", logbook.Null{Filter: func(*logbook.Record) bool { panic("bad filter") }}, "bad filter", true},
		{"processor", logbook.Processor(func(*logbook.Record) { panic("bad processor") }), "bad processor", true},
		{"typed nil error", logbook.NewHandler(func(*logbook.Record) error { var e *fs.PathError; return e }, nil), "panic", false},
		{"error that panics", logbook.NewHandler(func(*logbook.Record) error { return asPanicker{} }, nil), "Is panicked", false},
		{"text that panics", logbook.NewHandler(func(*logbook.Record) error { return errorPanicker{} }, nil), "Error panicked", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var f failures
			h := record(t, f.flag())
			logbook.InGoroutine(func() { logbook.Info("m", "a", 1) }, test.item)
			if test.goOn {
				h.want(t, "m")
			} else {
				h.want(t)
			}
			e := f.one(t)
			if !strings.Contains(e.Error(), test.want) || !strings.HasSuffix(e.Source.File, "dispatch_test.go") {
				t.Errorf("reported %v", e)
			}
			if bindable, ok := test.item.(logbook.Handler); ok && fmt.Sprintf("%T", e.Handler) != fmt.Sprintf("%T", bindable) {
				t.Errorf("the handler in the report is a %T", e.Handler)
			}
		})
	}
}

// Values whose methods panic do not lose the record, in any format.
func TestPanickingValues(t *testing.T) {
	for name, f := range map[string]logbook.Formatter{
		"text": nil, "json": logbook.JSON(nil), "logfmt": logbook.Logfmt(nil), "console": logbook.Console(nil),
		"fields": logbook.MustFormat("{record.message} {record.extra[a]} {record.extra[b]!r:>10} {record.extra[c]:5} {record.extra[g]}"),
		"wire":   logbook.Wire(),
	} {
		var fs failures
		h := recordAs(t, f, fs.flag())
		logbook.With("w", stringPanicker{}).Info("m", "a", panicker{}, "b", stringPanicker{}, "c", errorPanicker{},
			slog.Group("g", "x", stringPanicker{}, "y", panicker{}), "j", jsonPanicker{})
		if got := h.messages(); len(got) != 1 {
			t.Errorf("%s: the record is lost", name)
		}
		fs.none(t)
	}
}

type jsonPanicker struct{}

func (jsonPanicker) MarshalJSON() ([]byte, error) { panic("MarshalJSON panicked") }

// A method of a value that logs to the handler that formats it does not deadlock. A
// Quiet handler gets that record, too.
func TestValueThatLogs(t *testing.T) {
	var f failures
	below := record(t, f.flag())
	v := valuerFunc(func() slog.Value { logbook.Info("inner"); return slog.StringValue("v") })
	h := new(recorder)
	logbook.InGoroutine(func() { logbook.Info("outer {v}", "v", v) }, h)
	h.want(t, "outer v")
	if got := below.messages(); !slices.Equal(slices.Compact(got), []string{"inner"}) {
		t.Errorf("the handler below got %q", got)
	}
	for _, e := range f.list {
		if e.Err != logbook.ErrRecursion || e.Message != "inner" {
			t.Errorf("reported %v", e)
		}
	}
	if len(f.list) != len(below.messages()) {
		t.Errorf("%d reports of %q", len(f.list), below.messages())
	}
	quiet := new(quietRecorder)
	logbook.InGoroutine(func() { logbook.Info("outer {v}", "v", v) }, quiet)
	if got := quiet.messages(); !slices.Contains(got, "inner") || got[len(got)-1] != "outer v" {
		t.Errorf("messages are %q", got)
	}
}

type quietRecorder struct{ recorder }

func (h *quietRecorder) Binding() logbook.Binding {
	b := h.recorder.Binding()
	b.Quiet = h
	return b
}

// The same holds for the default handler, which has a lock.
func TestValueThatLogsToTheDefaultHandler(t *testing.T) {
	got := stderrOf(t, func() {
		v := valuerFunc(func() slog.Value { logbook.Info("inner"); return slog.StringValue("v") })
		logbook.Info("outer {v}", "v", v)
	})
	if !strings.Contains(got, "inner") || !strings.Contains(got, "outer v") {
		t.Errorf("stderr has %q", got)
	}
}

// PrintErrors prints one line with the file and line of the call, at most once a second
// for each handler, with the number of suppressed failures.
func TestPrintErrors(t *testing.T) {
	inFreshTime(t, func(t *testing.T) {
		bad := func(text string) logbook.Handler {
			return logbook.NewHandler(func(*logbook.Record) error { return errors.New(text) }, nil)
		}
		one, two := bad("one\nfails"), bad("two fails")
		fail := func(h logbook.Handler, n int) string {
			return stderrOf(t, func() {
				logbook.InGoroutine(func() {
					for range n {
						logbook.Info("secret \x1b[31m message")
					}
				}, h)
			})
		}
		got := fail(one, 1)
		if strings.Count(got, "\n") != 1 || checkLine(strings.TrimSuffix(got, "\n")) != nil ||
			!strings.Contains(got, `one\nfails`) || !strings.Contains(got, "dispatch_test.go, line ") || strings.Contains(got, "suppressed") ||
			strings.Contains(got, "secret") {
			t.Errorf("the first failure printed %q", got)
		}
		if got := fail(one, 3); got != "" {
			t.Errorf("within the second it printed %q", got)
		}
		if got := fail(two, 1); !strings.Contains(got, "two fails") {
			t.Errorf("another handler printed %q", got)
		}
		time.Sleep(time.Second)
		if got := fail(one, 2); !strings.Contains(got, "(3 more suppressed)") || strings.Count(got, "\n") != 1 {
			t.Errorf("after a second it printed %q", got)
		}
		time.Sleep(time.Second)
		if got := fail(one, 1); !strings.Contains(got, "(1 more suppressed)") {
			t.Errorf("after another it printed %q", got)
		}
	})
}

// By default the failure is printed to stderr, without the message, and the caller goes
// on.
func TestPrintIsTheDefault(t *testing.T) {
	inFreshTime(t, func(t *testing.T) {
		got := stderrOf(t, func() {
			logbook.InGoroutine(func() { logbook.Info("I warn you", "password", "hunter2") },
				logbook.NewHandler(func(*logbook.Record) error { return errors.New("something bad happened") }, nil))
		})
		if !strings.Contains(got, "something bad happened") || strings.Contains(got, "I warn you") || strings.Contains(got, "hunter2") {
			t.Errorf("stderr has %q", got)
		}
	})
}
