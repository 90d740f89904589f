package queues_test

import (
	"io"
	"slices"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// The cost of a log call while the queue has room.
func BenchmarkBackground(b *testing.B) {
	const burst = 1000
	for name, flags := range map[string]logbook.Flags{
		"caller":    {Introspection: logbook.IntrospectionOn},
		"no caller": {Introspection: logbook.IntrospectionOff},
	} {
		b.Run(name, func(b *testing.B) {
			bg := queues.NewBackground(handlers.NewStream(io.Discard, &logbook.Options{Formatter: logbook.JSON(nil)}), nil)
			defer logbook.PushApplication(bg, flags)()
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i%burst == 0 {
					b.StopTimer()
					try(b, bg.Flush(b.Context()))
					b.StartTimer()
				}
				logbook.Info("request served")
			}
			try(b, bg.Close(b.Context()))
		})
	}
}

// The slowest of a thousand log calls, if the inner handler works and if it blocks for ever.
func BenchmarkBackgroundDeadHandler(b *testing.B) {
	for _, name := range []string{"healthy", "dead"} {
		b.Run(name, func(b *testing.B) {
			var h logbook.Handler = handlers.NewStream(io.Discard, &logbook.Options{Formatter: logbook.JSON(nil)})
			gate := make(chan struct{})
			if name == "dead" {
				h = logbook.NewHandler(func(*logbook.Record) error { <-gate; return nil }, nil)
			}
			bg := queues.NewBackground(h, &queues.BackgroundOptions{Overflow: queues.DropOldest})
			undo := logbook.PushApplication(bg)
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				logbook.Info("request served")
				took = append(took, time.Since(began))
			}
			undo()
			close(gate)
			try(b, bg.Close(b.Context()))
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*999/1000]), "p99.9-ns")
			b.ReportMetric(float64(took[len(took)/2]), "p50-ns")
		})
	}
}
