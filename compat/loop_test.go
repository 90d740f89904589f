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

// waysIn make package log or slog lead to Logbook.
var waysIn = []struct {
	name string
	set  func() (undo func())
}{
	{"RedirectLog", func() func() { return compat.RedirectLog(nil, logbook.LevelInfo, nil) }},
	{"RedirectSlog", func() func() { return compat.RedirectSlog(nil) }},
	{"RedirectLog, RedirectSlog", func() func() {
		first := compat.RedirectLog(nil, logbook.LevelInfo, nil)
		second := compat.RedirectSlog(nil)
		return func() { second(); first() }
	}},
	{"RedirectSlog, RedirectLog", func() func() {
		first := compat.RedirectSlog(nil)
		second := compat.RedirectLog(nil, logbook.LevelInfo, nil)
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

// waysOut make handlers that lead to log or slog, created before or after the ways in.
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

// middleware changes every part of a record but passes the context on.
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

// In every loop, the handlers below get the record that comes back and, if the handler
// bubbles, the original. The loop is reported once.
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
							for _, msg := range []string{"hello", `"quoted" \ ü`, ""} {
								if msg == "" && strings.Contains(in.name, "Writer") { // which leaves empty lines out
									continue
								}
								source.log(msg)
								e.wantLoops(t, 1)
								rs := below.take()
								back := len(rs) > 1
								if back && !bubble || len(rs) == 0 || len(rs) > 2 || !strings.Contains(rs[0].Message(), msg) ||
									back && !strings.HasSuffix(rs[1].Message(), msg) {
									t.Fatalf("%s: %q became %q", source.name, msg, messages(rs))
								}
							}
						}
					})
				}
			}
		}
	}
}

// bubbling sets Bubble for a handler.
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
				// ToSlog also declines the record that comes back from ToLog.
				if list := e.take(); len(list) < 2 || len(list) > 3 || !errors.Is(list[0], logbook.ErrRecursion) || !errors.Is(list[1], logbook.ErrRecursion) {
					t.Errorf("%s: reported %v", source.name, list)
				}
			}
		})
	}
}

// There is no loop after one of the two directions is removed.
func TestLoopEnds(t *testing.T) {
	b := logTo(t)
	below, e := record(t), watchErrors(t)
	undo := compat.RedirectLog(nil, logbook.LevelInfo, nil)
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

// A slog handler that writes to a Writer forms a loop, too.
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
				if rs := below.take(); len(rs) != 1 {
					t.Errorf("%q became %q", msg, messages(rs))
				}
				e.wantLoops(t, 1)
			}
		})
	}
}

// hidden is a writer whose type does not show that it leads to Logbook.
type hidden struct{}

func (hidden) Write(p []byte) (int, error) {
	logbook.New("hidden").Info(strings.TrimSpace(string(p)))
	return len(p), nil
}

// ToLog declines a record if its log.Logger is locked by the same goroutine.
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

// Two loggers that lead to each other do not deadlock when used concurrently.
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

// A record that a String method logs while a handler formats reaches the other
// handlers, whichever logger it uses.
func TestNestedCall(t *testing.T) {
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
				keepDefaults(t)
				below, e := record(t), watchErrors(t)
				defer compat.RedirectSlog(nil)()
				var b bytes.Buffer
				defer logbook.PushApplication(out.make(&b))()
				for _, log := range []func(string, ...any){logbook.Info, slog.Info} {
					log("outer", "v", chatty{func() { nested.log("inner") }})
					if rs := below.take(); len(rs) != 1 || rs[0].Message() != "inner" {
						t.Errorf("the handler below got %q", messages(rs))
					}
					e.wantLoops(t, 1)
				}
				if got := b.String(); strings.Count(got, "outer") != 2 || strings.Contains(got, "inner") {
					t.Errorf("the handler wrote %s", got)
				}
			})
		}
	}
}

// A record whose text contains that of the record being written is not lost.
func TestNestedCallWithSimilarText(t *testing.T) {
	keepDefaults(t)
	below, e := record(t), watchErrors(t)
	defer compat.RedirectSlog(nil)()
	var b bytes.Buffer
	w := writerFunc(func(p []byte) (int, error) { slog.Warn("rotated the archive"); return b.Write(p) })
	defer logbook.PushApplication(compat.ToLog(log.New(w, "", 0), &logbook.Options{Formatter: logbook.MustFormat("{record.message}")}))()
	logbook.Info("hi")
	equal(t, below.lines(), []string{"WARNING Generic rotated the archive"})
	e.wantLoops(t, 1)
	if b.String() != "hi\n" {
		t.Errorf("log wrote %q", &b)
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// ToSlog recognizes slog's initial handler, which prints through log, inside other
// handlers. Otherwise log.Print would wait forever for its own lock.
func TestWrappedDefaultHandler(t *testing.T) {
	first := slog.Default().Handler()
	for name, h := range map[string]slog.Handler{
		"embedded":  middleware{first},
		"twice":     &middleware{middleware{first}},
		"in a list": several{nil, {slog.NewTextHandler(io.Discard, nil), middleware{first}}},
		"logger":    viaLogger{slog.New(first)},
		"With":      middleware{first}.WithAttrs([]slog.Attr{slog.Int("a", 1)}),
	} {
		t.Run(name, func(t *testing.T) {
			b := logTo(t)
			below, e := record(t), watchErrors(t)
			defer logbook.PushApplication(compat.ToSlog(h, nil))()
			logbook.Info("before")
			if !strings.Contains(b.String(), "INFO before") {
				t.Errorf("log wrote %q", b)
			}
			defer compat.RedirectSlog(nil)()
			log.Print("two")
			equal(t, below.lines(), []string{"INFO Generic two"})
			e.wantLoops(t, 1)
		})
	}
}

// several passes each record to all of its handlers.
type several [][]slog.Handler

func (h several) Enabled(context.Context, slog.Level) bool { return true }
func (h several) Handle(ctx context.Context, r slog.Record) (err error) {
	for _, list := range h {
		for _, in := range list {
			err = errors.Join(err, in.Handle(ctx, r))
		}
	}
	return err
}
func (h several) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h several) WithGroup(string) slog.Handler      { return h }

type viaLogger struct{ l *slog.Logger }

func (h viaLogger) Enabled(context.Context, slog.Level) bool { return true }
func (h viaLogger) Handle(ctx context.Context, r slog.Record) error {
	return h.l.Handler().Handle(ctx, r)
}
func (h viaLogger) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h viaLogger) WithGroup(string) slog.Handler      { return h }

// Records from log may go through Logbook to another log.Logger.
func TestLogToAnotherLogger(t *testing.T) {
	logTo(t)
	e := watchErrors(t)
	defer compat.RedirectLog(logbook.New("old"), logbook.LevelInfo, nil)()
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

// asynchronous passes records and their context to another goroutine.
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
	if len(list) != 1 || !errors.Is(list[0], logbook.ErrRecursion) || list[0].Message != "hello" || list[0].Channel != "back" {
		t.Errorf("reported: %v", list)
	}
	equal(t, below.lines(), []string{"INFO back hello channel=Generic"})
}

// rewriting replaces everything by which a record could be recognized.
type rewriting struct{ slog.Handler }

func (h rewriting) Handle(_ context.Context, r slog.Record) error {
	return h.Handler.Handle(context.Background(), slog.NewRecord(time.Now().Add(time.Hour), r.Level+1, "rewritten", 0))
}

// complaining logs a new record for every record.
type complaining struct{ sink }

func (h *complaining) Handle(context.Context, slog.Record) error {
	slog.Warn("cannot send")
	return nil
}

// A loop ends even if no record can be recognized.
func TestLoopOfUnrecognizableRecords(t *testing.T) {
	for name, test := range map[string]struct {
		h    slog.Handler
		want string
	}{
		"rewriting":   {rewriting{compat.NewSlogHandler(nil, nil)}, "SUCCESS Generic rewritten"},
		"complaining": {&complaining{}, "WARNING Generic cannot send"},
	} {
		t.Run(name, func(t *testing.T) {
			keepDefaults(t)
			below, e := record(t), watchErrors(t)
			defer compat.RedirectSlog(nil)()
			defer logbook.PushApplication(compat.ToSlog(test.h, nil))()
			logbook.Info("hello")
			equal(t, below.lines(), []string{test.want})
			e.wantLoops(t, 1)
		})
	}
}

// Many goroutines log concurrently, some into loops: each record arrives once, and
// nothing deadlocks.
func TestLoopsConcurrent(t *testing.T) {
	logTo(t)
	below, e := record(t), watchErrors(t)
	defer compat.RedirectSlog(nil)()
	defer compat.RedirectLog(nil, logbook.LevelInfo, nil)()
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
		_, message, _ := strings.Cut(r.Message(), "<")
		message, _, _ = strings.Cut(message, ">")
		seen[message]++
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
	if n := len(e.take()); n < 2*want {
		t.Errorf("%d loops were reported of %d records", n, want)
	}
}

// A concurrent call on another goroutine is not taken for a loop.
func TestConcurrentCallIsNotALoop(t *testing.T) {
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

// A panic of the error flag reaches the caller and leaves no lock held.
func TestLoopErrorPanics(t *testing.T) {
	logTo(t)
	record(t)
	defer compat.RedirectLog(nil, logbook.LevelInfo, nil)()
	defer logbook.PushApplication(compat.ToLog(nil, nil), logbook.Flags{Errors: logbook.RaiseErrors})()
	for range 2 {
		for _, source := range sources {
			func() {
				defer func() {
					if err, ok := recover().(error); !ok || !errors.Is(err, logbook.ErrRecursion) {
						t.Errorf("%s: recovered %v", source.name, err)
					}
				}()
				source.log("hello")
			}()
		}
	}
}
