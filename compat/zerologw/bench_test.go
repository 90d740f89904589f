package zerologw_test

import (
	"io"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/logbook-go/logbook/compat/zerologw"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// BenchmarkBridge logs three fields and the caller as JSON to io.Discard, by Logbook and by the
// logger itself, and calls a level that no handler wants.
func BenchmarkBridge(b *testing.B) {
	json := logbook.JSON(&logbook.JSONOptions{Source: true})
	defer logbook.PushApplication(handlers.NewStream(io.Discard, &logbook.Options{Level: logbook.LevelInfo, Formatter: json}))()
	w := zerologw.NewWriter(nil)
	bridged := zerolog.New(w).Sample(w).With().Timestamp().Caller().Logger()
	own := zerolog.New(io.Discard).With().Timestamp().Caller().Logger()
	call := func(log zerolog.Logger) {
		log.Info().Str("path", "/a").Int("status", 200).Dur("took", time.Millisecond).Msg("served")
	}
	disabled := func() {
		bridged.Debug().Str("path", "/a").Int("status", 200).Dur("took", time.Millisecond).Msg("served")
	}
	b.Run("logbook", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			call(bridged)
		}
	})
	b.Run("zerolog", func(b *testing.B) {
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
