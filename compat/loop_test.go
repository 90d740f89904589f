package compat_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/logbook"
)

// A way in: it makes package log or slog lead to Logbook.
var waysIn = []struct {
	name string
	set  func() (undo func())
}{
	{"RedirectLog", func() func() { return compat.RedirectLog(nil, logbook.LevelInfo) }},
	{"RedirectSlog", func() func() { return compat.RedirectSlog(nil) }},
	{"RedirectLog, RedirectSlog", func() func() {
		first := compat.RedirectLog(nil, logbook.LevelInfo)
		second := compat.RedirectSlog(nil)
		return func() { second(); first() }
	}},
	{"RedirectSlog, RedirectLog", func() func() {
		first := compat.RedirectSlog(nil)
		second := compat.RedirectLog(nil, logbook.LevelInfo)
		return func() { second(); first() }
	}},
	{"slog.SetDefault", func() func() {
		slog.SetDefault(slog.New(compat.NewSlogHandler(nil, nil)))
		return func() {}
	}},
	{"slog.SetDefault, middleware", func() func() {
		slog.SetDefault(slog.New(middleware{compat.NewSlogHandler(nil, nil)}))
		return func() {}
	}},
	{"log.SetOutput(NewWriter)", func() func() {
		log.SetOutput(compat.NewWriter(nil, logbook.LevelInfo))
		return func() {}
	}},
	{"log.SetOutput(MultiWriter)", func() func() {
		log.SetOutput(io.MultiWriter(io.Discard, compat.NewWriter(nil, logbook.LevelInfo)))
		return func() {}
	}},
	{"log.SetOutput(NewLogLogger)", func() func() {
		log.SetOutput(compat.NewLogLogger(nil, logbook.LevelInfo).Writer())
		return func() {}
	}},
}

// A way out leads to log or slog. It is made before or after the ways in.
var waysOut = []struct {
	name string
	make func() logbook.Handler
}{
	{"ToLog", func() logbook.Handler { return compat.ToLog(log.Default(), nil) }},
	{"ToLog, message only", func() logbook.Handler {
		return compat.ToLog(nil, &logbook.Options{Formatter: logbook.MustFormat("{record.message}")})
	}},
	{"ToSlog", func() logbook.Handler { return compat.ToSlog(slog.Default().Handler(), nil) }},
	{"ToSlog(With)", func() logbook.Handler { return compat.ToSlog(slog.With("a", 1).WithGroup("g").Handler(), nil) }},
}

// middleware changes what it can about a record, but hands the context on.
type middleware struct{ slog.Handler }

func (m middleware) Handle(ctx context.Context, r slog.Record) error {
	r.AddAttrs(slog.Bool("seen", true))
	return m.Handler.Handle(ctx, r)
}

var sources = []struct {
	name string
	log  func(msg string)
}{
	{"logbook", func(msg string) { logbook.Info(msg) }},
	{"logbook with context", func(msg string) { logbook.New("c").InfoContext(background, msg, "k", 1) }},
	{"slog", func(msg string) { slog.Info(msg) }},
	{"log", func(msg string) { log.Print(msg) }},
}

// Whatever leads round: the handlers below get the record, once, and the loop is
// reported, once.
func TestLoops(t *testing.T) {
	for _, in := range waysIn {
		for _, out := range waysOut {
			for _, bubble := range []bool{false, true} {
				for _, outFirst := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s, %s, bubble %v, handler first %v", in.name, out.name, bubble, outFirst), func(t *testing.T) {
						logTo(t)
						below, e := record(t), watchErrors(t)
						var h logbook.Handler
						if outFirst {
							h = out.make()
						}
						defer in.set()()
						if !outFirst {
							h = out.make()
						}
						if bubble {
							h = bubbling{h}
						}
						defer logbook.PushApplication(h)()
						for _, source := range sources {
							msgs := []string{"hello", `"quoted" \ ü` + "\x00"}
							if !strings.Contains(in.name, "Writer") { // which takes lines
								msgs = append(msgs, "two\nlines", "")
							}
							for _, msg := range msgs {
								source.log(msg)
								rs := below.take()
								if len(rs) != 1 || !strings.Contains(rs[0].Message(), msg) {
									t.Fatalf("%s: %q became %q", source.name, msg, messages(rs))
								}
								e.wantLoops(t, 1)
							}
						}
					})
				}
			}
		}
	}
}

// bubbling lets what a handler has handled go on.
type bubbling struct{ logbook.Handler }

func (b bubbling) Binding() logbook.Binding {
	binding := b.Handler.Binding()
	binding.Bubble = true
	return binding
}

func TestLoopsThroughBoth(t *testing.T) {
	for _, in := range waysIn {
		t.Run(in.name, func(t *testing.T) {
			logTo(t)
			below, e := record(t), watchErrors(t)
			defer in.set()()
			defer logbook.PushApplication(compat.ToLog(nil, nil), compat.ToSlog(nil, nil))()
			for _, source := range sources {
				source.log("hello")
				if rs := below.take(); len(rs) != 1 || !strings.Contains(rs[0].Message(), "hello") {
					t.Errorf("%s: it became %q", source.name, messages(rs))
				}
				e.wantLoops(t, 2)
			}
		})
	}
}

// Once one of the two is gone, there is no loop any more.
func TestLoopEnds(t *testing.T) {
	b := logTo(t)
	below, e := record(t), watchErrors(t)
	undo := compat.RedirectLog(nil, logbook.LevelInfo)
	defer logbook.PushApplication(compat.ToLog(nil, nil))()
	log.Print("round")
	logbook.Info("round")
	e.wantLoops(t, 2)
	undo()
	below.take()
	logbook.Info("straight")
	log.Print("not ours")
	e.wantLoops(t, 0)
	if want := "INFO: Generic: straight\nnot ours\n"; b.String() != want {
		t.Errorf("got %q, want %q", b, want)
	}
}

// A slog handler that writes into a Writer leads back, too.
func TestLoopThroughWriter(t *testing.T) {
	for name, h := range map[string]slog.Handler{
		"text": slog.NewTextHandler(compat.NewWriter(nil, logbook.LevelInfo), nil),
		"json": slog.NewJSONHandler(compat.NewWriter(nil, logbook.LevelInfo), nil),
	} {
		t.Run(name, func(t *testing.T) {
			below, e := record(t), watchErrors(t)
			defer logbook.PushApplication(compat.ToSlog(h, nil))()
			for _, msg := range []string{"plain", `"quotes" <and> back\slashes`, "lines\nand\ttabs \x1b \x00", "ü \u2028 \xff", ""} {
				logbook.New("c").Warn(msg)
				rs := below.take()
				if len(rs) != 1 || rs[0].Message() != msg {
					t.Errorf("%q became %q", msg, messages(rs))
				}
				e.wantLoops(t, 1)
			}
		})
	}
}

// A call from within does not make the outer record forgotten.
func TestLoopAroundNestedCall(t *testing.T) {
	below, e := record(t), watchErrors(t)
	h := compat.ToSlog(slog.NewTextHandler(compat.NewWriter(nil, logbook.LevelInfo), nil), nil)
	defer logbook.PushApplication(h)()
	logbook.Info("outer", "v", chatty{func() { logbook.Info("inner") }})
	outer := 0
	for _, err := range e.take() {
		if !errors.Is(err, compat.ErrLoop) {
			t.Errorf("reported: %v", err)
		}
		if err.Message == "outer" {
			outer++
		}
	}
	got := strings.Join(messages(below.take()), "\n")
	if outer != 1 || strings.Count(got, "outer") != 1 || !strings.Contains(got, "inner") {
		t.Errorf("outer was reported %d times; the handler below got\n%s", outer, got)
	}
}

// hidden is a writer that nobody knows to lead to Logbook.
type hidden struct{}

func (hidden) Write(p []byte) (int, error) {
	logbook.New("hidden").Info(strings.TrimSpace(string(p)))
	return len(p), nil
}

// A log.Logger whose lock is held by the goroutine that would use it.
func TestLoopThroughForeignWriter(t *testing.T) {
	for name, w := range map[string]io.Writer{
		"hidden":                 hidden{},
		"Writer, set afterwards": compat.NewWriter(logbook.New("hidden"), logbook.LevelInfo),
	} {
		t.Run(name, func(t *testing.T) {
			below, e := record(t), watchErrors(t)
			l := log.New(io.Discard, "", 0)
			defer logbook.PushApplication(compat.ToLog(l, nil))()
			l.SetOutput(w)
			l.Print("hello")
			equal(t, below.lines(), []string{"INFO hidden hello"})
			e.wantLoops(t, 1)
		})
	}
}

// Two loggers that lead to each other, used at once, must not wait for each
// other forever.
func TestLoopsAcross(t *testing.T) {
	below, e := record(t), watchErrors(t)
	a, b := log.New(hidden{}, "", 0), compat.NewLogLogger(nil, logbook.LevelInfo)
	defer logbook.PushApplication(compat.ToLog(a, nil), compat.ToLog(b, nil))()
	var wg sync.WaitGroup
	for _, l := range []*log.Logger{a, b} {
		wg.Go(func() { l.Print("hello") })
	}
	wg.Wait()
	got := strings.Join(below.lines(), "\n")
	if strings.Count(got, "hello") < 2 {
		t.Errorf("records were lost: %s", got)
	}
	if len(e.take()) < 2 {
		t.Error("the loops were not reported")
	}
}

// chatty logs from its String method.
type chatty struct{ log func() }

func (c chatty) String() string               { c.log(); return "chatty" }
func (c chatty) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// A call from within a String method is no loop, whichever way it takes.
func TestNestedCallIsNoLoop(t *testing.T) {
	for _, redirect := range []func() func(){
		func() func() { return compat.RedirectLog(nil, logbook.LevelInfo) },
		func() func() { return compat.RedirectSlog(nil) },
	} {
		for _, out := range []struct {
			name string
			make func(w io.Writer) logbook.Handler
		}{
			{"ToLog", func(w io.Writer) logbook.Handler { return compat.ToLog(log.New(w, "", 0), nil) }},
			{"ToSlog text", func(w io.Writer) logbook.Handler { return compat.ToSlog(slog.NewTextHandler(w, nil), nil) }},
			{"ToSlog JSON", func(w io.Writer) logbook.Handler { return compat.ToSlog(slog.NewJSONHandler(w, nil), nil) }},
		} {
			for _, nested := range sources {
				t.Run(out.name+" "+nested.name, func(t *testing.T) {
					logTo(t)
					e := watchErrors(t)
					defer redirect()()
					var b bytes.Buffer
					defer logbook.PushApplication(&logbook.Null{}, out.make(&b))()
					logbook.Info("outer", "v", chatty{func() { nested.log("inner") }}, "again", chatty{func() { nested.log("inner") }})
					slog.Info("outer", "v", chatty{func() { nested.log("inner") }})
					e.wantLoops(t, 0)
					for _, msg := range []string{"outer", "inner"} {
						if !strings.Contains(b.String(), msg) {
							t.Errorf("%s is missing in %s", msg, &b)
						}
					}
				})
			}
		}
	}
}

// From log through Logbook to another log.Logger is no loop.
func TestLogToLogIsNoLoop(t *testing.T) {
	logTo(t)
	e := watchErrors(t)
	defer compat.RedirectLog(logbook.New("old"), logbook.LevelInfo)()
	var text, other bytes.Buffer
	defer logbook.PushApplication(&logbook.Null{},
		compat.ToSlog(slog.NewTextHandler(&text, nil), nil),
		compat.ToLog(log.New(&other, "", log.Lshortfile), &logbook.Options{Bubble: true}))()
	line := func() int { log.Print("hello"); return here() }()
	e.wantLoops(t, 0)
	if !strings.Contains(text.String(), "msg=hello channel=old") {
		t.Errorf("slog got %q", &text)
	}
	if want := fmt.Sprintf("loop_test.go:%d: INFO: old: hello\n", line); other.String() != want {
		t.Errorf("log got %q, want %q", &other, want)
	}
}

// asynchronous hands records over to another goroutine, with their context.
type asynchronous struct {
	slog.Handler
	jobs *sync.WaitGroup
	gate chan struct{}
}

func (h asynchronous) Handle(ctx context.Context, r slog.Record) error {
	h.jobs.Go(func() {
		<-h.gate
		_ = h.Handler.Handle(ctx, r.Clone())
	})
	return nil
}

func TestLoopOnAnotherGoroutine(t *testing.T) {
	below, e := record(t), watchErrors(t)
	h := asynchronous{compat.NewSlogHandler(logbook.New("back"), nil), new(sync.WaitGroup), make(chan struct{})}
	defer logbook.PushApplication(compat.ToSlog(h, nil))()
	logbook.Info("hello")
	e.wantLoops(t, 0) // not known yet
	close(h.gate)
	h.jobs.Wait()
	list := e.take()
	if len(list) != 1 || !errors.Is(list[0], compat.ErrLoop) || list[0].Message != "hello" || list[0].Channel != "back" {
		t.Errorf("reported: %v", list)
	}
	equal(t, below.lines(), nil) // ToSlog took it
}

// rewriting leaves nothing by which a record could be known again.
type rewriting struct{ slog.Handler }

func (h rewriting) Handle(_ context.Context, r slog.Record) error {
	return h.Handler.Handle(context.Background(), slog.NewRecord(time.Now().Add(time.Hour), r.Level+1, "rewritten", 0))
}

// complaining logs something new for every record.
type complaining struct{ sink }

func (h *complaining) Handle(context.Context, slog.Record) error {
	slog.Warn("cannot send")
	return nil
}

// A loop in which no record is known again ends all the same.
func TestLoopOfStrangers(t *testing.T) {
	for name, h := range map[string]slog.Handler{
		"rewriting":   rewriting{compat.NewSlogHandler(nil, nil)},
		"complaining": &complaining{},
	} {
		t.Run(name, func(t *testing.T) {
			keepDefaults(t)
			below, e := record(t), watchErrors(t)
			defer compat.RedirectSlog(nil)()
			defer logbook.PushApplication(compat.ToSlog(h, nil))()
			logbook.Info("hello")
			lines := below.lines()
			if len(lines) != 8 || lines[7] != "INFO Generic hello" {
				t.Errorf("the handler below got %q", lines)
			}
			e.wantLoops(t, 8)
		})
	}
}

// Many goroutines log at once, into loops and beside them: each record arrives
// once, and nothing waits forever.
func TestLoopsConcurrent(t *testing.T) {
	logTo(t)
	below, e := record(t), watchErrors(t)
	defer compat.RedirectSlog(nil)()
	defer compat.RedirectLog(nil, logbook.LevelInfo)()
	defer logbook.PushApplication(compat.ToLog(nil, nil), compat.ToSlog(nil, nil))()
	const goroutines, each = 8, 25
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range each {
				for _, source := range sources {
					source.log(fmt.Sprintf("<%d %d %s>", g, i, source.name))
				}
			}
		})
	}
	wg.Wait()
	seen := make(map[string]int)
	for _, r := range below.take() {
		seen[r.Message()]++
	}
	for msg, n := range seen {
		if n != 1 {
			t.Errorf("%s arrived %d times", msg, n)
		}
	}
	want := goroutines * each * len(sources)
	if len(seen) != want {
		t.Errorf("%d records arrived, want %d", len(seen), want)
	}
	e.wantLoops(t, 2*want)
}

// Only those that go round are loops: a call on another goroutine meanwhile is
// not.
func TestOtherGoroutineIsNoLoop(t *testing.T) {
	keepDefaults(t)
	below, e := record(t), watchErrors(t)
	defer compat.RedirectSlog(nil)()
	entered, leave := make(chan struct{}), make(chan struct{})
	h := blocking{entered: entered, leave: leave}
	push := func(fn func()) { logbook.InGoroutine(fn, compat.ToSlog(h, nil)) }
	var wg sync.WaitGroup
	wg.Go(func() { push(func() { logbook.Info("same") }) })
	<-entered
	slog.Info("same")
	log.Print("INFO same")
	close(leave)
	wg.Wait()
	equal(t, below.lines(), []string{"INFO Generic same", "INFO Generic INFO same"})
	e.wantLoops(t, 0)
}

type blocking struct {
	entered, leave chan struct{}
}

func (h blocking) Enabled(context.Context, slog.Level) bool { return true }
func (h blocking) Handle(context.Context, slog.Record) error {
	close(h.entered)
	<-h.leave
	return nil
}
func (h blocking) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h blocking) WithGroup(string) slog.Handler      { return h }

// An error flag that panics gets out, and leaves no lock held.
func TestLoopRaised(t *testing.T) {
	logTo(t)
	record(t)
	defer compat.RedirectLog(nil, logbook.LevelInfo)()
	defer logbook.PushApplication(compat.ToLog(nil, nil), logbook.Flags{Errors: logbook.RaiseErrors})()
	for range 2 {
		for _, source := range sources {
			func() {
				defer func() {
					if err, ok := recover().(error); !ok || !errors.Is(err, compat.ErrLoop) {
						t.Errorf("%s: recovered %v", source.name, err)
					}
				}()
				source.log("hello")
			}()
		}
	}
}

// Whoever calls a handler directly can see what happened.
func TestLoopError(t *testing.T) {
	logTo(t)
	below := record(t)
	watchErrors(t)
	logbook.Info("m")
	r := below.take()[0]
	defer compat.RedirectSlog(nil)()
	for _, h := range []logbook.Handler{compat.ToLog(nil, nil), compat.ToSlog(nil, nil)} {
		if err := h.Handle(r); !errors.Is(err, compat.ErrLoop) || !errors.Is(err, logbook.ErrPass) {
			t.Errorf("%T returned %v", h, err)
		}
	}
}
