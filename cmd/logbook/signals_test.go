package main

import (
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// A second signal within a second is the first one again; after that, the next one ends the
// program.
func TestFirstSignal(t *testing.T) {
	for _, again := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			signals, restored := make(chan os.Signal, 1), time.Time{}
			start := time.Now()
			first := firstSignal(signals, func() { restored = time.Now() })
			signals <- os.Interrupt
			if s := <-first; s != os.Interrupt {
				t.Errorf("got %v", s)
			}
			if again {
				signals <- os.Interrupt
				signals <- os.Interrupt
			}
			time.Sleep(sameSignal - time.Nanosecond)
			if synctest.Wait(); !restored.IsZero() || len(signals) > 0 {
				t.Errorf("restored after %v, %d signals not taken", restored.Sub(start), len(signals))
			}
			time.Sleep(time.Nanosecond)
			if synctest.Wait(); restored.Sub(start) != sameSignal {
				t.Errorf("restored after %v", restored.Sub(start))
			}
		})
	}
	synctest.Test(t, func(*testing.T) { // the goroutine ends
		signals := make(chan os.Signal, 1)
		first := firstSignal(signals, func() {})
		signals <- os.Interrupt
		<-first
		close(signals)
	})
}
