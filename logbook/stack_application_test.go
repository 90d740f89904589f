package logbook_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// from returns a recorder with a level.
func from(level logbook.Level) *recorder {
	return &recorder{Options: logbook.Options{Level: level}}
}

// The ways to bind. Each returns a function that ends the binding, and a logging call that
// the items apply to.
type binding struct {
	name string
	bind func(t *testing.T, items ...logbook.Bindable) (undo func(), log func(*logbook.Logger, logbook.Level, string))
}

var bindings = []binding{
	{"application", func(t *testing.T, items ...logbook.Bindable) (func(), func(*logbook.Logger, logbook.Level, string)) {
		return logbook.PushApplication(items...), func(l *logbook.Logger, lv logbook.Level, msg string) { l.Log(nil, lv, msg) }
	}},
	{"goroutine", func(t *testing.T, items ...logbook.Bindable) (func(), func(*logbook.Logger, logbook.Level, string)) {
		return logbook.PushGoroutine(items...), func(l *logbook.Logger, lv logbook.Level, msg string) { l.Log(nil, lv, msg) }
	}},
	{"context", func(t *testing.T, items ...logbook.Bindable) (func(), func(*logbook.Logger, logbook.Level, string)) {
		ctx, undo := logbook.BindScope(t.Context(), items...)
		return undo, func(l *logbook.Logger, lv logbook.Level, msg string) { l.Log(ctx, lv, msg) }
	}},
}

// each runs a test with each way to bind.
func each(t *testing.T, fn func(t *testing.T, b binding)) {
	for _, b := range bindings {
		t.Run(b.name, func(t *testing.T) { fn(t, b) })
	}
}

// The newest handler that takes the level gets the record, and no other.
func TestNewestHandlerGetsTheRecord(t *testing.T) {
	each(t, func(t *testing.T, b binding) {
		h1, h2, h3 := from(logbook.LevelDebug), from(logbook.LevelInfo), from(logbook.LevelWarn)
		undo, log := b.bind(t, h1, h2, h3)
		defer undo()
		for _, level := range []logbook.Level{logbook.LevelWarn, logbook.LevelInfo, logbook.LevelDebug} {
			log(logbook.Default(), level, level.String())
		}
		h1.want(t, "DEBUG")
		h2.want(t, "INFO")
		h3.want(t, "WARNING")
	})
}

// A handler with a filter gets the records that the filter accepts; the others go on.
func TestFiltering(t *testing.T) {
	each(t, func(t *testing.T, b binding) {
		one, two := logbook.New("one"), logbook.New("two")
		outer, inner := new(recorder), new(recorder)
		inner.Filter = func(r *logbook.Record) bool { return r.From(one) }
		undo, log := b.bind(t, outer, inner)
		defer undo()
		log(one, logbook.LevelWarn, "from one")
		log(two, logbook.LevelWarn, "from two")
		inner.want(t, "from one")
		outer.want(t, "from two")
	})
}

// A record that a handler passes on goes to the next one.
func TestPassingOn(t *testing.T) {
	each(t, func(t *testing.T, b binding) {
		outer := new(recorder)
		inner := logbook.NewHandler(func(r *logbook.Record) error {
			if strings.HasPrefix(r.Message(), "pass") {
				return logbook.ErrPass
			}
			return nil
		}, nil)
		undo, log := b.bind(t, outer, inner)
		defer undo()
		log(logbook.Default(), logbook.LevelInfo, "pass me")
		log(logbook.Default(), logbook.LevelInfo, "keep me")
		outer.want(t, "pass me")
	})
}

// Without handlers, records at INFO and above go to stderr in the default format.
func TestDefaultHandler(t *testing.T) {
	got := stderrOf(t, func() {
		log := logbook.New("app.web")
		logAt(log, at, logbook.LevelInfo, "Hello, \u2603!")
		logAt(log, at, logbook.LevelDebug, "silent")
	})
	if want := "[2024-02-29 13:37:42.005000+0000] INFO: app.web: Hello, \u2603!\n"; got != want {
		t.Errorf("stderr has %q, want %q", got, want)
	}
}

// The original default handler works in a program that has not replaced it.
func TestDefaultHandlerOfAFreshProgram(t *testing.T) {
	if os.Getenv("LOGBOOK_TEST_FRESH") != "" {
		logbook.New("app").Info("to stderr", "a", 1)
		logbook.New("app").Debug("silent")
		logbook.SetLevel(logbook.LevelDebug)
		logbook.New("app").Debug("debug")
		logbook.SetLevel(logbook.LevelError)
		logbook.New("app").Warn("silent")
		logbook.SetLevel(logbook.LevelInfo)
		logbook.SetDefaultHandler(nil)
		logbook.New("app").Error("removed")
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestDefaultHandlerOfAFreshProgram$")
	cmd.Env = append(os.Environ(), "LOGBOOK_TEST_FRESH=1")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	got := stderr.String()
	if !strings.Contains(got, "] INFO: app: to stderr a=1\n") || !strings.HasSuffix(got, "] DEBUG: app: debug\n") || strings.Count(got, "\n") != 2 {
		t.Errorf("stderr has %q", got)
	}
}

// The default handler gets the records that a handler above it does not take.
func TestHandlerAboveTheDefault(t *testing.T) {
	got := stderrOf(t, func() {
		defer logbook.PushApplication(from(logbook.LevelError))()
		logbook.Info("left over")
		logbook.Error("taken")
	})
	if !strings.Contains(got, "left over") || strings.Contains(got, "taken") {
		t.Errorf("stderr has %q", got)
	}
	h := new(recorder)
	logbook.SetDefaultHandler(h)
	logbook.Trace("to the new default")
	logbook.SetDefaultHandler(new(stderrHandler))
	h.want(t, "to the new default")
}

// A setup binds its items in order, and unbinds them in reverse order.
func TestNestedSetups(t *testing.T) {
	each(t, func(t *testing.T, b binding) {
		test, mail := from(logbook.LevelWarn), from(logbook.LevelError)
		mail.Bubble = true
		var order []string
		noter := func(name string) logbook.Handler { return &unbindNoter{name: name, order: &order} }
		setup := logbook.Setup{logbook.Null{}, noter("a"), logbook.Setup{test, nil, mail}, noter("b")}
		log := logbook.New("nested")
		stderr := stderrOf(t, func() {
			undo, call := b.bind(t, setup)
			call(log, logbook.LevelWarn, "warning")
			call(log, logbook.LevelError, "error")
			call(log, logbook.LevelError, "exception")
			call(log, logbook.LevelInfo, "swallowed")
			undo()
		})
		test.want(t, "warning", "error", "exception")
		mail.want(t, "error", "exception")
		if stderr != "" {
			t.Errorf("stderr has %q", stderr)
		}
		if want := []string{"b", "a"}; !slices.Equal(order, want) {
			t.Errorf("items were unbound in order %q, want %q", order, want)
		}
		if got := stderrOf(t, func() { log.Info("again") }); !strings.Contains(got, "again") {
			t.Errorf("after the setup is left, stderr has %q", got)
		}
	})
}

// unbindNoter takes no records, and notes when it is unbound.
type unbindNoter struct {
	name  string
	order *[]string
}

func (h *unbindNoter) Binding() logbook.Binding {
	return logbook.Binding{Accept: func(*logbook.Record) bool { return false }}
}
func (h *unbindNoter) Handle(*logbook.Record) error { return nil }
func (h *unbindNoter) Unbound() {
	if h.order != nil {
		*h.order = append(*h.order, h.name)
	}
}

// A deferred undo runs when the function panics, and does not recover.
func TestUndoOnPanic(t *testing.T) {
	each(t, func(t *testing.T, b binding) {
		h := new(recorder)
		var log func(*logbook.Logger, logbook.Level, string)
		func() {
			defer func() {
				if p := recover(); p != "body" {
					t.Errorf("recovered %v", p)
				}
			}()
			undo, call := b.bind(t, h)
			log = call
			defer undo()
			panic("body")
		}()
		_ = stderrOf(t, func() { log(logbook.Default(), logbook.LevelInfo, "after") })
		h.want(t)
	})
}

// An undo removes the items of its push, in any order, once, and on any goroutine.
func TestUndoOrder(t *testing.T) {
	for _, b := range bindings[:2] {
		t.Run(b.name, func(t *testing.T) {
			withoutDefault(t)
			h := &unboundRecorder{}
			h.Bubble = true
			undo1, log := b.bind(t, h)
			undo2, _ := b.bind(t, h)
			undo3, _ := b.bind(t, h)
			check := func(n int) {
				t.Helper()
				before := len(h.messages())
				log(logbook.Default(), logbook.LevelInfo, "m")
				if got := len(h.messages()) - before; got != n {
					t.Errorf("the handler got %d records, want %d", got, n)
				}
			}
			check(3)
			undo2()
			undo2()
			check(2)
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(undo1)
			}
			wg.Wait()
			check(1)
			undo3()
			check(0)
			if h.unbound != 3 {
				t.Errorf("the handler was unbound %d times, want 3", h.unbound)
			}
		})
	}
}

// The newest push gets records first, on whichever stack it is; the default handler is
// last. The golden order is: logger, app2, ctx1, app1.
func TestOneOrderForAllStacks(t *testing.T) {
	var order []string
	note := func(name string) logbook.Handler {
		return logbook.NewHandler(func(*logbook.Record) error {
			order = append(order, name)
			return logbook.ErrPass
		}, nil)
	}
	logbook.SetDefaultHandler(note("default"))
	defer logbook.SetDefaultHandler(new(stderrHandler))
	log := logbook.NewLogger("order", &logbook.LoggerOptions{Handlers: []logbook.Handler{note("logger")}})

	defer logbook.PushApplication(note("app1"), note("app1b"))()
	ctx, undo := logbook.BindScope(t.Context(), note("ctx1"))
	defer undo()
	defer logbook.PushGoroutine(note("go1"))()
	defer logbook.PushApplication(note("app2"))()
	ctx, undo2 := logbook.BindScope(ctx, note("ctx2"))
	defer undo2()
	defer logbook.PushGoroutine(note("go2"))()

	log.InfoContext(ctx, "m")
	want := []string{"logger", "go2", "ctx2", "app2", "go1", "ctx1", "app1b", "app1", "default"}
	if !slices.Equal(order, want) {
		t.Errorf("order is %q, want %q", order, want)
	}
	order = nil
	log.Info("m")
	want = slices.DeleteFunc(want, func(s string) bool { return strings.HasPrefix(s, "ctx") })
	if !slices.Equal(order, want) {
		t.Errorf("without the context the order is %q, want %q", order, want)
	}
}

// closing is a recorder that is flushed and closed.
type closing struct {
	recorder
	unbound, closed int
	err             error
}

func (c *closing) Unbound() { c.unbound++ }

func (c *closing) Close(ctx context.Context) error {
	c.closed++
	return errors.Join(c.err, ctx.Err())
}

// Handlers of one Use do not take records from each other. A record goes on to the
// handlers below only if all of those that took it bubble.
func TestUse(t *testing.T) {
	below, errorsOnly, all, inSlot, bubbling := new(recorder), from(logbook.LevelError), from(logbook.LevelInfo), from(logbook.LevelWarn), new(recorder)
	bubbling.Bubble = true
	defer logbook.PushApplication(below)()
	stop := logbook.Use(errorsOnly, logbook.Processor(func(r *logbook.Record) { r.Set("n", 1) }),
		logbook.Setup{all, logbook.NewSlot(inSlot)}, bubbling)
	logbook.Debug("debug")
	logbook.Info("info")
	logbook.Warn("warn")
	logbook.Error("error")
	undo := logbook.PushApplication(from(logbook.LevelError))
	logbook.Error("kept above")
	logbook.Info("later")
	undo()
	if err := stop(t.Context()); err != nil {
		t.Error(err)
	}
	logbook.Info("stopped")
	errorsOnly.want(t, "error")
	all.want(t, "info", "warn", "error", "later")
	inSlot.want(t, "warn", "error")
	bubbling.want(t, "debug", "info", "warn", "error", "later")
	below.want(t, "debug", "stopped")
}

// A single handler in Use behaves as if it were pushed.
func TestUseOfOne(t *testing.T) {
	below, one := new(recorder), new(recorder)
	defer logbook.PushApplication(below)()
	stop := logbook.Use(nil, one)
	logbook.Info("m")
	if err := stop(nil); err != nil {
		t.Error(err)
	}
	one.want(t, "m")
	below.want(t)
}

// The function that Use returns unbinds and closes, once, within the context's
// deadline.
func TestUseEnds(t *testing.T) {
	bad := errors.New("disk full")
	a, b := &closing{err: bad}, new(closing)
	stop := logbook.Use(a, b, a)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := stop(ctx)
	if !errors.Is(err, bad) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want both errors", err)
	}
	if err := stop(ctx); err != nil {
		t.Errorf("the second call: %v", err)
	}
	for _, c := range []*closing{a, b} {
		if c.unbound == 0 || c.closed != 1 {
			t.Errorf("unbound %d times, closed %d times", c.unbound, c.closed)
		}
	}
}
