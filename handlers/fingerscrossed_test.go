package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// No record is let through before the action level is reached; then all are, and all
// later ones.
func TestFingersCrossed(t *testing.T) {
	s := new(sink)
	h := handlers.NewFingersCrossed(s, &handlers.FingersCrossedOptions{ActionLevel: logbook.LevelWarn})
	bound(t, func() {
		log.Info("a")
		s.expect(t)
		if stats := h.Stats().String(); stats != "held 1" {
			t.Errorf("before the trigger: %+v", stats)
		}
		log.Warn("b")
		log.Info("c")
		s.expect(t, "escalation[a b]", "c")
		if stats := h.Stats().String(); stats != "handled 3, triggers 1" {
			t.Errorf("after the trigger: %+v", stats)
		}
	}, h)
	s.expect(t, "escalation[a b]", "c")
}

func TestFingersCrossedActsOnErrorsByDefault(t *testing.T) {
	s := new(sink)
	bound(t, func() {
		log.Warn("a")
		s.expect(t)
		log.Error("b")
	}, handlers.NewFingersCrossed(s, nil))
	s.expect(t, "escalation[a b]")
}

// Level, filter and bubble of the inner handler are ignored.
func TestFingersCrossedIgnoresTheInnerBinding(t *testing.T) {
	below := new(sink)
	s := &sink{Options: logbook.Options{
		Level: logbook.LevelError, Bubble: true, Filter: func(*logbook.Record) bool { return false },
	}}
	bound(t, func() { log.Info("a"); log.Error("b"); log.Debug("c") }, below, handlers.NewFingersCrossed(s, nil))
	s.expect(t, "escalation[a b]", "c")
	below.expect(t)
}

func TestFingersCrossedTakesItsOptions(t *testing.T) {
	below, s := new(sink), new(sink)
	bound(t, func() {
		log.Debug("low")
		log.Info("filtered")
		log.Info("a")
		log.Error("b")
	}, below, handlers.NewFingersCrossed(s, &handlers.FingersCrossedOptions{
		Level: logbook.LevelInfo, Bubble: true,
		Filter: func(r *logbook.Record) bool { return r.Message() != "filtered" },
	}))
	s.expect(t, "escalation[a b]")
	below.expect(t, "low", "filtered", "a", "b")
}

// A handler without HandleBatch gets the batch one by one.
func TestFingersCrossedBeforeAPlainHandler(t *testing.T) {
	var got []string
	inner := logbook.NewHandler(func(r *logbook.Record) error { got = append(got, r.Message()); return nil }, nil)
	bound(t, func() { log.Info("a {n}", "n", 1); log.Error("b"); log.Info("c") }, handlers.NewFingersCrossed(inner, nil))
	if want := []string{"a 1", "b", "c"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Records are kept as they were: attributes, caller, and the text of values at that time.
func TestFingersCrossedKeepsRecordsUnchanged(t *testing.T) {
	var got []string
	inner := logbook.NewHandler(func(r *logbook.Record) error {
		got = append(got, r.Message()+" "+r.Text("ip")+" "+r.Text("list")+" "+r.Source().Function)
		return nil
	}, nil)
	list := []int{1, 2}
	bound(t, func() {
		log.Info("kept {n}", "n", 1, "list", list)
		list[0] = 7
		log.Error("trigger", "list", list)
	}, logbook.Attrs("ip", "::1"), handlers.NewFingersCrossed(inner, nil))
	if len(got) != 2 || !strings.HasPrefix(got[0], "kept 1 ::1 [1,2] ") ||
		!strings.Contains(got[0], "TestFingersCrossedKeepsRecordsUnchanged") {
		t.Errorf("got %q", got)
	}
}

// A factory makes the handler once, at the trigger, and is asked again after a reset.
func TestFingersCrossedFactory(t *testing.T) {
	var sinks []*sink
	var seen []string
	factory := func(trigger *logbook.Record, buffered []*logbook.Record) (logbook.Handler, error) {
		for _, r := range buffered {
			seen = append(seen, r.Message())
		}
		seen = append(seen, "trigger "+trigger.Message())
		sinks = append(sinks, new(sink))
		return sinks[len(sinks)-1], nil
	}
	for range 2 {
		h := handlers.NewFingersCrossed(nil, &handlers.FingersCrossedOptions{Factory: factory, Reset: true})
		bound(t, func() {
			log.Info("a")
			log.Error("b")
			log.Info("c")
			log.Error("d")
		}, h)
	}
	if len(sinks) != 2 {
		t.Fatalf("the factory was called %d times, want once for each of 2 handlers", len(sinks))
	}
	for _, s := range sinks {
		s.expect(t, "escalation[a b]", "escalation[c d]")
	}
	if want := []string{"a", "b", "trigger b", "a", "b", "trigger b"}; !slices.Equal(seen, want) {
		t.Errorf("the factory saw %q, want %q", seen, want)
	}
}

// A factory that fails loses no record: the next trigger tries again.
func TestFingersCrossedFactoryFails(t *testing.T) {
	broken := errors.New("no connection")
	for _, c := range []struct {
		name    string
		failing func() (logbook.Handler, error)
		want    error
	}{
		{"an error", func() (logbook.Handler, error) { return nil, broken }, broken},
		{"no handler", func() (logbook.Handler, error) { return nil, nil }, nil},
	} {
		s := new(sink)
		calls := 0
		h := handlers.NewFingersCrossed(nil, &handlers.FingersCrossedOptions{MaxRecords: 4,
			Factory: func(*logbook.Record, []*logbook.Record) (logbook.Handler, error) {
				if calls++; calls == 1 {
					return c.failing()
				}
				return s, nil
			}})
		errs := failures(func() {
			for _, m := range []string{"0", "1", "2", "3"} {
				log.Info(m)
			}
			log.Error("4")
			log.Info("5")
			log.Error("6")
			log.Info("7")
		}, h)
		if len(errs) != 1 || c.want != nil && !errors.Is(errs[0], c.want) {
			t.Errorf("%s: reported %v", c.name, errs)
		}
		// The second trigger finds the first one in the buffer: the records up to it are
		// the batch, and later ones follow.
		s.expect(t, "escalation[3 records dropped 3 4]", "5", "6", "7")
	}
}

func TestFingersCrossedFactoryPanics(t *testing.T) {
	s := new(sink)
	calls := 0
	h := handlers.NewFingersCrossed(nil, &handlers.FingersCrossedOptions{
		Factory: func(*logbook.Record, []*logbook.Record) (logbook.Handler, error) {
			if calls++; calls == 1 {
				panic("factory")
			}
			return s, nil
		}})
	if errs := failures(func() { log.Error("a"); log.Error("b") }, h); len(errs) != 1 {
		t.Errorf("reported %v", errs)
	}
	s.expect(t, "escalation[a]", "b")
}

func TestFingersCrossedWithoutHandler(t *testing.T) {
	h := handlers.NewFingersCrossed(nil, nil)
	errs := failures(func() { log.Info("a"); log.Error("b") }, h)
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "no handler") {
		t.Errorf("reported %v", errs)
	}
	if err := logbook.Close(context.Background(), h); err != nil {
		t.Error(err)
	}
}

// If there are more than MaxRecords, the newest are kept, and a record reports the loss.
func TestFingersCrossedMaxRecords(t *testing.T) {
	for _, c := range []struct {
		max  int
		want string
	}{
		{1, "escalation[3 records dropped d]"},
		{3, "escalation[1 record dropped b c d]"},
		{4, "escalation[a b c d]"},
	} {
		s := new(sink)
		h := handlers.NewFingersCrossed(s, &handlers.FingersCrossedOptions{MaxRecords: c.max})
		bound(t, func() {
			log.Info("a")
			log.Info("b")
			log.Info("c")
			log.Error("d")
			log.Info("e")
		}, h)
		s.expect(t, c.want, "e")
		if got, want := h.Stats().Dropped, uint64(max(0, 4-c.max)); got != want {
			t.Errorf("at most %d: %d dropped, want %d", c.max, got, want)
		}
	}
}

func TestFingersCrossedReportsALoss(t *testing.T) {
	var got []string
	inner := logbook.NewHandler(func(r *logbook.Record) error {
		n, _ := r.Lookup("dropped")
		got = append(got, fmt.Sprint(r.Level(), " ", r.Channel(), " ", r.Message(), " ", n, " ", r.Time().IsZero()))
		return nil
	}, nil)
	bound(t, func() {
		for range 5 {
			log.Info("a")
		}
		log.Error("b")
	}, handlers.NewFingersCrossed(inner, &handlers.FingersCrossedOptions{MaxRecords: 2}))
	if want := "WARNING testlogger 4 records dropped 4 false"; len(got) != 3 || got[0] != want {
		t.Errorf("got %q, want the first to be %q", got, want)
	}
}

func TestFingersCrossedMaxBytes(t *testing.T) {
	long := strings.Repeat("x", 400)
	for _, c := range []struct {
		name string
		args []any
	}{
		{"the message", nil},
		{"a string", []any{"k", long}},
		{"bytes", []any{"k", []byte(long)}},
		{"an error", []any{"k", errors.New(long)}},
		{"a list", []any{"k", []string{long}}},
	} {
		s := new(sink)
		h := handlers.NewFingersCrossed(s, &handlers.FingersCrossedOptions{MaxBytes: 1000})
		message := strings.Repeat("m", 400)
		if c.args != nil {
			message = "m"
		}
		bound(t, func() {
			for range 10 {
				log.Info(message, c.args...)
			}
			if n := h.Stats().Held; n != 2 {
				t.Errorf("%s of 400 bytes: %d records are kept in 1000 bytes, want 2", c.name, n)
			}
			log.Error("huge", "k", strings.Repeat("y", 2000))
		}, h)
		s.expect(t, "escalation[10 records dropped huge]")
	}
}

// A value whose method panics does not lose its record.
func TestFingersCrossedValueThatPanics(t *testing.T) {
	s := new(sink)
	bound(t, func() { log.Error("a", "k", panicking{}) }, handlers.NewFingersCrossed(s, nil))
	s.expect(t, "escalation[a]")
}

type panicking struct{}

func (panicking) String() string { panic("String") }

func TestFingersCrossedReset(t *testing.T) {
	s := new(sink)
	h := handlers.NewFingersCrossed(s, &handlers.FingersCrossedOptions{Reset: true, MaxRecords: 3})
	bound(t, func() {
		log.Warn("a")
		log.Debug("b")
		log.Error("c")
		log.Info("d")
		log.Error("e")
		for range 4 {
			log.Info("f")
		}
		log.Error("g")
		log.Info("h")
	}, h)
	s.expect(t, "escalation[a b c]", "escalation[d e]", "escalation[2 records dropped f f g]")
	if stats := h.Stats().String(); stats != "handled 8, suppressed 1, dropped 2, triggers 3" {
		t.Errorf("%+v", stats)
	}
}

func TestFingersCrossedUnboundDiscards(t *testing.T) {
	s := new(sink)
	h := handlers.NewFingersCrossed(s, &handlers.FingersCrossedOptions{MaxRecords: 1})
	bound(t, func() { log.Info("a"); log.Info("b") }, h)
	if n := h.Stats().Held; n != 0 {
		t.Errorf("%d records are kept after the end", n)
	}
	bound(t, func() { log.Error("c") }, h)
	s.expect(t, "escalation[c]")
}

// Each request has its own buffer before a shared handler.
func TestFingersCrossedPerContext(t *testing.T) {
	s := new(sink)
	logbook.InGoroutine(func() {
		for _, request := range []string{"good", "bad"} {
			ctx, undo := logbook.BindScope(context.Background(), handlers.NewFingersCrossed(s, nil))
			log.DebugContext(ctx, request)
			if request == "bad" {
				log.ErrorContext(ctx, "failed")
			}
			undo()
		}
	}, raise(t))
	s.expect(t, "escalation[bad failed]")
}

func TestFingersCrossedBatchFails(t *testing.T) {
	broken := errors.New("mail server down")
	fail := true
	s := &sink{err: func() error {
		if fail {
			return broken
		}
		return nil
	}}
	errs := failures(func() {
		log.Info("a")
		log.Error("b")
		fail = false
		log.Error("c")
	}, handlers.NewFingersCrossed(s, nil))
	if len(errs) != 1 || !errors.Is(errs[0], broken) {
		t.Errorf("reported %v", errs)
	}
	s.expect(t, "escalation[a b]", "c")
}

func TestFingersCrossedBatchPanics(t *testing.T) {
	s := new(sink)
	s.on = func() { s.on = nil; panic("batch") }
	errs := failures(func() { log.Error("a"); log.Error("b") }, handlers.NewFingersCrossed(s, nil))
	if len(errs) != 1 {
		t.Errorf("reported %v", errs)
	}
	s.expect(t, "escalation[a]", "b")
}

func TestFingersCrossedPassesOn(t *testing.T) {
	below := new(sink)
	inner := logbook.NewHandler(func(*logbook.Record) error { return logbook.ErrPass }, nil)
	bound(t, func() { log.Error("a"); log.Info("b") }, below, handlers.NewFingersCrossed(inner, nil))
	below.expect(t, "b")
}

func TestFingersCrossedClosesTheInnerHandler(t *testing.T) {
	inner := &closable{}
	h := handlers.NewFingersCrossed(inner, nil)
	ctx := context.Background()
	bound(t, func() {
		log.Info("a")
		if err := logbook.Flush(ctx, h); err != nil || inner.flushed != 1 {
			t.Errorf("flushed %d times, %v", inner.flushed, err)
		}
		if n := h.Stats().Held; n != 1 {
			t.Errorf("%d records are kept after a flush, want 1", n)
		}
		if err := logbook.Close(ctx, h); err != nil || inner.closed != 1 {
			t.Errorf("closed %d times, %v", inner.closed, err)
		}
		if n := h.Stats().Held; n != 0 {
			t.Errorf("%d records are kept after the close", n)
		}
	}, h)
	if inner.unbound != 1 {
		t.Errorf("Unbound was called %d times", inner.unbound)
	}
	unmade := handlers.NewFingersCrossed(nil, &handlers.FingersCrossedOptions{
		Factory: func(*logbook.Record, []*logbook.Record) (logbook.Handler, error) { return inner, nil },
	})
	unmade.Unbound()
	if err := errors.Join(logbook.Flush(ctx, unmade), logbook.Close(ctx, unmade)); err != nil {
		t.Error(err)
	}
}

// closable counts calls.
type closable struct {
	sink
	flushed, closed, unbound int
}

func (c *closable) Flush(context.Context) error { c.flushed++; return nil }
func (c *closable) Close(context.Context) error { c.closed++; return nil }
func (c *closable) Unbound()                    { c.unbound++ }

// Records that the inner handler leaves unsent are counted once: a Group before the
// FingersCrossed does not count them again.
func TestFingersCrossedLosesOnce(t *testing.T) {
	h := handlers.NewFingersCrossed(leaves(1, errRefused), nil)
	group := handlers.NewGroup(h)
	errs := failures(func() { log.Info("a"); log.Error("b"); group.Unbound() }, group)
	var unsent *logbook.UnsentError
	if len(errs) != 1 || !errors.Is(errs[0], errRefused) || errors.As(errs[0], &unsent) || !strings.Contains(errs[0].Error(), "1 record unsent") {
		t.Errorf("reported %v", errs)
	}
	if got := h.Stats().String() + "; " + group.Stats().String(); got != "handled 1, dropped 1, triggers 1; handled 2" {
		t.Error(got)
	}
}
