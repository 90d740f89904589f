//go:build !race && !logbook_poison

package handlers_test

import (
	"fmt"
	"log/slog"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// A record that was there before, one that is held back, one that is handed on, and one
// in which nothing is secret cost no allocation.
func TestSpecialHandlersDoNotAllocate(t *testing.T) {
	for name, items := range map[string]logbook.Setup{
		"Dedup":          {handlers.NewDedup(discard(), nil)},
		"Limit":          {handlers.NewLimit(discard(), nil)},
		"Sample":         {handlers.NewSample(discard(), &handlers.SampleOptions{First: 1})},
		"Fanout":         {handlers.NewFanout(discard(), discard())},
		"Fallback":       {handlers.NewFallback(discard(), discard())},
		"Redactor":       {handlers.NewRedactor(nil), discard()},
		"Redactor, text": {handlers.NewRedactor(fromText), discard()},
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

// However many keys a program has, each is compared with the patterns once.
func TestRedactorAllocatesNothingForKnownKeys(t *testing.T) {
	var attrs []slog.Attr
	for i := range 200 {
		attrs = append(attrs, slog.Int(fmt.Sprint("a longer key, number ", i), i))
	}
	r := logbook.NewRecord(logbook.RecordData{Message: "m", Attrs: attrs})
	redact := handlers.NewRedactor(nil)
	if n := testing.AllocsPerRun(10, func() { redact(r) }); n != 0 {
		t.Errorf("200 known keys cost %v allocations", n)
	}
}
