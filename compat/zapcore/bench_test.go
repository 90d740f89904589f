package zapbridge_test

import (
	"io"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	zapbridge "github.com/logbook-go/logbook/compat/zapcore"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// BenchmarkBridge logs three fields and the caller as JSON to io.Discard, by Logbook and by the
// logger itself, and calls a level that no handler wants.
func BenchmarkBridge(b *testing.B) {
	json := logbook.JSON(&logbook.JSONOptions{Source: true})
	defer logbook.PushApplication(handlers.NewStream(io.Discard, &logbook.Options{Level: logbook.LevelInfo, Formatter: json}))()
	bridged := zap.New(zapbridge.NewCore(nil), zap.AddCaller())
	own := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(io.Discard), zap.InfoLevel), zap.AddCaller())
	call := func(log *zap.Logger) {
		log.Info("served", zap.String("path", "/a"), zap.Int("status", 200), zap.Duration("took", time.Millisecond))
	}
	disabled := func() {
		bridged.Debug("served", zap.String("path", "/a"), zap.Int("status", 200), zap.Duration("took", time.Millisecond))
	}
	b.Run("logbook", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			call(bridged)
		}
	})
	b.Run("zap", func(b *testing.B) {
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
