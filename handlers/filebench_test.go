package handlers_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// benchmarkFile logs JSON to the handler for a path. No file rotates meanwhile.
func benchmarkFile(b *testing.B, newHandler func(path string) (logbook.Handler, error)) {
	h, err := newHandler(filepath.Join(b.TempDir(), "b.log"))
	if err != nil {
		b.Fatal(err)
	}
	defer logbook.Close(context.Background(), h)
	benchmark(b, h)
}

func BenchmarkMonitoringJSON(b *testing.B) {
	benchmarkFile(b, func(path string) (logbook.Handler, error) {
		return handlers.NewMonitoring(path, &handlers.FileOptions{Formatter: logbook.JSON(nil)})
	})
}

func BenchmarkRotatingJSON(b *testing.B) {
	benchmarkFile(b, func(path string) (logbook.Handler, error) {
		return handlers.NewRotating(path, &handlers.FileOptions{Formatter: logbook.JSON(nil), MaxSize: 1 << 40, Backups: 1})
	})
}

func BenchmarkRotatingSharedJSON(b *testing.B) {
	benchmarkFile(b, func(path string) (logbook.Handler, error) {
		return handlers.NewRotating(path, &handlers.FileOptions{Formatter: logbook.JSON(nil), MaxSize: 1 << 40, Backups: 1, Shared: true})
	})
}

func BenchmarkTimedJSON(b *testing.B) {
	benchmarkFile(b, func(path string) (logbook.Handler, error) {
		return handlers.NewTimed(path, &handlers.FileOptions{Formatter: logbook.JSON(nil)})
	})
}

// BenchmarkRotatingEachMegabyteJSON includes rotations.
func BenchmarkRotatingEachMegabyteJSON(b *testing.B) {
	benchmarkFile(b, func(path string) (logbook.Handler, error) {
		return handlers.NewRotating(path, &handlers.FileOptions{Formatter: logbook.JSON(nil), Backups: 3})
	})
}

func BenchmarkFileBufferedJSON(b *testing.B) {
	benchmarkFile(b, func(path string) (logbook.Handler, error) {
		return handlers.NewFile(path, &handlers.FileOptions{
			Formatter: logbook.JSON(nil), Buffer: &handlers.BufferOptions{Interval: time.Second},
		})
	})
}

func BenchmarkFileBufferedJSONParallel(b *testing.B) {
	h, err := handlers.NewFile(filepath.Join(b.TempDir(), "b.log"), &handlers.FileOptions{
		Formatter: logbook.JSON(nil), Buffer: new(handlers.BufferOptions),
	})
	if err != nil {
		b.Fatal(err)
	}
	defer h.Close(context.Background())
	defer logbook.PushApplication(logbook.Null{}, h)()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			logFields()
		}
	})
}
