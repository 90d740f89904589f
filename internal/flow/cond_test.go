package flow_test

import (
	"context"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/internal/flow"
)

// Many goroutines hand over numbers, none of which is lost or seen twice.
func TestCond(t *testing.T) {
	const each, workers = 1000, 4
	var c flow.Cond
	var queue []int
	seen := make(map[int]bool)
	var running sync.WaitGroup
	for w := range workers {
		running.Go(func() {
			for i := range each {
				c.Wait(t.Context(), func() bool { return len(queue) < 3 })
				c.Change(func() { queue = append(queue, w*each+i) })
			}
		})
		running.Go(func() {
			for range each {
				c.Wait(t.Context(), func() bool {
					if len(queue) == 0 {
						return false
					}
					if seen[queue[0]] {
						t.Errorf("%d twice", queue[0])
					}
					seen[queue[0]] = true
					queue = queue[1:]
					return true
				})
				c.Change(func() {})
			}
		})
	}
	running.Wait()
	c.Look(func() {
		if len(seen) != each*workers || len(queue) != 0 {
			t.Errorf("%d seen, %d left", len(seen), len(queue))
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if c.Wait(ctx, func() bool { return false }) {
		t.Error("Wait returned true")
	}
}
