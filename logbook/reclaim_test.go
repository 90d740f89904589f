package logbook

import (
	"runtime"
	"sync"
	"testing"
)

// What ended goroutines left bound is reclaimed: the table holds few of them, and
// the floors know none of what was dropped.
func TestForgottenBindingsAreReclaimed(t *testing.T) {
	for i := 0; i < 1_000_000 && goroutines.Len() != 0; i++ {
		runtime.Gosched() // what other tests bound by Go is taken off a moment after they have ended
	}
	if n := goroutines.Len(); n != 0 {
		t.Fatalf("%d goroutines have something bound before", n)
	}
	const forgotten = 2500
	h := HandlerFunc(func(*Record) error { return nil }, &Options{Level: LevelTrace})
	before := runtime.NumGoroutine()
	for range forgotten / 100 {
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() { PushGoroutine(h) })
		}
		wg.Wait()
		for runtime.NumGoroutine() > before { // Done is called a moment before the end
			runtime.Gosched()
		}
	}
	undo := PushGoroutine(h)
	defer undo()
	if n := goroutines.Len(); n == 0 || n > 1024+100 {
		t.Errorf("the table holds %d goroutines after %d have ended", n, forgotten)
	}
	demand.mu.Lock()
	counted := demand.goroutines.count[int(LevelTrace)+128]
	demand.mu.Unlock()
	if n := goroutines.Len(); counted != n {
		t.Errorf("%d bindings are counted, the table holds %d", counted, n)
	}
	// Push until the table looks again: then only this goroutine is left.
	for range 2048 {
		var wg sync.WaitGroup
		wg.Go(func() { PushGoroutine(h) })
		wg.Wait()
	}
	undo()
	var list []*goroutineStack
	for id := range uint64(1 << 20) {
		if g, ok := goroutines.Load(id); ok {
			list = append(list, g)
			goroutines.Delete(id, g)
		}
	}
	for _, g := range list {
		g.reclaim()
	}
	demand.mu.Lock()
	defer demand.mu.Unlock()
	if demand.goroutines.lowest != levelNone {
		t.Errorf("the lowest level that a goroutine wants is %d after all are gone", demand.goroutines.lowest)
	}
}

// A binding to a context that has ended slows no call any more.
func TestEndedScopesAreNotCounted(t *testing.T) {
	before := demand.contexts.count
	h := HandlerFunc(func(*Record) error { return nil }, &Options{Level: LevelDebug})
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

// Everything that the other tests of this package bound was taken off.
func TestNothingIsLeftInTheTable(t *testing.T) {
	if n := goroutines.Len(); n != 0 {
		t.Errorf("%d goroutines have something bound", n)
	}
	demand.mu.Lock()
	defer demand.mu.Unlock()
	for i, n := range demand.goroutines.count {
		if n != 0 {
			t.Errorf("%d goroutine bindings of level %d are counted", n, i-128)
		}
	}
}
