package syslog_test

import (
	"io"
	"net"
	"testing"

	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

// drain reads datagrams until the test ends.
func drain(server *datagramServer) {
	go func() {
		b := make([]byte, 1<<16)
		for {
			if _, err := server.PacketConn.(net.Conn).Read(b); err != nil { // ReadFrom allocates
				return
			}
		}
	}()
}

// drainAll reads from connections until the test ends.
func drainAll(l net.Listener) {
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = io.Copy(io.Discard, c) // until the handler closes it
			}()
		}
	}()
}

// The handlers keep the contract, with default options and with others.
func TestHandlers(t *testing.T) {
	path := socketPath(t)
	local, udp, tcp := startUnixgram(t, path), startUDP(t), startStream(t, "tcp", "127.0.0.1:0")
	drain(local)
	drain(udp)
	drainAll(tcp.Listener)
	onlyErrors := func(r *logbook.Record) bool { return r.Level() >= logbook.LevelError }
	for name, o := range map[string]syslog.Options{
		"unix": {Address: local.address},
		"udp":  {Address: udp.address, StructuredData: "app@32473"},
		"tcp": {
			Address: tcp.address, AppName: "myapp", Framing: syslog.OctetCounting, StructuredData: "app@32473",
			Level: logbook.LevelInfo, Filter: onlyErrors, Bubble: true, Formatter: logbook.JSON(nil),
		},
		"no daemon": {Address: "unix:" + path + "/nowhere", Delay: true},
	} {
		t.Run(name, func(t *testing.T) {
			logbooktest.TestHandler(t, func() logbook.Handler { return logbook.Must(syslog.New(&o)) })
		})
	}
}
