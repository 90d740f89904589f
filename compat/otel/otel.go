// Package otel connects records with traces of OpenTelemetry:
//
//	stop := logbook.Use(logbook.Processor(otel.AddTrace), handlers.NewConsole(nil))
//	defer stop(ctx)
//
//	ctx, span := tracer.Start(ctx, "place order")
//	defer span.End()
//	log.InfoContext(ctx, "order {id} placed", "id", 17) // has trace_id and span_id
//
// The span is that of the context of the call, so plain calls, such as log.Info, have none. The
// package imports the tracing API alone, and works with any SDK. To send records to
// OpenTelemetry, see package queues/otlp.
package otel

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/trace"

	"github.com/logbook-go/logbook/logbook"
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

// AddTrace is a [logbook.Processor] that adds the span of a record's context as the attributes
// trace_id and span_id, in hexadecimal digits, and trace_flags, unless they are zero. All
// handlers see them, so bind it to the whole program:
//
//	stop := logbook.Use(logbook.Processor(otel.AddTrace), console, file)
//
// The presets of JSON, such as [logbook.ECSJSON], write them under the names that their
// readers expect. A handler of package otlp sends them as the trace of the record, and needs
// no [Trace]. A record without a span is unchanged.
func AddTrace(r *logbook.Record) {
	s := trace.SpanContextFromContext(r.Context())
	if !s.IsValid() {
		return
	}
	r.SetAttrs(slog.String("trace_id", s.TraceID().String()), slog.String("span_id", s.SpanID().String()))
	if s.TraceFlags() != 0 {
		r.SetAttrs(slog.Int("trace_flags", int(s.TraceFlags())))
	}
}
