package queues_test

import (
	"io"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// The cost of a log call while the queue has room.
func BenchmarkBackground(b *testing.B) {
	const burst = 2000
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
