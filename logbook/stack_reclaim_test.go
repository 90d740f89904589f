package logbook

import (
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/goroutine"
)

// awaitNoBindings waits until no goroutine has bindings, and none is counted. Goroutines of
// other tests that were started by Go may still end.
func awaitNoBindings(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; runtime.Gosched() {
		demand.mu.Lock()
		none := demand.goroutines.count == levelCounts{}.count
		demand.mu.Unlock()
		if none && goroutines.Len() == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d goroutines have bindings; none is counted: %t", goroutines.Len(), none)
		}
	}
}

// Bindings that ended goroutines left are reclaimed and reported once: few are left in
// the table, and the floors do not count those that were reclaimed.
func TestForgottenBindingsAreReclaimed(t *testing.T) {
	awaitNoBindings(t)
	var mu sync.Mutex
	reported := make(map[uint64]bool)
	defer PushApplication(Flags{Errors: func(e *HandlerError) {
		mu.Lock()
		defer mu.Unlock()
		var forgotten *ForgottenError
		if !errors.As(e, &forgotten) || forgotten.Pushes != 2 || reported[forgotten.Goroutine] {
			t.Errorf("unexpected report: %v", e)
			return
		}
		reported[forgotten.Goroutine] = true
	}})()
	const forgotten, wave = 10_000, 100
	h := NewHandler(func(*Record) error { return nil }, &Options{Level: LevelTrace})
	for range forgotten / wave {
		before := runtime.NumGoroutine()
		var wg sync.WaitGroup
		for range wave {
			wg.Go(func() {
				_ = PushGoroutine(h)
				_ = PushGoroutine(Attrs("a", 1))
			})
		}
		wg.Wait()
		for runtime.NumGoroutine() >= before+wave { // Done is called just before the goroutine ends
			runtime.Gosched()
		}
	}
	left := goroutines.Len()
	if left > forgotten/2 {
		t.Errorf("the table holds %d goroutines after %d have ended", left, forgotten)
	}
	if len(reported)+left != forgotten {
		t.Errorf("%d goroutines were reported and %d are left, want %d", len(reported), left, forgotten)
	}
	demand.mu.Lock()
	counted := demand.goroutines.count[int(LevelTrace)+128]
	demand.mu.Unlock()
	if counted != left {
		t.Errorf("%d bindings are counted, the table holds %d", counted, left)
	}
	for id := range goroutine.ID() + 100_000 {
		if g, ok := goroutines.Load(id); ok {
			goroutines.Delete(id, g)
			reclaim(id, g)
		}
	}
	demand.mu.Lock()
	defer demand.mu.Unlock()
	if demand.goroutines.lowest != levelNone {
		t.Errorf("the lowest level that a goroutine wants is %d after all are gone", demand.goroutines.lowest)
	}
}

// A context binding that has ended does not affect the floors.
func TestEndedScopesAreNotCounted(t *testing.T) {
	before := demand.contexts.count
	h := NewHandler(func(*Record) error { return nil }, &Options{Level: LevelDebug})
	_, end := BindScope(t.Context(), h)
	if demand.contexts.count == before {
		t.Error("a binding is not counted")
	}
	end()
	end()
	if demand.contexts.count != before {
		t.Error("a binding that has ended is counted")
	}
}

// The other tests of this package have unbound everything.
func TestNothingIsLeftInTheTable(t *testing.T) { awaitNoBindings(t) }

// The floors match the bindings, and are no lower than necessary.
func TestFloorsAreTight(t *testing.T) {
	lowest := func(counts *levelCounts) int {
		for i, n := range counts.count {
			if n != 0 {
				return i - 128
			}
		}
		return levelNone
	}
	check := func(when string) {
		t.Helper()
		demand.mu.Lock()
		defer demand.mu.Unlock()
		plain := min(application.compiled.Load().minLevel, lowest(&demand.goroutines))
		context := min(plain, lowest(&demand.contexts))
		for own := int(LevelNotSet); own <= levelNone; own++ {
			for _, c := range []struct {
				class          uint32
				plain, context int
			}{
				{classOf(own, false), max(own, plain), max(own, context)},
				{classOf(own, true), own, own},
			} {
				if !demand.inUse[c.class].Load() {
					continue
				}
				if got := int(floors[c.class]); got != c.plain {
					t.Errorf("%s: the floor of loggers at %d is %d, want %d", when, own, got, c.plain)
				}
				if got := int(contextFloors[c.class]); got != c.context {
					t.Errorf("%s: the floor of loggers at %d for contexts is %d, want %d", when, own, got, c.context)
				}
			}
		}
	}
	h := func(l Level) Handler {
		return NewHandler(func(*Record) error { return nil }, &Options{Level: l})
	}
	loggers := []*Logger{
		New("x"), NewLogger("x", &LoggerOptions{Level: LevelNotice}), NewLogger("x", &LoggerOptions{Disabled: true}),
		NewLogger("x", &LoggerOptions{Level: LevelDebug, Handlers: []Handler{h(LevelError)}}),
	}
	check("at first")
	undo := PushApplication(h(LevelError), Null{})
	check("with a black hole")
	_, end := BindScope(t.Context(), h(LevelDebug))
	check("with a context")
	pop := PushGoroutine(h(LevelInfo))
	check("with a goroutine")
	end()
	check("without the context")
	pop()
	check("without the goroutine")
	undo()
	check("at last")
	runtime.KeepAlive(loggers)
}
