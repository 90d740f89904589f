package handlers_test

import (
	"context"
	"io"
	"log/slog"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func discard() logbook.Handler {
	return handlers.NewStream(io.Discard, &logbook.Options{Formatter: logbook.JSON(nil)})
}

// BenchmarkDedup logs a repeated message.
func BenchmarkDedup(b *testing.B) { benchmark(b, handlers.NewDedup(discard(), nil)) }

// BenchmarkLimit logs suppressed records.
func BenchmarkLimit(b *testing.B) { benchmark(b, handlers.NewLimit(discard(), nil)) }

func BenchmarkSample(b *testing.B) { benchmark(b, handlers.NewSample(discard(), nil)) }

func BenchmarkFanout(b *testing.B) { benchmark(b, handlers.NewFanout(discard(), discard())) }

func BenchmarkFallback(b *testing.B) { benchmark(b, handlers.NewFallback(discard(), discard())) }

func BenchmarkTagging(b *testing.B) {
	h := handlers.NewTagging(map[string][]logbook.Handler{"a": {discard()}, "b": {discard()}}, nil)
	defer logbook.PushGoroutine(logbook.Null{}, h)()
	l := handlers.NewTaggingLogger("bench").Tagged("a")
	b.ReportAllocs()
	for b.Loop() {
		l.LogAttrs(context.Background(), logbook.LevelInfo, "served", slog.Int("status", 200))
	}
}
