//go:build cgo && zmq && !windows

package zeromq_test

import (
	"context"
	"errors"
	"net"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	. "github.com/logbook-go/logbook/queues/zeromq"
)

func dialAll(t testing.TB, address string, n int) {
	t.Helper()
	for range n {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
	}
}

// unused returns an address at which nobody listens.
func unused(t testing.TB) string {
	t.Helper()
	s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{Pull: true})
	closeNow(t, s)
	return s.Address()
}

// Close without a peer ends with its context, and says exactly how many records are left.
func TestCloseWithoutPeer(t *testing.T) {
	for name, ctx := range map[string]func() (context.Context, context.CancelFunc){
		"deadline": func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), 50*time.Millisecond)
		},
		"canceled": func() (context.Context, context.CancelFunc) { return expired(), func() {} },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHandler(t, unused(t), &HandlerOptions{Push: true, MaxRecords: 100})
			for i := range 1000 {
				handle(t, h, record("%d", i))
			}
			ctx, cancel := ctx()
			defer cancel()
			left := unsent(h.Close(ctx))
			for h.Stats().Held > 0 { // Close does not wait longer than its context
				runtime.Gosched()
			}
			n := h.Stats()
			if left == 0 || n.Handled != 0 || n.Dropped != 1000 || n.Held != 0 {
				t.Errorf("%d unsent; stats: %v", left, n)
			}
			if err := h.Handle(record("late")); err == nil {
				t.Error("accepted after Close")
			}
		})
	}
}

// A peer that reads nothing leaves at most what ZeroMQ may hold.
func TestCloseWithStalledPeer(t *testing.T) {
	s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{Pull: true, SocketOptions: SocketOptions{HighWater: 10}})
	h := newHandler(t, s.Address(), &HandlerOptions{
		Push: true, MaxRecords: 10, Linger: 10 * time.Millisecond, SocketOptions: SocketOptions{HighWater: 10},
	})
	big := logbook.NewRecord(logbook.RecordData{Message: string(make([]byte, 100_000))})
	const n = 1000
	for range n {
		handle(t, h, big)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	left := unsent(h.Close(ctx))
	var got counted
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		d, err := s.Receive(ctx)
		cancel()
		if err != nil {
			break
		}
		got.add(d.Records)
	}
	stats := h.Stats()
	if left == 0 || stats.Handled+stats.Dropped != n || got.records < int(stats.Handled) {
		t.Errorf("%d received, %d reported as lost, %d unsent; stats: %v", got.records, got.lost, left, stats)
	}
	_ = s.Close(within(t))
}

// SendTimeout drops what no peer takes.
func TestSendTimeout(t *testing.T) {
	defer logbook.PushApplication(logbook.Flags{Errors: func(*logbook.HandlerError) {}})()
	address := unused(t)
	h := newHandler(t, address, &HandlerOptions{Push: true, Overflow: queues.Block, MaxRecords: 1, SendTimeout: time.Millisecond})
	const n = 10
	for i := range n {
		handle(t, h, record("%d", i))
	}
	if err := h.Flush(within(t)); err != nil {
		t.Fatal(err)
	}
	if s := h.Stats(); s.Dropped != n || s.Handled != 0 {
		t.Errorf("stats: %v", s)
	}
	s := newSubscriber(t, address, &SubscriberOptions{Pull: true})
	var got counted
	for got.records == 0 {
		handle(t, h, record("late"))
		if err := h.Flush(within(t)); err != nil {
			t.Fatal(err)
		}
		if h.Stats().Handled > 0 {
			got.receive(t, s, int(h.Stats().Handled+h.Stats().Dropped))
		}
	}
	if int(h.Stats().Dropped) != got.lost || int(h.Stats().Handled) != got.records {
		t.Errorf("received %+v; stats: %v", got, h.Stats())
	}
	closeNow(t, h)
	closeNow(t, s)
}

// Without its queue the handler leaves to the caller what no peer takes.
func TestUnqueued(t *testing.T) {
	h := newHandler(t, unused(t), &HandlerOptions{Push: true, SendTimeout: time.Millisecond})
	err := logbook.HandleBatch(h.Unqueued(), []*logbook.Record{record("a"), record("b")}, logbook.ReasonBuffer)
	var left *logbook.UnsentError
	if !errors.As(err, &left) || left.Records != 2 || h.Stats().Dropped != 0 {
		t.Errorf("%v, %v", err, h.Stats())
	}
	closeNow(t, h)
}

// Signals do not lengthen any wait.
func TestSignals(t *testing.T) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				_ = syscall.Kill(syscall.Getpid(), syscall.SIGURG)
			}
		}
	}()
	s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{Pull: true})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Receive(ctx); err != context.DeadlineExceeded {
		t.Error(err)
	}
	h := newHandler(t, s.Address(), &HandlerOptions{Push: true, Overflow: queues.Block})
	const n = 2000
	go func() {
		for i := range n {
			if err := h.Handle(record("%d", i)); err != nil {
				t.Error(err)
			}
		}
	}()
	receive(t, s, n)
	closeNow(t, h)
	closeNow(t, s)
	h = newHandler(t, unused(t), &HandlerOptions{Push: true})
	handle(t, h, record("nobody"))
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if left := unsent(h.Close(ctx)); left != 1 {
		t.Errorf("%d left", left)
	}
	close(stop)
	<-stopped
}

// A subscriber that is closed says how many records it had and did not yield.
func TestSubscriberLeaves(t *testing.T) {
	s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{Pull: true})
	h := newHandler(t, s.Address(), &HandlerOptions{Push: true})
	handle(t, h, record("first"))
	receive(t, s, 1)
	for i := range 100 {
		handle(t, h, record("%d", i))
	}
	closeNow(t, h)
	left := unsent(s.Close(within(t)))
	if n := s.Stats(); n.Handled != 1 || int(n.Dropped) != left || left > 100 {
		t.Errorf("%d left; stats: %v", left, n)
	}
}
