//go:build !race && !logbook_poison

package syslog_test

import (
	"log/slog"
	"testing"

	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/logbook"
)

var logger = logbook.New("app.web")

func logFields() {
	logger.LogAttrs(nil, logbook.LevelInfo, "served", slog.String("path", "/index.html"), slog.Int("status", 200))
}

// Sending a record allocates nothing, including the check whether the connection is
// alive.
func TestAllocations(t *testing.T) {
	local, udp, tcp := startUnixgram(t, socketPath(t)), startUDP(t), startStream(t, "tcp", "127.0.0.1:0")
	drain(local)
	drain(udp)
	drainAll(tcp.Listener)
	for name, o := range map[string]syslog.Options{
		"unix":            {Address: local.address},
		"udp":             {Address: udp.address},
		"tcp":             {Address: tcp.address, Framing: syslog.OctetCounting},
		"structured data": {Address: tcp.address, StructuredData: "app@32473"},
	} {
		undo := logbook.PushGoroutine(logbook.Null{}, newHandler(t, o))
		for range 100 { // fills pools, buffers and caches
			logFields()
		}
		if n := testing.AllocsPerRun(1000, logFields); n != 0 {
			t.Errorf("%s: %v allocations a record", name, n)
		}
		undo()
	}
}

func benchmark(b *testing.B, o syslog.Options) {
	defer logbook.PushGoroutine(logbook.Null{}, newHandler(b, o))()
	b.ReportAllocs()
	for b.Loop() {
		logFields()
	}
}

func BenchmarkUnix(b *testing.B) {
	server := startUnixgram(b, socketPath(b))
	drain(server)
	benchmark(b, syslog.Options{Address: server.address})
}

func BenchmarkUDP(b *testing.B) {
	server := startUDP(b)
	drain(server)
	benchmark(b, syslog.Options{Address: server.address})
}

func BenchmarkTCP(b *testing.B) {
	server := startStream(b, "tcp", "127.0.0.1:0")
	drainAll(server.Listener)
	benchmark(b, syslog.Options{Address: server.address})
}

func BenchmarkTCPStructuredData(b *testing.B) {
	server := startStream(b, "tcp", "127.0.0.1:0")
	drainAll(server.Listener)
	benchmark(b, syslog.Options{Address: server.address, StructuredData: "app@32473"})
}
