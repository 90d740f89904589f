package queues_test

import (
	"slices"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// What a log call costs that writes to a spool, in health and while the handler is down.
func BenchmarkSpool(b *testing.B) {
	for name, failure := range map[string]error{"healthy": nil, "down": &logbook.UnsentError{Records: 1 << 20}} {
		h := &discarding{failure: failure}
		for _, parallel := range []bool{false, true} {
			if parallel {
				name += "/parallel"
			}
			b.Run(name, func(b *testing.B) {
				defer logbook.PushApplication(logbook.Flags{Errors: logbook.SilentErrors})()
				s := newSpool(b, h, b.TempDir(), &queues.SpoolOptions{MaxBytes: 64 << 20, Overflow: queues.DropOldest})
				defer func() { _ = s.Close(b.Context()) }()
				defer logbook.PushApplication(s)()
				log := logbook.New("app")
				b.ReportAllocs()
				if parallel {
					b.RunParallel(func(pb *testing.PB) {
						for pb.Next() {
							log.Info("served", "path", "/x", "status", 200)
						}
					})
					return
				}
				var took []time.Duration
				for b.Loop() {
					began := time.Now()
					log.Info("served", "path", "/x", "status", 200)
					took = append(took, time.Since(began))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)*999/1000]), "p99.9-ns")
				b.ReportMetric(float64(took[len(took)/2]), "p50-ns")
			})
		}
	}
}

// discarding takes batches.
type discarding struct {
	logbook.Options
	failure error
}

func (d *discarding) Handle(*logbook.Record) error                        { return d.failure }
func (d *discarding) HandleBatch([]*logbook.Record, logbook.Reason) error { return d.failure }
