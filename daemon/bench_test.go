package daemon_test

import (
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/logbook-go/logbook/daemon"
)

// BenchmarkAnswer measures 100 clients at once, while 100 others are silent, 100 have sent half
// a message, and one sends a message of 1 MiB. slowest-ms is the longest time of a client, in
// any of the rounds, and should stay below 50.
func BenchmarkAnswer(b *testing.B) {
	s := start(b, daemon.Options{Commands: []daemon.Command{alarmLike()}, Silence: -1})
	for i := range 200 {
		c := s.dial(b)
		if i%2 == 0 {
			if _, err := io.WriteString(c, "alarm --message {half"); err != nil {
				b.Fatal(err)
			}
		}
	}
	long := "alarm --message {" + strings.Repeat("x", 1<<20-100) + "}\n"
	var mu sync.Mutex
	var slowest time.Duration
	for b.Loop() {
		var wg sync.WaitGroup
		wg.Go(func() { s.say(b, long) })
		for range 100 {
			wg.Go(func() {
				begun := time.Now()
				s.say(b, "alarm --n 2\n")
				mu.Lock()
				slowest = max(slowest, time.Since(begun))
				mu.Unlock()
			})
		}
		wg.Wait()
	}
	b.ReportMetric(float64(slowest)/1e6, "slowest-ms")
}
