package seen_test

import (
	"math/rand/v2"
	"testing"

	"github.com/logbook-go/logbook/ticketing/internal/seen"
)

// Numbers agrees with a map, whatever the order, through encoding and decoding.
func TestNumbers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var s seen.Numbers
	known := make(map[uint64]bool)
	high, near := uint64(0), uint64(1)
	for range 50_000 {
		switch random.IntN(1000) {
		case 0:
			near += seen.Window + random.Uint64N(3*seen.Window)
		default:
			near += random.Uint64N(3)
		}
		n := near - min(near-1, random.Uint64N(seen.Window+200))
		want := !known[n] && (high < seen.Window || n > high-seen.Window)
		if got := s.Add(n); got != want {
			t.Fatalf("%d after at most %d: got %v", n, high, got)
		}
		known[n], high = true, max(high, n)
		if random.IntN(100) == 0 {
			b, _ := s.MarshalBinary()
			s = seen.Numbers{}
			if err := s.UnmarshalBinary(b); err != nil {
				t.Fatal(err)
			}
		}
	}
	if s.UnmarshalBinary(nil) == nil {
		t.Error("read nothing")
	}
}
