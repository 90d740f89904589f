//go:build cgo && zmq && !windows

package zeromq_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
	. "github.com/logbook-go/logbook/queues/zeromq"
)

func newProxy(t testing.TB, o *ProxyOptions) *Proxy {
	t.Helper()
	p, err := NewProxy("tcp://127.0.0.1:*", "tcp://127.0.0.1:*", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close(expired()) })
	return p
}

// Every subscriber of a proxy receives the records of every publisher.
func TestProxy(t *testing.T) {
	server, client := newKeys(t), newKeys(t)
	keys := SocketOptions{Curve: &Curve{SecretKey: server.secret, ClientKeys: []string{client.public}}}
	withKey := SocketOptions{Curve: &Curve{SecretKey: client.secret, ServerKey: server.public}}
	p := newProxy(t, &ProxyOptions{Publishers: keys, Subscribers: keys})
	front, back := p.Addresses()
	var subscribers []*Subscriber
	for range 2 {
		subscribers = append(subscribers, newSubscriber(t, back, &SubscriberOptions{SocketOptions: withKey}))
	}
	var publishers []*Handler
	for i := range 2 {
		h := newHandler(t, front, &HandlerOptions{End: Connect, SocketOptions: withKey})
		for _, s := range subscribers { // until the proxy has both subscriptions
			probeTo(t, h, s, fmt.Sprintf("probe %d", i))
		}
		publishers = append(publishers, h)
	}
	want := []string{"0", "1"}
	for i, h := range publishers {
		handle(t, h, record("%d", i))
	}
	for _, s := range subscribers {
		var got []string
		for len(got) < len(want) {
			for _, text := range messages(receive(t, s, 1)) {
				if !strings.HasPrefix(text, "probe") {
					got = append(got, text)
				}
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
	}
	for _, h := range publishers {
		closeNow(t, h)
	}
	closeNow(t, p)
	<-p.Done()
	closeNow(t, p)
	for _, s := range subscribers {
		_ = s.Close(within(t)) // some probes may be left
	}
	if n := p.Stats(); n.Count("connects") != 4 || n.Dropped != 0 {
		t.Errorf("stats: %v", n)
	}
}

// probeTo publishes a text until a subscriber receives it.
func probeTo(t testing.TB, h *Handler, s *Subscriber, text string) {
	t.Helper()
	received := make(chan error, 1)
	ctx := within(t)
	go func() {
		for {
			d, err := s.Receive(ctx)
			if err != nil || slices.Contains(messages(d.Records), text) {
				received <- err
				return
			}
		}
	}()
	for {
		handle(t, h, record("%s", text))
		if err := h.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-received:
			if err != nil {
				t.Fatal(err)
			}
			return
		default:
		}
	}
}

// What a subscriber has no room for is counted, and reported in the stream.
func TestProxyDrops(t *testing.T) {
	small := SocketOptions{HighWater: 10, Heartbeat: -1}
	p := newProxy(t, &ProxyOptions{Publishers: small, Subscribers: small})
	front, back := p.Addresses()
	s := newSubscriber(t, back, &SubscriberOptions{SocketOptions: small})
	h := newHandler(t, front, &HandlerOptions{End: Connect, SocketOptions: SocketOptions{Heartbeat: -1}})
	probeTo(t, h, s, "probe")
	big := logbook.NewRecord(logbook.RecordData{Channel: "app", Message: string(make([]byte, 10_000))})
	for p.Stats().Dropped == 0 {
		handle(t, h, big)
		if err := h.Flush(within(t)); err != nil {
			t.Fatal(err)
		}
	}
	closeNow(t, h)
	// The loss is reported before the next record for which there is room.
	h = newHandler(t, front, &HandlerOptions{End: Connect})
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				handle(t, h, logbook.NewRecord(logbook.RecordData{Channel: "app", Message: "next"}))
				_ = h.Flush(within(t))
			}
		}
	}()
	var got counted
	for got.lost == 0 {
		got.add(receive(t, s, 1))
	}
	close(stop)
	<-stopped
	closeNow(t, h)
	if dropped := p.Stats().Dropped; got.lost > int(dropped) {
		t.Errorf("%d reported as dropped, not %d", got.lost, dropped)
	}
	_ = p.Close(within(t))
	_ = s.Close(within(t))
}

func TestProxyAddressInUse(t *testing.T) {
	s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{Pull: true})
	var e *Error
	if _, err := NewProxy("tcp://127.0.0.1:*", s.Address(), nil); !errors.As(err, &e) || e.Op != "bind" {
		t.Error(err)
	}
	closeNow(t, s)
}
