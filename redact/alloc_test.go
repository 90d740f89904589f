//go:build !race && !logbook_poison

package redact_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/redact"
)

// A record without secrets costs no allocation.
func TestRedactionAllocatesNothing(t *testing.T) {
	for name, o := range map[string]*redact.Options{"keys": nil, "text": fromText} {
		defer logbook.PushGoroutine(logbook.Null{}, redact.New(o), discard())()
		for range 100 { // fills pools, buffers and caches
			logFields()
		}
		if n := testing.AllocsPerRun(1000, logFields); n != 0 {
			t.Errorf("%s: %v allocations a record", name, n)
		}
	}
}

// A value of a type that cannot contain secrets is not inspected.
func TestRedactionAllocatesNothingForHarmlessTypes(t *testing.T) {
	type row struct {
		ID    int
		Name  string
		Tags  []string
		Since time.Time
		Next  *row
	}
	r := logbook.NewRecord(logbook.RecordData{Message: "m", Attrs: []slog.Attr{
		slog.Any("row", &row{Tags: []string{"a"}}), slog.Any("rows", []row{{ID: 1}, {ID: 2}}), slog.Any("ids", []int{1, 2}),
	}})
	process := redact.New(nil)
	if n := testing.AllocsPerRun(10, func() { process(r) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Each key is compared with the patterns once, however many there are.
func TestRedactionAllocatesNothingForKnownKeys(t *testing.T) {
	var attrs []slog.Attr
	for i := range 200 {
		attrs = append(attrs, slog.Int(fmt.Sprint("a longer key, number ", i), i))
	}
	r := logbook.NewRecord(logbook.RecordData{Message: "m", Attrs: attrs})
	process := redact.New(nil)
	if n := testing.AllocsPerRun(10, func() { process(r) }); n != 0 {
		t.Errorf("200 known keys cost %v allocations", n)
	}
}
