package otel_test

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/trace"

	"github.com/logbook-go/logbook/compat/otel"
)

func ExampleTrace() {
	span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1, 2}, SpanID: trace.SpanID{3}, TraceFlags: trace.FlagsSampled})
	ctx := trace.ContextWithSpanContext(context.Background(), span)

	traceID, spanID, flags := otel.Trace(ctx)
	fmt.Printf("%x %x %d\n", traceID, spanID, flags)

	traceID, _, _ = otel.Trace(context.Background())
	fmt.Printf("%x\n", traceID)
	// Output:
	// 01020000000000000000000000000000 0300000000000000 1
	// 00000000000000000000000000000000
}
