package queues_test

import (
	"context"
	"io"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

func BenchmarkBackground(b *testing.B) {
	for _, c := range []struct {
		name  string
		flags logbook.Introspection
		o     queues.BackgroundOptions
	}{
		{"caller", logbook.IntrospectionOn, queues.BackgroundOptions{}},
		{"nocaller", logbook.IntrospectionOff, queues.BackgroundOptions{}},
		{"nocaller-drop", logbook.IntrospectionOff, queues.BackgroundOptions{Overflow: queues.DropNewest}},
		{"nocaller-dropoldest", logbook.IntrospectionOff, queues.BackgroundOptions{Overflow: queues.DropOldest}},
	} {
		b.Run(c.name, func(b *testing.B) {
			bg := queues.NewBackground(handlers.NewStream(io.Discard, &logbook.Options{Formatter: logbook.JSON(&logbook.JSONOptions{})}), &c.o)
			undo := logbook.PushApplication(bg, logbook.Flags{Introspection: c.flags})
			defer undo()
			log := logbook.New("bench")
			b.ReportAllocs()
			b.SetParallelism(1)
			b.ResetTimer()
			for b.Loop() {
				log.Info("a message of usual length, nothing else")
			}
			b.StopTimer()
			bg.Close(context.Background())
			b.ReportMetric(float64(bg.Stats().Dropped)/float64(b.N), "dropped/op")
		})
	}
}
