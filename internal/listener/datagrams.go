package listener

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
)

// ErrTooLong is the error for a datagram that is longer than Size.
var ErrTooLong = errors.New("datagram is too long")

// Datagrams receives datagrams. Set the exported fields before Start.
type Datagrams struct {
	// Handle handles a datagram, whose bytes are valid during the call. While it waits, no
	// other one is received, and the system drops those for which it has no room. It must
	// return when the context ends.
	Handle func(ctx context.Context, b []byte, p Peer)

	// Refused is called for datagrams that are too long, and for failures to receive,
	// which have no peer. It must not wait.
	Refused func(p Peer, err error)

	Size int // of the longest datagram

	conn     net.PacketConn
	closing  context.Context
	stop     context.CancelFunc
	cutting  context.Context
	cut      context.CancelFunc
	loop     sync.WaitGroup
	received atomic.Uint64
	dropped  atomic.Uint64
}

// receiveBuffer is the size of the system's buffer that is asked for. Most systems give
// less.
const receiveBuffer = 4 << 20

// Start receives datagrams on a goroutine of its own. It owns the connection.
func (d *Datagrams) Start(conn net.PacketConn) {
	d.conn = conn
	if b, ok := conn.(interface{ SetReadBuffer(int) error }); ok {
		_ = b.SetReadBuffer(receiveBuffer)
	}
	d.closing, d.stop = flow.NewContext()
	d.cutting, d.cut = flow.NewContext()
	d.loop.Go(d.run)
}

// Addr returns the address of the socket.
func (d *Datagrams) Addr() net.Addr { return d.conn.LocalAddr() }

// Received returns the number of datagrams that were received, and of those that the system
// has dropped: on Linux, and only up to the last one that was received.
func (d *Datagrams) Received() (n, dropped uint64) { return d.received.Load(), d.dropped.Load() }

func (d *Datagrams) run() {
	receive := receiver(d.conn)
	buffer := make([]byte, d.Size+1)
	pause := flow.Pause{First: 10 * time.Millisecond, Max: time.Second}
	stopped := make(chan time.Time, 1)
	defer context.AfterFunc(d.closing, func() {
		now := time.Now()
		stopped <- now
		_ = d.conn.SetReadDeadline(now.Add(quiet))
	})()
	var end time.Time
	for d.cutting.Err() == nil {
		select {
		case now := <-stopped:
			end = now.Add(maxDrain)
		default:
		}
		if !end.IsZero() {
			_ = d.conn.SetReadDeadline(earliest(end, time.Now().Add(quiet)))
		}
		n, dropped, from, err := receive(buffer)
		p := peerAt(from)
		if dropped > 0 {
			d.dropped.Store(dropped)
		}
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			d.Refused(p, err)
			wait(d.closing, &pause, err)
		case n > d.Size:
			d.Refused(p, ErrTooLong)
		default:
			pause.Succeeded()
			d.received.Add(1)
			d.Handle(d.cutting, buffer[:n], p)
		}
	}
}

// Close receives what has arrived, until the context ends, and closes the socket. Closing
// again does nothing.
func (d *Datagrams) Close(ctx context.Context) {
	d.stop()
	done := make(chan struct{})
	go func() {
		d.loop.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	d.cut()
	_ = d.conn.Close() // nothing is received any more
	<-done
}
