package logrushook_test

import (
	"io"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// BenchmarkBridge logs three fields and the caller as JSON to io.Discard, by Logbook and by the
// logger itself, and calls a level that no handler wants.
func BenchmarkBridge(b *testing.B) {
	json := logbook.JSON(&logbook.JSONOptions{Source: true})
	defer logbook.PushApplication(handlers.NewStream(io.Discard, &logbook.Options{Level: logbook.LevelInfo, Formatter: json}))()
	bridged := newLogger(nil)
	own := logrus.New()
	own.SetOutput(io.Discard)
	own.SetFormatter(new(logrus.JSONFormatter))
	own.SetReportCaller(true)
	call := func(log *logrus.Logger) {
		log.WithFields(logrus.Fields{"path": "/a", "status": 200, "took": time.Millisecond}).Info("served")
	}
	disabled := func() {
		bridged.WithFields(logrus.Fields{"path": "/a", "status": 200, "took": time.Millisecond}).Debug("served")
	}
	b.Run("logbook", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			call(bridged)
		}
	})
	b.Run("logrus", func(b *testing.B) {
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
