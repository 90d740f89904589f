//go:build integration

package redis_test

import (
	"testing"

	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/redis"
)

// BenchmarkList sends records over a list of a server on this machine, with acknowledgements
// and without.
func BenchmarkList(b *testing.B) {
	socket := socketPath(b)
	start(b, socket)
	for name, noAck := range map[string]bool{"acks": false, "no acks": true} {
		b.Run(name, func(b *testing.B) {
			h := newHandler(b, "unix://"+socket, &redis.HandlerOptions{Overflow: queues.Block})
			r := record("request served with a text of some length, as is usual in an access log")
			r.Set("path", "/index.html")
			r.Set("status", 200)
			b.ReportAllocs()
			for range b.N {
				handle(b, h, r)
			}
			if err := h.Flush(within(b)); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pushed/s")
			s := newSubscriber(b, "unix://"+socket, &redis.SubscriberOptions{NoAck: noAck})
			for n := 0; n < b.N; {
				d := receive(b, s)
				n += len(d.Records)
				d.Done(nil)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "received/s")
			b.StopTimer()
			closeSubscriber(b, s)
		})
	}
}
