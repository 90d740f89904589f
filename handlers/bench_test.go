package handlers_test

import (
	"context"
	"io"
	"path/filepath"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func benchmark(b *testing.B, h logbook.Handler) {
	defer logbook.PushGoroutine(logbook.Null{}, h)()
	b.ReportAllocs()
	for b.Loop() {
		logFields()
	}
}

func BenchmarkStreamText(b *testing.B) { benchmark(b, handlers.NewStream(io.Discard, nil)) }

func BenchmarkStreamJSON(b *testing.B) {
	benchmark(b, handlers.NewStream(io.Discard, &logbook.Options{Formatter: logbook.JSON(nil)}))
}

func BenchmarkStreamJSONParallel(b *testing.B) {
	h := handlers.NewStream(io.Discard, &logbook.Options{Formatter: logbook.JSON(nil)})
	defer logbook.PushApplication(logbook.Null{}, h)()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			logFields()
		}
	})
}

func BenchmarkFileJSON(b *testing.B) {
	h, err := handlers.NewFile(filepath.Join(b.TempDir(), "b.log"), &handlers.FileOptions{Formatter: logbook.JSON(nil)})
	if err != nil {
		b.Fatal(err)
	}
	defer h.Close(context.Background())
	benchmark(b, h)
}

// BenchmarkFingersCrossedFull logs records that each drop the oldest one of a full
// buffer.
func BenchmarkFingersCrossedFull(b *testing.B) {
	benchmark(b, handlers.NewFingersCrossed(handlers.NewStream(io.Discard, nil), &handlers.FingersCrossedOptions{MaxRecords: 100}))
}

// BenchmarkFingersCrossedOpen logs records after the trigger.
func BenchmarkFingersCrossedOpen(b *testing.B) {
	h := handlers.NewFingersCrossed(handlers.NewStream(io.Discard, &logbook.Options{Formatter: logbook.JSON(nil)}), nil)
	logbook.InGoroutine(func() { log.Error("trigger") }, h)
	benchmark(b, h)
}

// A request makes its buffer, logs ten records and ends without a trigger. The
// time is that of the request.
func BenchmarkFingersCrossedRequest(b *testing.B) {
	inner := handlers.NewStream(io.Discard, &logbook.Options{Formatter: logbook.JSON(nil)})
	defer logbook.PushGoroutine(logbook.Null{})()
	b.ReportAllocs()
	for b.Loop() {
		h := handlers.NewFingersCrossed(inner, nil)
		undo := logbook.PushGoroutine(h)
		for range 10 {
			logFields()
		}
		undo()
	}
}

// BenchmarkFingersCrossedRecords is the same without the binding, to measure the handler
// alone.
func BenchmarkFingersCrossedRecords(b *testing.B) {
	inner := handlers.NewStream(io.Discard, &logbook.Options{Formatter: logbook.JSON(nil)})
	h := new(exchanged)
	defer logbook.PushGoroutine(logbook.Null{}, h)()
	b.ReportAllocs()
	for b.Loop() {
		h.now = handlers.NewFingersCrossed(inner, nil)
		for range 10 {
			logFields()
		}
		h.now.Unbound()
	}
}

// exchanged is bound in place of a handler that changes.
type exchanged struct{ now *handlers.FingersCrossed }

func (*exchanged) Binding() logbook.Binding         { return logbook.Binding{NoCaller: true} }
func (e *exchanged) Handle(r *logbook.Record) error { return e.now.Handle(r) }
