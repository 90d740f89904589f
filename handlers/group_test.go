package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// The records of a group are passed on together at its end.
func TestGroup(t *testing.T) {
	s := new(sink)
	h := handlers.NewGroup(s)
	bound(t, func() {
		log.Error("a")
		log.Warn("b")
		log.Debug("c")
		s.expect(t)
		if stats := h.Stats().String(); stats != "held 3" {
			t.Errorf("%+v", stats)
		}
	}, h)
	s.expect(t, "group[a b c]")
	bound(t, func() {}, h)
	s.expect(t, "group[a b c]") // nothing collected, nothing handed over
	bound(t, func() { log.Info("d") }, h)
	s.expect(t, "group[a b c]", "group[d]")
}

func TestGroupLeftByAPanic(t *testing.T) {
	s := new(sink)
	func() {
		defer func() {
			if p := recover(); p != "job failed" {
				t.Errorf("recovered %v", p)
			}
		}()
		bound(t, func() { log.Info("kept"); panic("job failed") }, handlers.NewGroup(s))
	}()
	s.expect(t, "group[kept]")
}

func TestGroupInEveryStack(t *testing.T) {
	ctx := context.Background()
	for name, bind := range map[string]func(h logbook.Handler) (log func(string, ...any), undo func()){
		"application": func(h logbook.Handler) (func(string, ...any), func()) {
			return log.Info, logbook.PushApplication(h)
		},
		"goroutine": func(h logbook.Handler) (func(string, ...any), func()) {
			return log.Info, logbook.PushGoroutine(h)
		},
		"context": func(h logbook.Handler) (func(string, ...any), func()) {
			ctx, undo := logbook.BindScope(ctx, h)
			return func(m string, args ...any) { log.InfoContext(ctx, m, args...) }, undo
		},
	} {
		s := new(sink)
		info, undo := bind(handlers.NewGroup(s))
		info("a")
		info("b")
		undo()
		undo()
		if got := s.got(); len(got) != 1 || got[0] != "group[a b]" {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// Level, filter and bubble are those of the inner handler.
func TestGroupBinding(t *testing.T) {
	below := new(sink)
	s := &sink{Options: logbook.Options{
		Level: logbook.LevelInfo, Bubble: true,
		Filter: func(r *logbook.Record) bool { return r.Message() != "filtered" },
	}}
	bound(t, func() { log.Debug("low"); log.Info("filtered"); log.Info("a") }, below, handlers.NewGroup(s))
	s.expect(t, "group[a]")
	below.expect(t, "low", "filtered", "a")
}

func TestGroupIsBounded(t *testing.T) {
	for _, c := range []struct {
		name      string
		message   string
		kept, log int
	}{
		{"records", "m", 10_000, 10_003},
		{"bytes", strings.Repeat("m", 1<<20-len("testlogger")-len("n")-8), 16, 17},
	} {
		var got []string
		inner := logbook.NewHandler(func(r *logbook.Record) error {
			got = append(got, r.Text("n")+r.Message())
			return nil
		}, nil)
		h := handlers.NewGroup(inner)
		lost := c.log - c.kept
		bound(t, func() {
			for n := range c.log {
				log.Info(c.message, "n", n)
			}
			if stats := h.Stats().String(); stats != fmt.Sprint("dropped ", uint64(lost), ", held ", c.kept) {
				t.Errorf("%s: %+v", c.name, stats)
			}
		}, h)
		if len(got) != c.kept+1 || got[0] != "0"+c.message || !strings.HasPrefix(got[c.kept], fmt.Sprint(lost, " record")) {
			t.Errorf("%s: got %d records, the last one %.40q", c.name, len(got), got[len(got)-1])
		}
	}
}

// A failure at the end goes to the error flag, as one of the first record.
func TestGroupFailsWhenUnbound(t *testing.T) {
	broken := errors.New("mail server down")
	for _, c := range []struct {
		name string
		fail func() error
	}{
		{"an error", func() error { return broken }},
		{"a panic", func() error { panic(broken) }},
	} {
		var errs []*logbook.HandlerError
		s := &sink{err: c.fail}
		logbook.InGoroutine(func() {
			logbook.InGoroutine(func() { log.Error("a"); log.Info("b") }, handlers.NewGroup(s))
		}, logbook.Flags{Errors: func(e *logbook.HandlerError) { errs = append(errs, e) }})
		if len(errs) != 1 || !errors.Is(errs[0], broken) || errs[0].Message != "a" {
			t.Errorf("%s: reported %v", c.name, errs)
		}
		s.expect(t, "group[a b]")
	}
}

func TestGroupFlushAndClose(t *testing.T) {
	ctx := context.Background()
	inner := &closable{}
	h := handlers.NewGroup(inner)
	bound(t, func() {
		log.Info("a")
		if err := logbook.Flush(ctx, h); err != nil || inner.flushed != 1 {
			t.Errorf("flushed %d times, %v", inner.flushed, err)
		}
		log.Info("b")
		if err := logbook.Close(ctx, h); err != nil || inner.closed != 1 {
			t.Errorf("closed %d times, %v", inner.closed, err)
		}
		log.Info("c")
	}, h)
	if err := h.HandleBatch(batch("d", "e"), logbook.ReasonEscalation); err != nil {
		t.Error(err)
	}
	inner.expect(t, "group[a]", "group[b]", "c", "escalation[d e]")
	if inner.unbound != 1 {
		t.Errorf("Unbound was called %d times", inner.unbound)
	}
}

func TestGroupReportsUnsentRecords(t *testing.T) {
	broken := errors.New("mail server down")
	for _, c := range []struct {
		name      string
		err       error
		want      int
		cancelled bool
		call      func(h *handlers.Group, ctx context.Context) error
		cause     error
		left      int // records still held
	}{
		{name: "flush fails", err: &logbook.UnsentError{Records: 2, Err: broken}, want: 2, cause: broken, call: (*handlers.Group).Flush},
		{name: "close fails", err: &logbook.UnsentError{Records: 9, Err: broken}, want: 2, cause: broken, call: (*handlers.Group).Close},
		{name: "the handler counts", err: &logbook.UnsentError{Records: 1, Err: broken}, want: 1, cause: broken, call: (*handlers.Group).Flush},
		{name: "flush too late", cancelled: true, want: 2, cause: context.Canceled, call: (*handlers.Group).Flush, left: 2},
		{name: "close too late", cancelled: true, want: 2, cause: context.Canceled, call: (*handlers.Group).Close},
	} {
		s := &sink{err: func() error { return c.err }}
		h := handlers.NewGroup(s)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		failures(func() {
			log.Info("a")
			log.Info("b")
			if c.cancelled {
				cancel()
			}
			err := c.call(h, ctx)
			var unsent *logbook.UnsentError
			if !errors.As(err, &unsent) || unsent.Records != c.want || !errors.Is(err, c.cause) {
				t.Errorf("%s: got %v", c.name, err)
			}
			if n := h.Stats().Held; n != c.left {
				t.Errorf("%s: %d records are left, want %d", c.name, n, c.left)
			}
		}, h)
	}
}

// An argument or an inner handler that logs causes no deadlock.
func TestGroupReentrance(t *testing.T) {
	s := new(sink)
	h := handlers.NewGroup(s)
	s.on = func() { s.on = nil; log.Info("from inside") }
	errs := failures(func() {
		log.Info("outer {a}", "a", &ask{func() { log.Info("inner") }})
		if err := h.Flush(context.Background()); err != nil {
			t.Error(err)
		}
	}, h)
	s.expect(t, "group[inner outer asked]")
	declined(t, errs, "from inside")
}

// A record that a handler logs while it gets a batch may make another handler hand over a
// batch.
func TestBatchDuringBatch(t *testing.T) {
	outer, other := new(sink), new(sink)
	outer.on = func() { outer.on = nil; log.Info("b") }
	group := handlers.NewGroup(outer)
	dedup := handlers.NewDedup(bubbling{other}, &handlers.DedupOptions{MaxMessages: 1, Format: "{message}"})
	errs := failures(func() {
		logbook.InGoroutine(func() { log.Info("a") }, dedup, bubbling{group})
		logbook.InGoroutine(func() { log.Info("0"); group.Unbound() }, dedup)
	})
	outer.expect(t, "group[a]")
	other.expect(t, "a", "0", "b")
	if len(errs) > 0 {
		t.Errorf("reported %v", errs)
	}
}

type bubbling struct{ logbook.Handler }

func (h bubbling) Binding() logbook.Binding {
	b := h.Handler.Binding()
	b.Bubble = true
	return b
}

func TestGroupWithoutHandler(t *testing.T) {
	h := handlers.NewGroup(nil)
	bound(t, func() {
		log.Info("a")
		if err := h.Flush(context.Background()); err == nil || !strings.Contains(err.Error(), "no handler") {
			t.Errorf("got %v", err)
		}
	}, h)
}

func TestGroupConcurrently(t *testing.T) {
	const goroutines, each = 8, 200
	var mu sync.Mutex
	next := make([]int64, goroutines)
	inner := logbook.NewHandler(func(r *logbook.Record) error {
		g, _ := r.Lookup("g")
		i, _ := r.Lookup("i")
		mu.Lock()
		defer mu.Unlock()
		if next[g.Int64()] != i.Int64() {
			return fmt.Errorf("record %d of goroutine %d, want %d", i.Int64(), g.Int64(), next[g.Int64()])
		}
		next[g.Int64()]++
		return nil
	}, nil)
	h := handlers.NewGroup(inner)
	bound(t, func() {
		var wg sync.WaitGroup
		for g := range goroutines {
			wg.Add(1)
			logbook.Go(func() {
				defer wg.Done()
				for i := range each {
					log.Info("m", "g", g, "i", i)
				}
			})
		}
		wg.Wait()
	}, h)
	for g, n := range next {
		if n != each {
			t.Errorf("goroutine %d has %d records, want %d", g, n, each)
		}
	}
}
