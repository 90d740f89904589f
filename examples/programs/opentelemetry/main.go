// Opentelemetry adds the trace and the span to each record that is logged with a context.
package main

import (
	"context"
	"os"

	"go.opentelemetry.io/otel/trace"

	"github.com/logbook-go/logbook/compat/otel"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func main() {
	out := handlers.NewStream(os.Stdout, &logbook.Options{Formatter: logbook.JSON(nil)})
	stop := logbook.Use(logbook.Processor(otel.AddTrace), out)
	defer stop(context.Background())

	ctx := withSpan(context.Background())
	logbook.InfoContext(ctx, "order {id} placed", "id", 17)
	logbook.Info("no context, no span")
}

// withSpan stands for the tracer of an SDK: ctx, span := tracer.Start(ctx, "place order")
func withSpan(ctx context.Context) context.Context {
	return trace.ContextWithSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{
		TraceID:    trace.TraceID{0x4b, 0xf9, 0x2f},
		SpanID:     trace.SpanID{0xf0, 0x67},
		TraceFlags: trace.FlagsSampled,
	}))
}
