package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// An argument or an inner handler that logs causes no deadlock.
func TestFingersCrossedReentrance(t *testing.T) {
	for _, c := range []struct {
		name  string
		reset bool
		want  []string
	}{
		{"once", false, []string{"escalation[inner outer asked]", "after"}},
		{"with reset", true, []string{"escalation[inner outer asked]", "escalation[after]"}},
	} {
		s := new(sink)
		s.on = func() { s.on = nil; log.Info("from inside") }
		h := handlers.NewFingersCrossed(s, &handlers.FingersCrossedOptions{Reset: c.reset})
		errs := failures(func() {
			log.Error("outer {a}", "a", &ask{func() { log.Info("inner") }})
			if c.reset {
				log.Error("after")
			} else {
				log.Info("after")
			}
		}, h)
		s.expect(t, c.want...)
		declined(t, errs, "from inside")
	}
}

// A trigger that arrives while a batch is handed over gets a batch of its own.
func TestFingersCrossedTriggerDuringEscalation(t *testing.T) {
	s := new(sink)
	s.on = func() {
		s.on = nil
		elsewhere(func() { log.Info("b"); log.Error("c"); log.Info("d") })
	}
	h := handlers.NewFingersCrossed(s, &handlers.FingersCrossedOptions{Reset: true})
	bound(t, func() {
		log.Error("a")
		s.expect(t, "escalation[a]", "escalation[b c]")
		if stats := h.Stats().String(); stats != "handled 3, held 1, triggers 2" {
			t.Errorf("%+v", stats)
		}
	}, h)
}

// Records that arrive while a batch is handed over are handed over too, even if the
// handler is unbound meanwhile.
func TestFingersCrossedUnboundDuringEscalation(t *testing.T) {
	s := new(sink)
	h := handlers.NewFingersCrossed(s, nil)
	s.on = func() { s.on = nil; elsewhere(func() { log.Info("b") }); h.Unbound() }
	bound(t, func() { log.Error("a") }, h)
	s.expect(t, "escalation[a]", "b")
}

// A handler that ends its goroutine, as a failing test does, leaves nothing
// locked.
func TestFingersCrossedGoexitDuringEscalation(t *testing.T) {
	s := new(sink)
	h := handlers.NewFingersCrossed(s, nil)
	s.on = func() { s.on = nil; runtime.Goexit() }
	var wg sync.WaitGroup
	wg.Go(func() { _ = h.Handle(logbook.NewRecord(logbook.RecordData{Level: logbook.LevelError, Message: "a"})) })
	wg.Wait()
	bound(t, func() { log.Error("b"); log.Info("c") }, h)
	s.expect(t, "escalation[a]", "escalation[b]", "c")
}

// Many goroutines: nothing is lost, and each goroutine's records keep their order. The
// buffer is far smaller than the number of records that arrive during the handover.
func TestFingersCrossedConcurrently(t *testing.T) {
	for _, reset := range []bool{false, true} {
		const goroutines, each = 8, 500
		var mu sync.Mutex
		next := make([]int, goroutines)
		inner := logbook.NewHandler(func(r *logbook.Record) error {
			g, _ := r.Lookup("g")
			i, _ := r.Lookup("i")
			mu.Lock()
			defer mu.Unlock()
			if next[g.Int64()] != int(i.Int64()) {
				return fmt.Errorf("record %d of goroutine %d, want %d", i.Int64(), g.Int64(), next[g.Int64()])
			}
			next[g.Int64()]++
			return nil
		}, nil)
		o := &handlers.FingersCrossedOptions{Reset: reset, MaxRecords: 200}
		if reset {
			o.MaxRecords = goroutines * each // with Reset the buffer may drop records
		}
		h := handlers.NewFingersCrossed(inner, o)
		var wg sync.WaitGroup
		for g := range goroutines {
			wg.Go(func() {
				defer logbook.PushGoroutine(raise(t), logbook.NewHandler(h.Handle, nil))()
				for i := range each {
					level := logbook.LevelInfo
					if i == 20 || i == each-1 {
						level = logbook.LevelError
					}
					log.Log(context.Background(), level, "m", "g", g, "i", i)
				}
			})
		}
		wg.Wait()
		for g, n := range next {
			if n != each {
				t.Errorf("reset %v: goroutine %d has %d records, want %d", reset, g, n, each)
			}
		}
		if stats := h.Stats(); stats.Held != 0 || stats.Dropped != 0 {
			t.Errorf("reset %v: %+v", reset, stats)
		}
	}
}

// Records that arrive while the buffer is full and a batch is handed over wait for up to
// a second; if they are dropped after that, a record reports it.
func TestFingersCrossedFullDuringEscalation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(sink)
		blocked := make(chan struct{})
		s.on = func() {
			if len(s.got()) == 1 {
				<-blocked
			}
		}
		h := handlers.NewFingersCrossed(s, &handlers.FingersCrossedOptions{MaxRecords: 2})
		// The handler does not distinguish goroutines, so it is called directly.
		record := func(level logbook.Level, m string) *logbook.Record {
			return logbook.NewRecord(logbook.RecordData{Level: level, Channel: "c", Message: m})
		}
		go h.Handle(record(logbook.LevelError, "trigger"))
		synctest.Wait()
		start := time.Now()
		for _, m := range []string{"1", "2", "3"} {
			if err := h.Handle(record(logbook.LevelInfo, m)); err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("3 records into room for 2 took %v, want 1s", took)
		}
		waiting := make(chan error)
		go func() { waiting <- h.Handle(record(logbook.LevelInfo, "4")) }()
		synctest.Wait()
		close(blocked)
		if err := <-waiting; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		s.expect(t, "escalation[trigger]", "1 record dropped", "2", "3", "4")
		if stats := h.Stats().String(); stats != "handled 4, dropped 1, triggers 1" {
			t.Errorf("%+v", stats)
		}
	})
}

// With Reset, debug records that come while a batch is handed over do not drop a waiting
// trigger.
func TestFingersCrossedKeepsATriggerThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := &blocking{release: make(chan struct{})}
		h := handlers.NewFingersCrossed(inner, &handlers.FingersCrossedOptions{MaxRecords: 2, Reset: true})
		take := func(level logbook.Level, m string) {
			if err := h.Handle(logbook.NewRecord(logbook.RecordData{Level: level, Message: m})); err != nil {
				t.Error(err)
			}
		}
		go take(logbook.LevelError, "a")
		synctest.Wait()
		for _, m := range []string{"x", "y", "before b"} { // no trigger waits: the oldest one is dropped
			take(logbook.LevelInfo, m)
		}
		take(logbook.LevelError, "b")
		start := time.Now()
		go func() {
			time.Sleep(time.Second / 2) // the bubble's clock
			close(inner.release)
		}()
		take(logbook.LevelInfo, "after b")
		if took := time.Since(start); took != time.Second/2 {
			t.Errorf("waited for %v", took)
		}
		synctest.Wait()
		inner.expect(t, "escalation[a]", "escalation[2 records dropped before b b]")
		if stats := h.Stats().String(); stats != "handled 3, dropped 2, held 1, triggers 2" {
			t.Errorf("%+v", stats)
		}
	})
}

// Close waits for the handover until its context ends. After it records are refused, and
// the factory is not called.
func TestFingersCrossedClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := &blocking{release: make(chan struct{})}
		h := handlers.NewFingersCrossed(inner, &handlers.FingersCrossedOptions{Reset: true})
		record := func() *logbook.Record {
			return logbook.NewRecord(logbook.RecordData{Level: logbook.LevelError, Message: "a"})
		}
		go h.Handle(record())
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if err := h.Close(ctx); err != nil || time.Since(start) != time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		closed := make(chan error)
		go func() { closed <- h.Close(context.Background()) }()
		synctest.Wait()
		select {
		case err := <-closed:
			t.Fatalf("Close returned %v during the handover", err)
		default:
		}
		close(inner.release)
		if err := <-closed; err != nil {
			t.Error(err)
		}
		if err := h.Handle(record()); !errors.Is(err, logbook.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		inner.expect(t, "escalation[a]")
		if n := h.Stats().Held; n != 0 {
			t.Errorf("%d records are kept", n)
		}
	})
	h := handlers.NewFingersCrossed(nil, &handlers.FingersCrossedOptions{
		Factory: func(*logbook.Record, []*logbook.Record) (logbook.Handler, error) {
			t.Error("a handler is made that nobody closes")
			return new(sink), nil
		},
	})
	if err := h.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if errs := failures(func() { log.Error("late") }, h); len(errs) != 1 || !errors.Is(errs[0], logbook.ErrClosed) {
		t.Errorf("after Close: %v", errs)
	}
}

// The call that triggers takes no longer than handing over the kept records, however fast
// others log meanwhile; no record is lost or reordered.
func TestFingersCrossedTriggerReturns(t *testing.T) {
	const (
		kept       = 50
		goroutines = 8
		took       = time.Millisecond // by the inner handler, for a record
	)
	for _, reset := range []bool{false, true} {
		t.Run(fmt.Sprintf("reset %v", reset), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				turn := make(chan struct{}, 1) // not a mutex: a goroutine that waits for one would stop the bubble's clock
				var next [goroutines + 1]int
				inner := logbook.NewHandler(func(r *logbook.Record) error {
					g, _ := r.Lookup("g")
					i, _ := r.Lookup("i")
					turn <- struct{}{}
					defer func() { <-turn }()
					time.Sleep(took) // the bubble's clock
					if i.Int64() != int64(next[g.Int64()]) {
						t.Errorf("goroutine %d: record %d, want %d", g.Int64(), i.Int64(), next[g.Int64()])
					}
					next[g.Int64()]++
					return nil
				}, nil)
				h := handlers.NewFingersCrossed(inner, &handlers.FingersCrossedOptions{Reset: reset})
				take := func(level logbook.Level, g, i int) {
					r := logbook.NewRecord(logbook.RecordData{Level: level, Attrs: []slog.Attr{slog.Int("g", g), slog.Int("i", i)}})
					if err := h.Handle(r); err != nil {
						t.Error(err)
					}
				}
				for i := range kept - 1 {
					take(logbook.LevelInfo, 0, i)
				}
				level := logbook.LevelInfo
				if reset {
					level = logbook.LevelError
				}
				stop := make(chan struct{})
				var made [goroutines + 1]int
				made[0] = kept
				var wg sync.WaitGroup
				for g := 1; g <= goroutines; g++ {
					wg.Go(func() {
						for {
							select {
							case <-stop:
								return
							default:
							}
							time.Sleep(took/10 + time.Duration(g)) // after the trigger, each at a different time
							take(level, g, made[g])
							made[g]++
						}
					})
				}
				start := time.Now()
				take(logbook.LevelError, 0, kept-1)
				if d := time.Since(start); d > (kept+20)*took {
					t.Errorf("the trigger's call took %v", d)
				}
				close(stop)
				wg.Wait()
				if err := h.Flush(t.Context()); err != nil {
					t.Error(err)
				}
				if next != made {
					t.Errorf("handed over %v, want %v", next, made)
				}
				if stats := h.Stats(); stats.Held != 0 || stats.Dropped != 0 {
					t.Errorf("%+v", stats)
				}
			})
		})
	}
}

// Failures of the goroutine that hands over after the trigger's call go to the error
// flag. Flush and Close wait for it, and report the records that remain.
func TestFingersCrossedBackgroundHandover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := &blocking{release: make(chan struct{})}
		failed := 0
		h := handlers.NewFingersCrossed(inner, nil)
		take := func(level logbook.Level, m string) {
			_ = h.Handle(logbook.NewRecord(logbook.RecordData{Level: level, Message: m}))
		}
		defer logbook.PushApplication(logbook.Flags{Errors: func(*logbook.HandlerError) { failed++ }})()
		triggered := make(chan struct{})
		go func() {
			take(logbook.LevelError, "a")
			close(triggered)
		}()
		synctest.Wait()
		for range 100 {
			take(logbook.LevelInfo, "b")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		unsent := (*logbook.UnsentError)(nil)
		if err := h.Flush(ctx); !errors.As(err, &unsent) || unsent.Records != 100 {
			t.Errorf("Flush returned %v", err)
		}
		inner.err = func() error { return errors.New("failed") }
		close(inner.release)
		<-triggered
		if err := h.Flush(t.Context()); err != nil || failed != 1 {
			t.Errorf("%v, %d failures", err, failed)
		}
	})
}
