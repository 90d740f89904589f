package zeromq

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/refusal"
	"github.com/logbook-go/logbook/logbook"
)

// node is a socket with what belongs to it: a context, and the goroutines that check the
// keys of clients and count events.
type node struct {
	sock    *socket
	kind    socketType
	address string // as given, for errors
	actual  string // with the port that was chosen

	context *Context // nil if it is not ours to end
	auth    *authenticator
	monitor *monitor

	opened  chan struct{}   // closed when open is done
	refused refusal.Counter // handshakes
	report  func(*logbook.Record)
	again   rejoin // of a socket that connects

	connects, disconnects atomic.Uint64
	closing               sync.Once
}

// open opens a node. Records that report refused handshakes go to report, on any
// goroutine.
func open(s settings, report func(*logbook.Record)) (*node, error) {
	if err := checkLibrary(); err != nil {
		return nil, err
	}
	n := &node{kind: s.kind, address: s.address, report: report, opened: make(chan struct{})}
	n.again.init(s)
	err := n.open(s)
	n.refused.Source = cmp.Or(n.actual, n.address)
	close(n.opened)
	if err != nil {
		_ = n.close(0)
		return nil, err
	}
	return n, nil
}

func (n *node) open(s settings) (err error) {
	if s.given != nil {
		return n.adopt(s)
	}
	ctx := s.context
	if ctx == nil {
		if n.context, err = newContext(); err != nil {
			return n.fail("context", err)
		}
		ctx = n.context
	}
	if s.keys != nil && s.keys.clients != nil { // before there is a socket that needs it
		if n.auth, err = newAuthenticator(ctx, s.keys.clients, n.refuse); err != nil {
			return n.fail("authentication", err)
		}
	}
	if n.sock, err = newSocket(ctx, s.kind); err != nil {
		return n.fail("socket", err)
	}
	if err := n.sock.set(s); err != nil {
		return n.fail("options", err)
	}
	if n.monitor, err = newMonitor(ctx, n.sock, func(e Event) { n.event(e, s.monitor) }); err != nil {
		return n.fail("monitor", err)
	}
	op, attach := "bind", n.sock.bind
	switch path, ipc := strings.CutPrefix(s.address, "ipc://"); {
	case s.connect:
		op, attach = "connect", n.sock.connect
	case ipc && listenedOn(path): // libzmq would replace the file
		return n.fail(op, syscall.EADDRINUSE)
	}
	if err := attach(s.address); err != nil {
		return n.fail(op, err)
	}
	n.actual, err = n.sock.endpoint()
	return n.failed(op, err)
}

// listenedOn reports whether somebody listens on a Unix socket.
func listenedOn(path string) bool {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// adopt takes over a socket that was handed in.
func (n *node) adopt(s settings) (err error) {
	if n.sock, err = ownSocket(s.given); err != nil {
		return n.fail("socket", err)
	}
	if n.actual, err = n.sock.endpoint(); err != nil {
		return n.fail("socket", err)
	}
	n.address = n.actual
	if n.kind, err = n.sock.socketType(); err != nil {
		return n.fail("socket", err)
	}
	unguarded, err := n.sock.unguarded()
	switch {
	case err != nil:
		return n.fail("socket", err)
	case !slices.Contains(s.accepted, n.kind):
		return s.bad("Socket", fmt.Errorf("got type %s, want one of %v", n.kind, s.accepted))
	case unguarded:
		return s.bad("Socket", errors.New("it has CURVE, and nobody checks the keys of clients in its context"))
	}
	return nil
}

// fail returns the error of an operation.
func (n *node) fail(op string, err error) error { return &Error{n.address, op, err} }

func (n *node) event(e Event, hook func(Event)) {
	switch e.Kind {
	case HandshakeSucceeded:
		n.connects.Add(1)
		n.again.succeeded()
	case Retrying:
		n.again.retries()
	case Disconnected:
		n.disconnects.Add(1)
	case HandshakeFailed:
		switch {
		case n.auth != nil && errors.Is(e.Err, ErrUnauthorized): // counted with its address
		case errors.Is(e.Err, syscall.EPIPE), errors.Is(e.Err, syscall.ECONNRESET): // it hung up
		default:
			n.again.failed()
			n.refuse("", e.Err)
		}
	case "":
		return
	}
	if hook != nil {
		hook(e)
	}
}

func (n *node) refuse(peer string, err error) {
	<-n.opened // for its address
	if r := n.refused.Refuse(time.Now(), peer, err); r != nil {
		n.report(r)
	}
}

// failed is like fail, if there is an error.
func (n *node) failed(op string, err error) error {
	if err == nil {
		return nil
	}
	return n.fail(op, err)
}

// report logs a record about a refused handshake, on a goroutine of its own: ZeroMQ waits
// for its events to be read, and the record may come to a handler that waits for ZeroMQ.
func report(running *flow.Inflight, r *logbook.Record) {
	if running.Enter(1) {
		go func() {
			defer running.Leave(1)
			logbook.Dispatch(context.Background(), r)
		}()
	}
}

// counters returns the counts of the connections.
func (n *node) counters() []logbook.Counter {
	return []logbook.Counter{
		{Name: "connects", Value: n.connects.Load()},
		{Name: "disconnects", Value: n.disconnects.Load()},
		{Name: "refused_handshakes", Value: n.refused.Count()},
	}
}

// close closes the node when its owner has finished, and waits until ZeroMQ has sent what
// it holds, for the given time at most. It does nothing the second time.
func (n *node) close(linger time.Duration) (err error) {
	n.closing.Do(func() {
		var errs []error
		n.again.stop()
		if n.sock != nil {
			if n.monitor != nil {
				errs = append(errs, n.monitor.stop())
			}
			errs = append(errs, n.sock.close(linger))
		}
		if n.auth != nil {
			errs = append(errs, n.auth.close())
		}
		if n.context != nil {
			errs = append(errs, endContext(n.context))
		}
		if r := n.refused.Rest(time.Now()); r != nil {
			n.report(r)
		}
		if err = errors.Join(errs...); err != nil {
			err = n.fail("close", err)
		}
	})
	return err
}

// grace is the time that closeWithin takes at least, so that it finds out whether ZeroMQ
// still holds anything.
const grace = 20 * time.Millisecond

// closeWithin closes the node until the context ends. It reports whether ZeroMQ has sent
// all that it held; a context that is not ours goes on sending, for the given time.
func (n *node) closeWithin(ctx context.Context, linger time.Duration) (flushed bool, err error) {
	if end, ok := ctx.Deadline(); ok {
		linger = min(linger, time.Until(end))
	}
	linger = max(linger, grace).Truncate(time.Millisecond)
	start := time.Now()
	done := make(chan error, 1)
	go func() { done <- n.close(linger) }()
	select {
	case err = <-done:
	case <-ctx.Done():
		late := time.NewTimer(grace)
		defer late.Stop()
		select {
		case err = <-done:
		case <-late.C:
			return false, ctx.Err()
		}
	}
	return n.context == nil || time.Since(start) < linger, err
}
