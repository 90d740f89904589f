package signals

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
			signals, restored := make(chan os.Signal, 1), make(chan time.Time, 1)
			start := time.Now()
			first := firstSignal(signals, func() { restored <- time.Now() })
			signals <- os.Interrupt
			if s := <-first; s != os.Interrupt {
				t.Errorf("got %v", s)
			}
			if again {
				signals <- os.Interrupt
				signals <- os.Interrupt
			}
			time.Sleep(sameSignal - time.Nanosecond)
			if synctest.Wait(); len(restored) > 0 || len(signals) > 0 {
				t.Errorf("restored %d times, %d signals not taken", len(restored), len(signals))
			}
			if took := (<-restored).Sub(start); took != sameSignal {
				t.Errorf("restored after %v", took)
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
