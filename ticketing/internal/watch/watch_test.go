package watch

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/logbook-go/logbook/logbook"
)

// Poll runs while there is a watcher, once for all of them.
func TestPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		polling, polls := 0, 0
		w := &Watchers{Poll: func(ctx context.Context) {
			polling++
			polls++
			<-ctx.Done()
			polling--
		}}
		check := func(wantPolling, wantPolls int) {
			t.Helper()
			synctest.Wait()
			if polling != wantPolling || polls != wantPolls {
				t.Fatalf("%d are polling after %d polls, want %d and %d", polling, polls, wantPolling, wantPolls)
			}
		}
		watch := func() (<-chan struct{}, context.CancelFunc) {
			ctx, cancel := context.WithCancel(t.Context())
			c, err := w.Watch(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return c, cancel
		}
		w.Notify()
		check(0, 0)
		a, stopA := watch()
		b, stopB := watch()
		check(1, 1)
		w.Notify()
		w.Notify()
		if len(a) != 1 || len(b) != 1 {
			t.Errorf("%d and %d values wait", len(a), len(b))
		}
		stopA()
		check(1, 1)
		<-a
		if _, open := <-a; open {
			t.Error("the channel is open after its context")
		}
		stopB()
		check(0, 1)
		c, stopC := watch()
		check(1, 2)
		w.Close()
		if _, open := <-c; open || polling != 0 {
			t.Errorf("after Close, the channel is open: %v; %d are polling", open, polling)
		}
		stopC()
		if _, err := w.Watch(t.Context()); !errors.Is(err, logbook.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		w.Close()
	})
}
