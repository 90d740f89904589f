package logrushook_test

import (
	"io"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/logbook-go/logbook/compat/internal/bridgetest"
)

func calls(tb testing.TB) bridgetest.Calls {
	bridgetest.Bind(tb)
	bridged := newLogger(nil)
	own := logrus.New()
	own.SetOutput(io.Discard)
	own.SetFormatter(new(logrus.JSONFormatter))
	own.SetReportCaller(true)
	call := func(log *logrus.Logger, level logrus.Level) func() {
		return func() {
			log.WithFields(logrus.Fields{"path": "/a", "status": 200, "took": time.Millisecond}).Log(level, "served")
		}
	}
	return bridgetest.Calls{
		Bridged: call(bridged, logrus.InfoLevel), Own: call(own, logrus.InfoLevel), Disabled: call(bridged, logrus.DebugLevel),
	}
}

func BenchmarkBridge(b *testing.B) { calls(b).Benchmark(b) }
