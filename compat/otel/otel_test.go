package otel_test

import (
	"bytes"
	"context"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/logbook-go/logbook/compat/otel"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func TestAddTrace(t *testing.T) {
	for name, test := range map[string]struct {
		span trace.SpanContextConfig
		want string
	}{
		"sampled": {trace.SpanContextConfig{TraceID: trace.TraceID{1, 2}, SpanID: trace.SpanID{3}, TraceFlags: trace.FlagsSampled},
			`{"level":"INFO","msg":"m","trace_id":"01020000000000000000000000000000","span_id":"0300000000000000","trace_flags":1}`},
		"not sampled": {trace.SpanContextConfig{TraceID: trace.TraceID{1, 2}, SpanID: trace.SpanID{3}},
			`{"level":"INFO","msg":"m","trace_id":"01020000000000000000000000000000","span_id":"0300000000000000"}`},
		"without a span": {trace.SpanContextConfig{TraceID: trace.TraceID{1, 2}}, `{"level":"INFO","msg":"m"}`},
	} {
		var out bytes.Buffer
		h := handlers.NewStream(&out, &logbook.Options{
			Formatter: logbook.JSON(&logbook.JSONOptions{Keys: logbook.JSONKeys{Time: "-", Channel: "-"}}),
		})
		undo := logbook.PushGoroutine(logbook.Processor(otel.AddTrace), h)
		logbook.InfoContext(trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(test.span)), "m")
		undo()
		if got := out.String(); got != test.want+"\n" {
			t.Errorf("%s:\ngot  %swant %s", name, got, test.want)
		}
	}
}
