package logrbridge_test

import (
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"

	"github.com/logbook-go/logbook/compat/internal/bridgetest"
	logrbridge "github.com/logbook-go/logbook/compat/logr"
)

func calls(tb testing.TB) bridgetest.Calls {
	bridgetest.Bind(tb)
	bridged := logr.New(logrbridge.NewSink(nil))
	own := funcr.NewJSON(func(string) {}, funcr.Options{LogCaller: funcr.All, LogTimestamp: true})
	call := func(log logr.Logger) func() {
		return func() { log.Info("served", "path", "/a", "status", 200, "took", time.Millisecond) }
	}
	return bridgetest.Calls{Bridged: call(bridged), Own: call(own), Disabled: call(bridged.V(1))}
}

func BenchmarkBridge(b *testing.B) { calls(b).Benchmark(b) }
