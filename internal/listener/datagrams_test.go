package listener_test

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/internal/listener"
)

// Each datagram is handled or counted as dropped.
func TestDatagrams(t *testing.T) {
	const size = 2000
	c, err := listener.ListenPacket(t.Context(), listener.Address{Scheme: "udp", Host: "127.0.0.1", Port: "0"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	var e events
	open, handled := make(chan struct{}), make(chan string, 100000)
	d := &listener.Datagrams{Size: size, Refused: e.add, Handle: func(_ context.Context, b []byte, p listener.Peer) {
		<-open
		handled <- fmt.Sprint(len(b), b[0], " ", p)
	}}
	d.Start(c)
	client, err := net.Dial("udp", d.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	write := func(first byte, n int) {
		b := make([]byte, n)
		b[0] = first
		if _, err := client.Write(b); err != nil {
			t.Error(err)
		}
	}
	write('a', size+1)
	const n = 20000 // more than fit into the system's buffer
	for range n {
		write('b', size)
	}
	close(open)
	last := fmt.Sprint(size, 'c', " ", "127.0.0.1")
	count := 0
	for write('c', size); ; write('c', size) { // the first of these may be dropped, too
		select {
		case s := <-handled:
			if s == last {
				d.Close(t.Context())
				got, dropped := d.Received()
				if runtime.GOOS == "linux" && (dropped == 0 || uint64(count)+dropped < n || got <= uint64(count)) {
					t.Errorf("%d sent, %d handled, %d dropped, %d received", n, count, dropped, got)
				}
				if got := e.take(); len(got) != 1 || !strings.Contains(got[0], listener.ErrTooLong.Error()) {
					t.Errorf("%q", got)
				}
				d.Close(t.Context())
				return
			}
			count++
		default:
			runtime.Gosched()
		}
	}
}

func TestDatagramsClose(t *testing.T) {
	c, err := listener.ListenPacket(t.Context(), listener.Address{Scheme: "udp", Host: "127.0.0.1", Port: "0"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	var e events
	started := make(chan struct{})
	d := &listener.Datagrams{Size: 10, Refused: e.add, Handle: func(ctx context.Context, _ []byte, _ listener.Peer) {
		close(started)
		<-ctx.Done() // as one that waits for room in a queue
	}}
	d.Start(c)
	client, err := net.Dial("udp", d.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d.Close(ctx)
	if n, _ := d.Received(); n != 1 || e.take() != nil {
		t.Errorf("%d received", n)
	}
}
