package logbook_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// A goroutine started with go inherits nothing.
func TestPlainGoInheritsNothing(t *testing.T) {
	withoutDefault(t)
	h := record(t)
	var wg sync.WaitGroup
	wg.Go(func() { logbook.Info("elsewhere") })
	wg.Wait()
	logbook.Info("here")
	h.want(t, "here")
}

// Go passes on a snapshot: later pushes and undos of the parent do not affect the
// child, and vice versa.
func TestGoInheritsASnapshot(t *testing.T) {
	withoutDefault(t)
	h, later, inChild := new(recorder), new(recorder), new(recorder)
	undo := logbook.PushGoroutine(h, logbook.Attrs("who", "parent"))
	started, proceed, done := make(chan bool), make(chan bool), make(chan bool)
	logbook.Go(func() {
		defer close(done)
		logbook.Info("1")
		close(started)
		<-proceed
		logbook.Info("2")
		undoChild := logbook.PushGoroutine(inChild)
		logbook.Info("3")
		undoChild()
		logbook.Info("4")
		undoChild = logbook.PushGoroutine(inChild)
		grandchild := make(chan bool)
		logbook.Go(func() { defer close(grandchild); logbook.Info("5") })
		<-grandchild
		undoChild()
	})
	<-started
	undo()
	undoLater := logbook.PushGoroutine(later)
	close(proceed)
	<-done
	logbook.Info("parent")
	undoLater()
	h.want(t, "1", "2", "4")
	inChild.want(t, "3", "5")
	later.want(t, "parent")
	if got := h.last(t).Text("who"); got != "parent" {
		t.Errorf("the processor was not inherited: %q", got)
	}
	if got := inChild.last(t).Text("who"); got != "parent" {
		t.Errorf("the processor was not inherited twice: %q", got)
	}
}

func TestGoWithoutBindings(t *testing.T) {
	done := make(chan bool)
	logbook.Go(func() { close(done) })
	<-done
}

func TestInGoroutine(t *testing.T) {
	withoutDefault(t)
	h := new(recorder)
	func() {
		defer func() { _ = recover() }()
		logbook.InGoroutine(func() { logbook.Info("in"); panic("out") }, h)
	}()
	logbook.Info("after")
	h.want(t, "in")
}

// A binding to a goroutine does not affect the floors after its undo.
func TestGoroutineFloors(t *testing.T) {
	withoutDefault(t)
	log := logbook.New("floors")
	levels := []logbook.Level{logbook.LevelError, logbook.LevelDebug, logbook.LevelTrace, logbook.LevelInfo, logbook.LevelDebug}
	var undos []func()
	for i, level := range levels {
		undos = append(undos, logbook.PushGoroutine(from(level)))
		if !log.Enabled(nil, level) {
			t.Errorf("push %d: %v is not enabled", i, level)
		}
	}
	for _, i := range rand.Perm(len(undos)) {
		undos[i]()
	}
	if log.Enabled(nil, logbook.LevelCritical) {
		t.Error("enabled after all was undone")
	}
}

// With many goroutines at once, each handler gets exactly its own records, and no
// binding is left.
func TestManyGoroutines(t *testing.T) {
	withoutDefault(t)
	const n, calls = 10_000, 3
	run := func() {
		var wg sync.WaitGroup
		start := make(chan struct{})
		for i := range n {
			wg.Go(func() {
				<-start
				h := &counter{want: fmt.Sprintf("goroutine %d", i)}
				bind := func(ctx context.Context) {
					for range calls {
						logbook.InfoContext(ctx, h.want)
					}
				}
				switch i % 3 {
				case 0:
					logbook.InGoroutine(func() { bind(context.Background()) }, h)
				case 1:
					logbook.InContext(context.Background(), bind, h)
				case 2:
					ctx, undo := logbook.BindScope(context.Background(), h)
					bind(ctx)
					undo()
				}
				if got := h.own.Load(); got != calls || h.foreign.Load() != 0 {
					t.Errorf("%s got %d of %d own records and %d foreign ones", h.want, got, calls, h.foreign.Load())
				}
			})
		}
		close(start)
		wg.Wait()
	}
	heap := func() int64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	goroutinesBefore := runtime.NumGoroutine()
	run() // makes the runtime allocate its memory for so many goroutines
	before := heap()
	run()
	for runtime.NumGoroutine() > goroutinesBefore {
		runtime.Gosched()
	}
	if logbook.New("fresh").Enabled(context.Background(), logbook.LevelCritical) {
		t.Error("something is still bound")
	}
	if grown := heap() - before; grown > 1<<20 { // less than one binding for each goroutine
		t.Errorf("the heap grew by %d bytes", grown)
	}
}

// Two goroutines bind around each call, at the same time.
func TestBindingAroundEachCall(t *testing.T) {
	withoutDefault(t)
	const calls = 100
	for name, call := range map[string]func(h logbook.Handler, msg string){
		"goroutine": func(h logbook.Handler, msg string) {
			logbook.InGoroutine(func() { logbook.Info(msg) }, h)
		},
		"context": func(h logbook.Handler, msg string) {
			ctx, undo := logbook.BindScope(context.Background(), h)
			defer undo()
			logbook.InfoContext(ctx, msg)
		},
		"both": func(h logbook.Handler, msg string) {
			logbook.InContext(context.Background(), func(ctx context.Context) { logbook.InfoContext(ctx, msg) }, h)
		},
	} {
		tasks := []*counter{{want: "task 1"}, {want: "task 2"}}
		var wg sync.WaitGroup
		for _, h := range tasks {
			wg.Go(func() {
				for range calls {
					call(h, h.want)
					runtime.Gosched()
				}
			})
		}
		wg.Wait()
		for _, h := range tasks {
			if h.own.Load() != calls || h.foreign.Load() != 0 {
				t.Errorf("%s: %s got %d of %d own records and %d foreign ones", name, h.want, h.own.Load(), calls, h.foreign.Load())
			}
		}
	}
}

// counter counts its own records and those of others.
type counter struct {
	logbook.Options
	want         string
	own, foreign atomic.Int64
}

func (h *counter) Handle(r *logbook.Record) error {
	if r.Message() == h.want {
		h.own.Add(1)
	} else {
		h.foreign.Add(1)
	}
	return nil
}

// Caches do not grow with pushes, and undos may come in any order.
func TestManyPushes(t *testing.T) {
	withoutDefault(t)
	handlers := make([]*recorder, 256)
	var undos []func()
	for i := range handlers {
		handlers[i] = new(recorder)
		undos = append(undos, logbook.PushGoroutine(handlers[i]))
		logbook.Info("m")
	}
	for i := len(undos) - 1; i >= 0; i-- {
		undos[i]()
		if i > 0 {
			logbook.Info("again")
		}
	}
	for i, h := range handlers {
		want := 2
		if i == len(handlers)-1 {
			want = 1
		}
		if got := len(h.messages()); got != want {
			t.Errorf("handler %d got %d records, want %d", i, got, want)
		}
	}
}

// Many goroutines push, undo and call on all stacks at once: a test for the race
// detector.
func TestStacksUnderLoad(t *testing.T) {
	withoutDefault(t)
	level := newLevelVar(logbook.LevelInfo)
	slot := logbook.NewSlot(&counter{Options: logbook.Options{Level: level, Bubble: true}})
	all := &counter{want: "m", Options: logbook.Options{Bubble: true}}
	defer logbook.PushApplication(all, slot)()
	log := logbook.New("load")
	var wg sync.WaitGroup
	const workers, rounds = 8, 100
	for i := range workers {
		wg.Go(func() {
			for range rounds {
				switch i % 4 {
				case 0:
					logbook.InContext(context.Background(), func(ctx context.Context) { log.InfoContext(ctx, "m") }, slot, logbook.Attrs("a", 1))
				case 1:
					logbook.InGoroutine(func() { log.Info("m") }, &counter{Options: logbook.Options{Bubble: true}})
					level.Set(logbook.LevelDebug)
				case 2:
					undo := logbook.PushApplication(logbook.Flags{Introspection: logbook.IntrospectionOff})
					log.With("w", 1).Info("m")
					undo()
				case 3:
					slot.Set(&counter{Options: logbook.Options{Level: level, Bubble: true}})
					log.Info("m")
				}
			}
		})
	}
	wg.Wait()
	if got := all.own.Load(); got != workers*rounds {
		t.Errorf("%d of %d records arrived", got, workers*rounds)
	}
}
