package logrbridge_test

import (
	"io"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"

	logrbridge "github.com/logbook-go/logbook/compat/logr"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// BenchmarkBridge logs three fields and the caller as JSON to io.Discard, by Logbook and by the
// logger itself, and calls a level that no handler wants.
func BenchmarkBridge(b *testing.B) {
	json := logbook.JSON(&logbook.JSONOptions{Source: true})
	defer logbook.PushApplication(handlers.NewStream(io.Discard, &logbook.Options{Level: logbook.LevelInfo, Formatter: json}))()
	bridged := logr.New(logrbridge.NewSink(nil))
	own := funcr.NewJSON(func(string) {}, funcr.Options{LogCaller: funcr.All, LogTimestamp: true})
	call := func(log logr.Logger) { log.Info("served", "path", "/a", "status", 200, "took", time.Millisecond) }
	disabled := func() { bridged.V(1).Info("served", "path", "/a", "status", 200, "took", time.Millisecond) }
	b.Run("logbook", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			call(bridged)
		}
	})
	b.Run("funcr", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			call(own)
		}
	})
	b.Run("disabled", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			disabled()
		}
	})
}
