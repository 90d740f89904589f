//go:build !race && !logbook_poison

package queues_test

import (
	"testing"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// A record goes through the queue and back to the pool without an allocation. The inner
// handler blocks, so that its goroutine allocates nothing meanwhile.
func TestBackgroundAllocs(t *testing.T) {
	s := &sink{gate: make(chan struct{})}
	bg := queues.NewBackground(s, &queues.BackgroundOptions{MaxRecords: 100, Overflow: queues.DropOldest})
	defer logbook.PushApplication(bg)()
	log := func() { logbook.Info("request served") }
	for range 300 {
		log()
	}
	if n := testing.AllocsPerRun(1000, log); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
	close(s.gate)
	try(t, bg.Close(t.Context()))
}
