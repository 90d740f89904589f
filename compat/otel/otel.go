// Package otel connects records with traces of OpenTelemetry. It imports the tracing API
// alone, and works with any SDK.
package otel

import (
	"context"

	"go.opentelemetry.io/otel/trace"
)

// Trace returns the trace id, the span id and the flags of the span in a context; the ids are
// zero if there is none. It is the Trace of otlp.HandlerOptions, so that log records are shown
// with the span in which they were logged:
//
//	h, err := otlp.NewHandler("otlp://localhost:4318", &otlp.HandlerOptions{Trace: otel.Trace})
//
// Records have the context that was given to the log call, by the functions and methods with
// Context in their names, or by [log/slog.Logger.InfoContext] and its like.
func Trace(ctx context.Context) (traceID [16]byte, spanID [8]byte, flags byte) {
	s := trace.SpanContextFromContext(ctx)
	return s.TraceID(), s.SpanID(), byte(s.TraceFlags())
}
