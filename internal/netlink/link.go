package netlink

import (
	"cmp"
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
)

// Conn is a connection over which messages of type M are sent. One goroutine at a time
// uses it, except for Abort, which may be called at any time.
type Conn[M any] interface {
	// Send sends m from its part i on, and returns the first part that was not sent.
	Send(m M, i int) (next int, err error)

	// HungUp reports whether the peer is known to have hung up. It does not wait.
	HungUp() bool

	SetWriteDeadline(t time.Time) error
	Close() error

	// Abort is Close without a close message to the peer, and ends a waiting call.
	Abort() error
}

// DefaultTimeout is the Timeout of a [Link].
const DefaultTimeout = 5 * time.Second

// Link sends messages to a peer. It connects with the first message, and again after the
// connection broke. After a failure it pauses: Send then returns the failure at once. It
// is safe for concurrent use, and sends one message at a time. Set the exported fields
// before use.
type Link[M any] struct {
	// Dial connects, until the context ends.
	Dial func(ctx context.Context) (Conn[M], error)

	// Failure converts a failure to an error of the sink; nil: the *Error itself.
	Failure func(*Error) error

	Timeout time.Duration // of connecting, and of each Send; 0: DefaultTimeout
	Pause   flow.Pause
	Now     func() time.Time // for the pauses; nil: time.Now

	mu       sync.Mutex
	conn     Conn[M]     // nil: not connected
	unwatch  func() bool // detaches the connection from ctx
	started  sync.Once
	ctx      context.Context // ended by Close
	cancel   context.CancelFunc
	closed   bool
	breakups atomic.Uint64
}

// MessageError is returned by [Conn].Send for a message that no connection can send, or that
// the peer refused. The connection can still be used.
type MessageError struct{ Err error }

// Error returns the text of Err.
func (e *MessageError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *MessageError) Unwrap() error { return e.Err }

func isOfMessage(err error) bool {
	e := (*MessageError)(nil)
	return isTooLong(err) || errors.As(err, &e)
}

// ErrClosed is the error of Send after Close.
var ErrClosed = errors.New("link is closed")

// Error reports why a [Link] did not send.
type Error struct {
	Connecting bool      // there was no connection
	Err        error     // ErrClosed after Close
	Retry      time.Time // time of the next attempt; zero: with the next message
}

// Error returns the text of Err.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Start is called by Send, Open and Close if necessary. Call it when the link is made, so
// that the link does not begin in a bubble of testing/synctest and end outside of it.
func (l *Link[M]) Start() {
	l.started.Do(func() { l.ctx, l.cancel = flow.NewContext() })
}

// fail returns the error of a failure.
func (l *Link[M]) fail(e *Error) error {
	if l.Failure == nil {
		return e
	}
	return l.Failure(e)
}

// Open connects before the first message. It tries once; an error begins no pause, and
// has no time of a next attempt.
func (l *Link[M]) Open() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.connect(); err != nil {
		return l.fail(&Error{Connecting: true, Err: err})
	}
	return nil
}

// Send sends a message. If the connection turns out to be broken it connects again, once,
// and sends the remaining parts. If there is an error, next is the first part that was
// not sent.
func (l *Link[M]) Send(m M) (next int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return 0, l.fail(&Error{Err: ErrClosed})
	}
	if l.conn != nil && l.conn.HungUp() {
		l.drop()
	}
	fresh := l.conn == nil
	if fresh {
		if err := l.reconnect(); err != nil {
			return 0, err
		}
	}
	next, err = l.write(m, 0)
	if err == nil || isOfMessage(err) {
		return next, l.sent(err)
	}
	l.drop()
	// Do not try again after a new connection failed, or after a timeout: the caller has
	// waited long enough.
	if fresh || errors.Is(err, os.ErrDeadlineExceeded) {
		return next, l.pause(false, err)
	}
	if err := l.reconnect(); err != nil {
		return next, err
	}
	if next, err = l.write(m, next); err != nil && !isOfMessage(err) {
		l.drop()
		return next, l.pause(false, err)
	}
	return next, l.sent(err)
}

func (l *Link[M]) write(m M, from int) (next int, err error) {
	if err := l.conn.SetWriteDeadline(time.Now().Add(l.timeout())); err != nil {
		return from, err
	}
	return l.conn.Send(m, from)
}

func (l *Link[M]) timeout() time.Duration { return cmp.Or(l.Timeout, DefaultTimeout) }

// sent ends a message that was sent, or that no connection can send.
func (l *Link[M]) sent(err error) error {
	l.Pause.Succeeded()
	if err == nil {
		return nil
	}
	return l.fail(&Error{Err: err})
}

// reconnect connects, unless there is a pause.
func (l *Link[M]) reconnect() error {
	if err := l.Pause.Err(l.now()); err != nil {
		return err
	}
	if err := l.connect(); err != nil {
		return l.pause(true, err)
	}
	return nil
}

func (l *Link[M]) connect() error {
	l.Start()
	ctx, cancel := context.WithTimeout(l.ctx, l.timeout())
	defer cancel()
	conn, err := l.Dial(ctx)
	if err != nil {
		return err
	}
	l.conn = conn
	l.unwatch = context.AfterFunc(l.ctx, func() { _ = conn.Abort() }) // failing calls then return an error
	return nil
}

// pause begins a pause, and returns its failure.
func (l *Link[M]) pause(connecting bool, err error) error {
	return l.Pause.Begin(l.now(), func(until time.Time) error {
		return l.fail(&Error{Connecting: connecting, Err: err, Retry: until})
	})
}

func (l *Link[M]) now() time.Time {
	if l.Now != nil {
		return l.Now()
	}
	return time.Now()
}

// drop closes a broken connection, without the TLS close message, which could block.
func (l *Link[M]) drop() {
	l.breakups.Add(1)
	_ = l.conn.Abort() // its messages are lost anyway
	_ = l.disconnect()
}

// disconnect closes the connection, at once when ctx ends.
func (l *Link[M]) disconnect() error {
	if l.conn == nil {
		return nil
	}
	err := l.conn.Close()
	l.unwatch()
	l.conn = nil
	return err
}

// Breakups returns the number of connections that broke. Each may have lost messages that
// the system had taken and the peer had not read.
func (l *Link[M]) Breakups() uint64 { return l.breakups.Load() }

// HungUp reports whether there is a connection, and its peer has hung up.
func (l *Link[M]) HungUp() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn != nil && l.conn.HungUp()
}

// Close closes the connection. It waits for a current Send; when the context ends, that
// fails at once. Closing again does nothing.
func (l *Link[M]) Close(ctx context.Context) error {
	l.Start()
	defer context.AfterFunc(ctx, l.cancel)()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	err := l.disconnect()
	l.cancel()
	if err == nil || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return l.fail(&Error{Err: err})
}
