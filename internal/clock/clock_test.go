package clock

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Now lies between two calls of time.Now, within the skew of a reading.
func TestNowIsTheTime(t *testing.T) {
	for range 200_000 {
		before := time.Now().Round(0)
		got := Now().Round(0)
		after := time.Now().Round(0)
		if got.Before(before.Add(-skew)) || got.After(after.Add(skew)) {
			t.Fatalf("%v is not between %v and %v", got, before, after)
		}
	}
}

func TestNowIsLocal(t *testing.T) {
	Now()
	if loc := Now().Location(); loc != time.Local {
		t.Error(loc)
	}
}

func TestBubbles(t *testing.T) {
	check := func(t *testing.T) {
		for range 5 {
			if got, want := Now(), time.Now(); !got.Equal(want) {
				t.Errorf("%v, the bubble has %v", got, want)
			}
			time.Sleep(3 * time.Millisecond) // of the bubble's time
		}
	}
	for range 3 {
		Now()
		synctest.Test(t, check)
		if d := time.Since(Now()); d < 0 || d > time.Minute {
			t.Fatalf("after a bubble the time is %v off", d)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10_000 {
				if d := time.Since(Now()); d < -window || d > time.Minute {
					t.Error(d)
					return
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkNow(b *testing.B) {
	for b.Loop() {
		Now()
	}
}

func BenchmarkTimeNow(b *testing.B) {
	for b.Loop() {
		time.Now()
	}
}
