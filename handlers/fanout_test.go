package handlers_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

var (
	errRefused  = errors.New("refused")
	errDiskFull = errors.New("disk full")
)

func failsWith(err error) *sink { return &sink{err: func() error { return err }} }

// panics is a handler that panics.
func panics(v any) *sink { return &sink{on: func() { panic(v) }} }

// Every handler gets the record, whatever the others do.
func TestFanout(t *testing.T) {
	first, last := new(sink), new(sink)
	below := new(sink)
	h := handlers.NewFanout(first, failsWith(errRefused), panics(errDiskFull), panics("out of order"),
		failsWith(logbook.ErrPass), last)
	errs := failures(func() { log.Info("a") }, below, h)
	if len(errs) != 1 || !errors.Is(errs[0], errRefused) || !errors.Is(errs[0], errDiskFull) || errors.Is(errs[0], logbook.ErrPass) ||
		!strings.Contains(errs[0].Error(), "*handlers_test.sink: panic: out of order") {
		t.Errorf("got %v", errs)
	}
	first.expect(t, "a")
	last.expect(t, "a")
	below.expect(t)
}

// Each handler has its own level, filter, Accept and bubble.
func TestFanoutBinding(t *testing.T) {
	debug := &sink{Options: logbook.Options{Level: logbook.LevelDebug, Bubble: true}}
	info := &sink{Options: logbook.Options{
		Level: logbook.LevelInfo, Filter: func(r *logbook.Record) bool { return r.Message() != "filtered" },
	}}
	below := new(sink)
	h := handlers.NewFanout(debug, info)
	bound(t, func() {
		log.Trace("low")
		log.Debug("taken by one that bubbles")
		log.Info("filtered")
		log.Info("both")
	}, below, h)
	debug.expect(t, "taken by one that bubbles", "filtered", "both")
	info.expect(t, "both")
	below.expect(t, "low", "taken by one that bubbles", "filtered")
	if b := h.Binding(); logbook.LevelOf(b.Level) != logbook.LevelDebug || b.Bubble || b.NoCaller {
		t.Errorf("%+v", b)
	}

	passes := new(sink)
	bound(t, func() { log.Info("a") }, passes, handlers.NewFanout(failsWith(logbook.ErrPass)))
	bound(t, func() { log.Info("b") }, passes, handlers.NewFanout())
	bound(t, func() { log.Info("c") }, passes, handlers.NewFanout(logbook.Null{}))
	errs := failures(func() { log.Info("d") }, passes, handlers.NewFanout(&sink{
		Options: logbook.Options{Bubble: true}, err: func() error { return errRefused },
	}))
	passes.expect(t, "a", "b", "d")
	if len(errs) != 1 {
		t.Errorf("got %v", errs)
	}
}

// A nil handler is a failure, and does not affect the others.
func TestFanoutWithoutHandler(t *testing.T) {
	s := new(sink)
	errs := failures(func() { log.Info("a") }, handlers.NewFanout(nil, s))
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "no handler was given") {
		t.Errorf("got %v", errs)
	}
	s.expect(t, "a")
}

// A level may change after the fan-out was made.
func TestFanoutLevel(t *testing.T) {
	v := new(logbook.LevelVar)
	v.Set(logbook.LevelError)
	s := &sink{Options: logbook.Options{Level: v}}
	h := handlers.NewFanout(s, &sink{Options: logbook.Options{Level: logbook.LevelCritical}})
	bound(t, func() {
		log.Info("a")
		v.Set(logbook.LevelInfo)
		log.Info("b")
	}, h)
	s.expect(t, "b")
}

func TestFanoutBatch(t *testing.T) {
	a, b := new(sink), failsWith(errRefused)
	errs := failures(func() {
		logbook.InGoroutine(func() { log.Info("1"); log.Info("2") }, handlers.NewGroup(handlers.NewFanout(b, a)))
	})
	a.expect(t, "group[1 2]")
	b.expect(t, "group[1 2]")
	if len(errs) != 1 || !errors.Is(errs[0], errRefused) {
		t.Errorf("got %v", errs)
	}
}

func TestFanoutLifecycle(t *testing.T) {
	a, b := new(counted), new(counted)
	h := handlers.NewFanout(a, b, a)
	h.Unbound()
	if err := errors.Join(h.Flush(t.Context()), h.Close(t.Context())); err != nil {
		t.Error(err)
	}
	for _, c := range []*counted{a, b} {
		if c.calls != (calls{flushed: 1, closed: 1, unbound: 1}) {
			t.Errorf("%+v", c.calls)
		}
	}
}

func TestFallback(t *testing.T) {
	for _, c := range []struct {
		name  string
		first *sink
		want  []string // calls of the second handler
		below []string
		stats string
		last  string
	}{
		{"works", new(sink), nil, nil, "handled 1", ""},
		{"passes on", failsWith(logbook.ErrPass), nil, []string{"a"}, "none", ""},
		{"fails", failsWith(errRefused), []string{"a"}, nil, "handled 1, failures 1", "refused"},
		{"panics", panics(errRefused), []string{"a"}, nil, "handled 1, failures 1", "panic: refused"},
	} {
		second, below := new(sink), new(sink)
		h := handlers.NewFallback(c.first, second)
		bound(t, func() { log.Info("a") }, below, h)
		if !slices.Equal(second.got(), c.want) || !slices.Equal(below.got(), c.below) {
			t.Errorf("%s: the second one got %q, the one below %q", c.name, second.got(), below.got())
		}
		if h.Stats().String() != c.stats || h.LastError() != c.last {
			t.Errorf("%s: %+v", c.name, h.Stats())
		}
	}
}

// A record that neither handler takes is reported, with both errors.
func TestFallbackBothFail(t *testing.T) {
	for _, c := range []struct {
		name   string
		second logbook.Handler
		is     error
	}{
		{"fails", failsWith(errDiskFull), errDiskFull},
		{"panics", panics(errDiskFull), errDiskFull},
		{"passes on", failsWith(logbook.ErrPass), errRefused},
		{"declines the level", &sink{Options: logbook.Options{Level: logbook.LevelError}}, errRefused},
		{"declines", &sink{Options: logbook.Options{Filter: func(*logbook.Record) bool { return false }}}, errRefused},
	} {
		h := handlers.NewFallback(failsWith(errRefused), c.second)
		errs := failures(func() { log.Info("a") }, h)
		if len(errs) != 1 || !errors.Is(errs[0], errRefused) || !errors.Is(errs[0], c.is) {
			t.Errorf("%s: got %v", c.name, errs)
		}
		if stats := h.Stats(); stats.Count("failures") != 1 || stats.Dropped != 1 {
			t.Errorf("%s: %+v", c.name, stats)
		}
	}
}

// A Fallback as second handler.
func TestFallbackOfFallbacks(t *testing.T) {
	last := new(sink)
	h := handlers.NewFallback(failsWith(errRefused), handlers.NewFallback(failsWith(errDiskFull), last))
	bound(t, func() { log.Info("a") }, h)
	last.expect(t, "a")
}

func TestFallbackBinding(t *testing.T) {
	below := new(sink)
	first := &sink{Options: logbook.Options{Level: logbook.LevelInfo, Bubble: true}}
	bound(t, func() { log.Debug("low"); log.Info("a") }, below, handlers.NewFallback(first, new(sink)))
	first.expect(t, "a")
	below.expect(t, "low", "a")
}

// single hides a HandleBatch.
func single(h logbook.Handler) logbook.Handler { return logbook.Wrapper{Handler: h} }

func TestFallbackBatch(t *testing.T) {
	second := new(sink)
	h := handlers.NewFallback(leaves(2, errRefused), second)
	bound(t, func() { log.Info("a"); log.Info("b") }, handlers.NewGroup(h))
	second.expect(t, "group[a b]")
	if stats := h.Stats(); stats.Count("failures") != 2 || stats.Dropped != 0 {
		t.Errorf("%+v", stats)
	}

	// Without HandleBatch, only the records that the first handler fails with go to the
	// second one.
	first, n := new(sink), 0
	first.err = func() error {
		if n++; n == 2 {
			return errRefused
		}
		return nil
	}
	second = new(sink)
	h = handlers.NewFallback(single(first), second)
	bound(t, func() { log.Info("a"); log.Info("b"); log.Info("c") }, handlers.NewGroup(h))
	second.expect(t, "b")

	h = handlers.NewFallback(leaves(3, errRefused), leaves(1, errDiskFull))
	group := handlers.NewGroup(h)
	errs := failures(func() {
		logbook.InGoroutine(func() { log.Info("a"); log.Info("b") }, group)
	})
	if stats := h.Stats(); stats.Handled != 1 || group.Stats().Dropped != 1 || len(errs) != 1 || !errors.Is(errs[0], errDiskFull) {
		t.Errorf("%+v, %v", stats, errs)
	}
}

func TestFallbackLifecycle(t *testing.T) {
	a, b := new(counted), new(counted)
	h := handlers.NewFallback(a, b)
	h.Unbound()
	if err := errors.Join(h.Flush(t.Context()), h.Close(t.Context())); err != nil {
		t.Error(err)
	}
	for _, c := range []*counted{a, b} {
		if c.calls != (calls{flushed: 1, closed: 1, unbound: 1}) {
			t.Errorf("%+v", c.calls)
		}
	}
}

func TestFallbackWithoutHandlers(t *testing.T) {
	s := new(sink)
	bound(t, func() { log.Info("a") }, handlers.NewFallback(nil, s))
	s.expect(t, "a")
	if errs := failures(func() { log.Info("a") }, handlers.NewFallback(nil, nil)); len(errs) != 1 {
		t.Errorf("got %v", errs)
	}
}
