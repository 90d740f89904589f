package nats_test

import (
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/nats"
)

// BenchmarkStream sends records of some 200 bytes with five attributes through a stream of one
// server on this machine, in files, without fsync as by default, and with one for each message.
func BenchmarkStream(b *testing.B) {
	for name, syncAlways := range map[string]bool{"default": false, "sync_always": true} {
		address := start(b, func(o *server.Options) { o.SyncAlways = syncAlways })
		large := &nats.StreamOptions{MaxBytes: 1 << 30}
		h := newHandler(b, address, nats.HandlerOptions{Create: large, Overflow: queues.Block})
		s := newSubscriber(b, address, nats.SubscriberOptions{Create: large})
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			logbook.InGoroutine(func() {
				log := logbook.New("app")
				for i := range b.N {
					log.Info("request served with a text of some length, as is usual in an access log", "path", "/index.html", "status", 200, "bytes", 12345, "number", i, "agent", "curl/8.5.0")
				}
			}, h)
			flush(b, h)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acked/s")
			for n := 0; n < b.N; {
				d := receive(b, s)
				n += len(d.Records)
				d.Done(nil)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "received/s")
		})
		if err := s.Close(within(b)); err != nil {
			b.Error(err)
		}
	}
}
