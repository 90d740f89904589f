//go:build cgo && zmq && !windows

package zeromq

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/pebbe/zmq4"
	"golang.org/x/sys/unix"
)

// Context is a ZeroMQ context, for [SocketOptions].
type Context = zmq4.Context

// Socket is a ZeroMQ socket, for [HandlerOptions] and [SubscriberOptions].
type Socket = zmq4.Socket

// types of sockets
var socketTypes = map[socketType]zmq4.Type{
	xpub: zmq4.XPUB, xsub: zmq4.XSUB, sub: zmq4.SUB, push: zmq4.PUSH, pull: zmq4.PULL, rep: zmq4.REP, pair: zmq4.PAIR,
}

// checkLibrary refuses versions of libzmq that an unknown peer can attack.
func checkLibrary() error {
	major, minor, patch := zmq4.Version()
	return checkVersion([3]int{major, minor, patch})
}

// newContext returns a context of our own. Only close ends it: a finalizer could wait for
// ever in the goroutine that runs all finalizers of the program.
func newContext() (*Context, error) {
	c, err := zmq4.NewContext()
	if err != nil {
		return nil, err
	}
	runtime.SetFinalizer(c, nil)
	return c, nil
}

// endContext ends a context when its sockets are closed and have sent what they hold, or
// their linger is over.
func endContext(c *Context) error { return c.Term() }

// socket is a ZeroMQ socket. One goroutine at a time may use it. No method waits: the
// binding restarts its time-outs at each signal, and Go sends itself many. Instead ready
// has a token after libzmq had something to report, as after a message or when there is
// room for one. The goroutine reads ready after it has found nothing to do.
type socket struct {
	soc   *zmq4.Socket
	file  *os.File // duplicate of the descriptor at which libzmq reports
	ready chan struct{}
	ended chan struct{} // the goroutine that feeds ready has
}

func newSocket(c *Context, t socketType) (*socket, error) {
	soc, err := c.NewSocket(socketTypes[t])
	if err != nil {
		return nil, err
	}
	return ownSocket(soc)
}

// ownSocket takes a socket over, and closes it if that fails.
func ownSocket(soc *zmq4.Socket) (*socket, error) {
	runtime.SetFinalizer(soc, nil)
	s := &socket{soc: soc, ready: make(chan struct{}, 1), ended: make(chan struct{})}
	if err := s.watch(); err != nil {
		return nil, errors.Join(err, soc.Close())
	}
	return s, nil
}

// watch starts the goroutine that feeds ready. It does not use the socket, but waits in Go's
// poller for the descriptor, which is level with libzmq's rule that only changes are
// reported.
func (s *socket) watch() error {
	fd, err := s.soc.GetFd()
	if err != nil {
		return err
	}
	if fd, err = unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0); err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	s.file = os.NewFile(uintptr(fd), "zeromq")
	raw, err := s.file.SyscallConn()
	if err == nil {
		err = s.file.SetReadDeadline(time.Time{}) // fails if Go cannot wait for it
	}
	if err != nil {
		return errors.Join(err, s.file.Close())
	}
	go func() {
		defer close(s.ended)
		_ = raw.Read(func(uintptr) bool { // until the file is closed
			select {
			case s.ready <- struct{}{}:
			default:
			}
			return false
		})
	}()
	return nil
}

// socketType returns the type of the socket.
func (s *socket) socketType() (socketType, error) {
	is, err := s.soc.GetType()
	if err != nil {
		return 0, err
	}
	for t, of := range socketTypes {
		if of == is {
			return t, nil
		}
	}
	return 0, fmt.Errorf("sockets of type %s are not supported", is)
}

// unguarded reports whether the socket accepts every client that knows its public key: it
// is a server with CURVE, and nobody checks the keys in its context.
func (s *socket) unguarded() (bool, error) {
	on, err := s.soc.GetMechanism()
	if err != nil || on != zmq4.CURVE {
		return false, err
	}
	if key, err := s.soc.GetCurveServerkeyRaw(); err != nil || strings.Trim(key, "\x00") != "" {
		return false, err // a client
	}
	c, err := s.soc.Context()
	if err != nil {
		return false, err
	}
	probe, err := newSocket(c, rep)
	if err != nil {
		return false, err
	}
	if err = probe.bind(zapAddress); err == nil {
		return true, errors.Join(probe.soc.Unbind(zapAddress), probe.close(0)) // a closed socket keeps it for a moment
	}
	return false, errors.Join(probe.close(0), notInUse(err))
}

func notInUse(err error) error {
	if zmq4.AsErrno(err) == zmq4.EADDRINUSE {
		return nil
	}
	return err
}

// set sets options of the socket.
func (s *socket) set(o settings) error {
	c := s.soc
	var errs []error
	do := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	do(c.SetSndhwm(o.highWater))
	do(c.SetRcvhwm(o.highWater))
	do(c.SetMaxmsgsize(int64(o.maxReceive)))
	do(c.SetReconnectIvl(o.reconnectMin))
	do(c.SetReconnectIvlMax(o.reconnectMax))
	do(c.SetHandshakeIvl(handshakeTime))
	do(c.SetTcpKeepalive(1))
	do(c.SetTcpKeepaliveIdle(keepaliveIdle))
	do(c.SetTcpKeepaliveIntvl(keepaliveInterval))
	do(c.SetTcpKeepaliveCnt(keepaliveCount))
	if o.heartbeat > 0 {
		do(c.SetHeartbeatIvl(o.heartbeat))
		do(c.SetHeartbeatTimeout(missedHeartbeats * o.heartbeat))
	}
	if o.ipv6 {
		do(c.SetIpv6(true))
	}
	if o.noDrop {
		do(c.SetXpubNodrop(true))
	}
	if k := o.keys; k != nil {
		do(c.SetCurvePublickey(k.public))
		do(c.SetCurveSecretkey(k.secret))
		if k.server != "" {
			do(c.SetCurveServerkey(k.server))
		} else {
			do(c.SetCurveServer(1))
			do(c.SetZapDomain(zapDomain))
		}
	}
	for _, topic := range o.topics {
		do(c.SetSubscribe(topic))
	}
	return errors.Join(errs...)
}

func (s *socket) bind(address string) error    { return s.soc.Bind(address) }
func (s *socket) connect(address string) error { return s.soc.Connect(address) }

// reconnect connects anew.
func (s *socket) reconnect(address string) error {
	_ = s.soc.Disconnect(address) // libzmq may have done so
	return s.soc.Connect(address)
}

// endpoint returns the address that the last bind or connect resulted in.
func (s *socket) endpoint() (string, error) { return s.soc.GetLastEndpoint() }

const again = zmq4.Errno(syscall.EAGAIN)

// send sends a frame, unless there is no room for it now.
func (s *socket) send(frame []byte, more bool) (sent bool, err error) {
	flags := zmq4.DONTWAIT
	if more {
		flags |= zmq4.SNDMORE
	}
	for {
		switch _, err := s.soc.SendBytes(frame, flags); zmq4.AsErrno(err) {
		case 0:
			return err == nil, err
		case again:
			return false, nil
		case zmq4.Errno(syscall.EINTR): // in a context that does not try again itself
		default:
			return false, err
		}
	}
}

// refresh lets libzmq note what has changed, such as room for a frame.
func (s *socket) refresh() error {
	_, err := s.soc.GetEvents()
	return err
}

// receive returns a frame, and whether it belongs together with the next one. ok is false
// if there is none now.
func (s *socket) receive() (frame []byte, more, ok bool, err error) {
	for {
		frame, err := s.soc.RecvBytes(zmq4.DONTWAIT)
		switch zmq4.AsErrno(err) {
		case 0:
			if err != nil {
				return nil, false, false, err
			}
			more, err := s.soc.GetRcvmore()
			return frame, more, true, err
		case again:
			return nil, false, false, nil
		case zmq4.Errno(syscall.EINTR):
		default:
			return nil, false, false, err
		}
	}
}

// watchEvents makes the socket send its events to an address within its context.
func (s *socket) watchEvents(address string) error { return s.soc.Monitor(address, zmq4.EVENT_ALL) }

// endEvents sends the last event, after which there is no other.
func (s *socket) endEvents() error { return s.soc.Monitor("", 0) }

var eventKinds = map[zmq4.Event]EventKind{
	zmq4.EVENT_LISTENING: Listening, zmq4.EVENT_ACCEPTED: Accepted, zmq4.EVENT_CONNECTED: Connected,
	zmq4.EVENT_CONNECT_RETRIED: Retrying, zmq4.EVENT_ACCEPT_FAILED: AcceptFailed,
	zmq4.EVENT_HANDSHAKE_SUCCEEDED: HandshakeSucceeded, zmq4.EVENT_DISCONNECTED: Disconnected,
	zmq4.EVENT_HANDSHAKE_FAILED_NO_DETAIL: HandshakeFailed, zmq4.EVENT_HANDSHAKE_FAILED_PROTOCOL: HandshakeFailed,
	zmq4.EVENT_HANDSHAKE_FAILED_AUTH: HandshakeFailed, zmq4.EVENT_MONITOR_STOPPED: lastEvent,
}

// event returns an event of a socket that is watched. Its Kind is "" for events that are
// not reported.
func (s *socket) event() (e Event, ok bool, err error) {
	kind, address, value, err := s.soc.RecvEvent(zmq4.DONTWAIT)
	if err != nil {
		if zmq4.AsErrno(err) == again {
			err = nil
		}
		return Event{}, false, err
	}
	e = Event{Kind: eventKinds[kind], Address: address}
	switch kind {
	case zmq4.EVENT_HANDSHAKE_FAILED_AUTH:
		e.Err = fmt.Errorf("%w (status %d)", ErrUnauthorized, value)
	case zmq4.EVENT_HANDSHAKE_FAILED_PROTOCOL:
		e.Err = fmt.Errorf("%w (0x%x)", ErrHandshake, uint32(value))
	case zmq4.EVENT_HANDSHAKE_FAILED_NO_DETAIL:
		if e.Err = syscall.Errno(value); e.Err == syscall.EAGAIN {
			e.Err = os.ErrDeadlineExceeded
		}
		e.Err = fmt.Errorf("%w: %w", ErrHandshake, e.Err)
	case zmq4.EVENT_ACCEPT_FAILED:
		e.Err = syscall.Errno(value)
	}
	return e, true, nil
}

// close closes the socket. Its context goes on sending what the socket holds for the given
// time.
func (s *socket) close(linger time.Duration) error {
	err := s.file.Close()
	<-s.ended
	return errors.Join(err, s.soc.SetLinger(linger), s.soc.Close())
}
