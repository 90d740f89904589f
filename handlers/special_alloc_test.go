//go:build !race && !logbook_poison

package handlers_test

import (
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// A repeated record, a suppressed one and one that is passed on cost no allocation.
func TestSpecialHandlersDoNotAllocate(t *testing.T) {
	for name, items := range map[string]logbook.Setup{
		"Dedup":    {handlers.NewDedup(discard(), nil)},
		"Limit":    {handlers.NewLimit(discard(), nil)},
		"Sample":   {handlers.NewSample(discard(), &handlers.SampleOptions{First: 1})},
		"Fanout":   {handlers.NewFanout(discard(), discard())},
		"Fallback": {handlers.NewFallback(discard(), discard())},
	} {
		bound(t, func() {
			for range 100 { // fills pools, buffers and caches
				logFields()
			}
			if n := testing.AllocsPerRun(1000, logFields); n != 0 {
				t.Errorf("%s allocates %v times a record", name, n)
			}
		}, items)
	}
}
