//go:build !race && !logbook_portable

package value_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/value"
)

// Values of common types, and structs, do not allocate.
func TestAllocations(t *testing.T) {
	at, n := time.Now(), 7
	users := []benchUser{{"anna", "anna@example.com", at}, {"bob", "bob@example.com", at}}
	for _, v := range []any{
		7, "text", true, 1.5, float32(0.1), at, time.Second, []byte("bytes"), json.Number("1"), netip.MustParseAddr("::1"), &n, context.Canceled,
		[]int{1, 2}, []string{"a", "b"}, []float64{1}, []bool{true}, []time.Time{at}, []time.Duration{1}, []any{1, "a", nil, at}, []error{context.Canceled}, []uint16{1},
		map[string]any{"a": 1, "b": "c"}, map[string]string{"a": "b"}, map[string]int{"a": 1}, map[string][]string{"a": {"b"}},
		slog.IntValue(1), []slog.Attr{slog.Int("a", 1), slog.Group("g", "b", 2)},
		&users[0], users, []*benchUser{&users[0], &users[1]}, users[0], &wide{Tags: []string{"a"}}, &Node{Value: 1, Next: &Node{}, Kids: []Node{{}}},
		json.RawMessage(`{"a": 1}`), Zeroes{I: ZeroV{}},
	} {
		b := value.AppendJSON(make([]byte, 0, 4096), v)
		if n := testing.AllocsPerRun(100, func() { b = value.AppendJSON(b[:0], v) }); n != 0 {
			t.Errorf("%T: %v allocations", v, n)
		}
	}
}
