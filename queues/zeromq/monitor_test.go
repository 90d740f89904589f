//go:build cgo && zmq && !windows

package zeromq_test

import (
	"testing"
	"time"

	. "github.com/logbook-go/logbook/queues/zeromq"
)

// The hook and the counters tell what happens to the connections.
func TestMonitor(t *testing.T) {
	collector, program := newEvents(), newEvents()
	s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{Pull: true, SocketOptions: SocketOptions{Monitor: collector.add}})
	if e := collector.wait(t, Listening); e.Address != s.Address() {
		t.Errorf("listening at %q, not %q", e.Address, s.Address())
	}
	h := newHandler(t, s.Address(), &HandlerOptions{
		Push: true, SocketOptions: SocketOptions{Monitor: program.add, ReconnectMin: 5 * time.Millisecond},
	})
	collector.wait(t, Accepted)
	collector.wait(t, HandshakeSucceeded)
	program.wait(t, Connected)
	program.wait(t, HandshakeSucceeded)
	closeNow(t, s)
	program.wait(t, Disconnected)
	program.wait(t, Retrying)
	s = newSubscriber(t, s.Address(), &SubscriberOptions{Pull: true})
	program.wait(t, HandshakeSucceeded)
	handle(t, h, record("hello"))
	receive(t, s, 1)
	closeNow(t, h)
	closeNow(t, s)
	if n := h.Stats(); n.Count("connects") != 2 || n.Count("disconnects") == 0 || n.Count("refused_handshakes") != 0 {
		t.Errorf("stats: %v", n)
	}
}
