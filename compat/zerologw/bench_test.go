package zerologw_test

import (
	"io"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/logbook-go/logbook/compat/internal/bridgetest"
	"github.com/logbook-go/logbook/compat/zerologw"
)

func calls(tb testing.TB) bridgetest.Calls {
	bridgetest.Bind(tb)
	w := zerologw.NewWriter(nil)
	bridged := zerolog.New(w).Sample(w).With().Timestamp().Caller().Logger()
	own := zerolog.New(io.Discard).With().Timestamp().Caller().Logger()
	call := func(log func() *zerolog.Event) func() {
		return func() { log().Str("path", "/a").Int("status", 200).Dur("took", time.Millisecond).Msg("served") }
	}
	return bridgetest.Calls{Bridged: call(bridged.Info), Own: call(own.Info), Disabled: call(bridged.Debug)}
}

func BenchmarkBridge(b *testing.B) { calls(b).Benchmark(b) }
