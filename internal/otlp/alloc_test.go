//go:build !race

package otlp_test

import (
	"testing"

	"github.com/logbook-go/logbook/internal/otlp"
)

// Encoding ordinary records does not allocate, and decoding them three times for each: the
// text, the record, and its attributes.
func TestAllocs(t *testing.T) {
	rs := ordinary(100)
	var e otlp.Encoder
	body := e.AppendRequest(nil, rs, nil)
	if n := testing.AllocsPerRun(20, func() { body = e.AppendRequest(body[:0], rs, nil) }); n > 0 {
		t.Errorf("encoding: %v allocations", n)
	}
	if n := testing.AllocsPerRun(20, func() { _, _ = otlp.CountRecords(body) }); n > 0 {
		t.Errorf("counting: %v allocations", n)
	}
	const more = 1 // for the caller
	if n := testing.AllocsPerRun(20, func() { _, _ = otlp.DecodeRequest(body) }); n > (3+more)*100+40 {
		t.Errorf("decoding: %v allocations", n)
	}
}
