package logbook_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// A slot keeps its place while its content changes, on all stacks.
func TestSlot(t *testing.T) {
	each(t, func(t *testing.T, b binding) {
		withoutDefault(t)
		below, above := new(recorder), &recorder{Options: logbook.Options{Filter: func(r *logbook.Record) bool {
			return r.Level() == logbook.LevelError
		}}}
		first, second := &unboundRecorder{}, new(recorder)
		first.Level = logbook.LevelInfo
		slot := logbook.NewSlot(first)
		undo, log := b.bind(t, below, slot, above)
		all := func(msg string) {
			log(logbook.Default(), logbook.LevelDebug, msg+" debug")
			log(logbook.Default(), logbook.LevelInfo, msg+" info")
			log(logbook.Default(), logbook.LevelError, msg+" error")
		}
		all("1")
		old := slot.Set(logbook.Setup{second, logbook.Attrs("a", 1)})
		if !slices.Equal(old, []logbook.Bindable{first}) || first.unbound != 1 {
			t.Errorf("Set returned %v, unbound %d times", old, first.unbound)
		}
		all("2")
		slot.Set()
		all("3")
		slot.Set(first)
		undo()
		if first.unbound != 2 {
			t.Errorf("unbound %d times", first.unbound)
		}
		all("4")
		first.want(t, "1 info")
		second.want(t, "2 debug", "2 info")
		below.want(t, "1 debug", "3 debug", "3 info")
		above.want(t, "1 error", "2 error", "3 error")
		if second.last(t).Text("a") != "1" {
			t.Error("the slot's processor did not run")
		}
	})
}

// The slot does not keep the caller's slice.
func TestSlotKeepsItsContent(t *testing.T) {
	withoutDefault(t)
	h, other := new(recorder), new(recorder)
	items := []logbook.Bindable{h}
	slot := logbook.NewSlot(items...)
	defer logbook.PushGoroutine(slot)()
	items[0] = other
	logbook.PushApplication()() // compiles the stack again
	logbook.Info("1")
	items[0] = h
	slot.Set(items...)
	items[0] = other
	logbook.PushApplication()()
	logbook.Info("2")
	h.want(t, "1", "2")
}

// Every record meets the old content or the new, never both and never none.
func TestSlotUnderLoad(t *testing.T) {
	withoutDefault(t)
	old, next := &counter{want: "m"}, &counter{want: "m"}
	slot := logbook.NewSlot(old)
	defer logbook.PushApplication(slot)()
	var wg sync.WaitGroup
	const workers, calls = 4, 500
	for range workers {
		wg.Go(func() {
			for range calls {
				logbook.Info("m")
			}
		})
	}
	for i := range 50 {
		slot.Set([]logbook.Bindable{old, next}[i%2])
	}
	wg.Wait()
	if got := old.own.Load() + next.own.Load(); got != workers*calls {
		t.Errorf("%d of %d records arrived", got, workers*calls)
	}
}

func TestZeroSlot(t *testing.T) {
	h := record(t, new(logbook.Slot), (*logbook.Slot)(nil))
	logbook.Info("m")
	h.want(t, "m")
}
