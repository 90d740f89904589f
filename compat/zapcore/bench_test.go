package zapbridge_test

import (
	"io"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/logbook-go/logbook/compat/internal/bridgetest"
	zapbridge "github.com/logbook-go/logbook/compat/zapcore"
)

func calls(tb testing.TB) bridgetest.Calls {
	bridgetest.Bind(tb)
	bridged := zap.New(zapbridge.NewCore(nil), zap.AddCaller())
	own := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(io.Discard), zap.InfoLevel), zap.AddCaller())
	call := func(log func(string, ...zap.Field)) func() {
		return func() {
			log("served", zap.String("path", "/a"), zap.Int("status", 200), zap.Duration("took", time.Millisecond))
		}
	}
	return bridgetest.Calls{Bridged: call(bridged.Info), Own: call(own.Info), Disabled: call(bridged.Debug)}
}

func BenchmarkBridge(b *testing.B) { calls(b).Benchmark(b) }
