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
// uses it, but for Abort, which may be called at any time.
type Conn[M any] interface {
	// Send sends m from its part i on, and returns the first part that was not sent.
	Send(m M, i int) (next int, err error)

	// Gone reports whether the peer is known to have hung up. It does not wait.
	Gone() bool

	SetWriteDeadline(t time.Time) error
	Close() error

	// Abort is Close without a good-bye to the peer, and ends whatever waits.
	Abort() error
}

// DefaultTimeout is the Timeout of a [Link].
const DefaultTimeout = 5 * time.Second

// Link sends messages to a peer. It connects when there is something to send, and again
// where the connection broke. After a failure it pauses: Send then returns the failure
// at once. It is safe for concurrent use; messages go out one after the other. The
// exported fields are set before use.
type Link[M any] struct {
	// Dial connects. The time is up with the context.
	Dial func(ctx context.Context) (Conn[M], error)

	// Failure makes an error of the sink of each failure; nil: the *Error as it is.
	Failure func(*Error) error

	Timeout time.Duration // of connecting, and of each Send; 0: DefaultTimeout
	Pause   flow.Pause
	Now     func() time.Time // for the pauses; nil: time.Now

	mu       sync.Mutex
	conn     Conn[M]     // nil: not connected
	unwatch  func() bool // unties the connection from the end of ctx
	started  sync.Once
	ctx      context.Context // ended by Close
	cancel   context.CancelFunc
	closed   bool
	breakups atomic.Uint64
}

// ErrClosed reports a message that was to be sent after Close.
var ErrClosed = errors.New("link is closed")

// Error says why a [Link] did not send.
type Error struct {
	Connecting bool      // there was no connection
	Err        error     // ErrClosed after Close
	Retry      time.Time // before which nothing is tried; zero: with the next message
}

// Error says why.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns why.
func (e *Error) Unwrap() error { return e.Err }

// Start is called by Send, Open and Close, unless it was before. Who makes a link calls
// it at once, so that the link does not begin in a bubble of testing/synctest and end
// outside of it.
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

// Open connects ahead of the first message. It is tried once, so the error tells of no
// other attempt, and begins no pause.
func (l *Link[M]) Open() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.connect(); err != nil {
		return l.fail(&Error{Connecting: true, Err: err})
	}
	return nil
}

// Send sends a message. Where the connection turns out to be broken it connects again,
// once, and sends what was not sent. If there is an error, next is the first part
// that was not sent.
func (l *Link[M]) Send(m M) (next int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return 0, l.fail(&Error{Err: ErrClosed})
	}
	if l.conn != nil && l.conn.Gone() {
		l.drop()
	}
	fresh := l.conn == nil
	if fresh {
		if err := l.reconnect(); err != nil {
			return 0, err
		}
	}
	next, err = l.write(m, 0)
	if err == nil || isTooLong(err) {
		return next, l.sent(err)
	}
	l.drop()
	// A connection that is new does no better the second time, and one that took
	// nothing until the time was up has cost the caller enough.
	if fresh || errors.Is(err, os.ErrDeadlineExceeded) {
		return next, l.pause(false, err)
	}
	if err := l.reconnect(); err != nil {
		return next, err
	}
	if next, err = l.write(m, next); err != nil && !isTooLong(err) {
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

// sent returns the error of a message that was sent, or that no connection can send.
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
	l.unwatch = context.AfterFunc(l.ctx, func() { _ = conn.Abort() }) // what fails then says so
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

// drop gives up a connection that broke. TLS would wait to say good-bye.
func (l *Link[M]) drop() {
	l.breakups.Add(1)
	_ = l.conn.Abort() // there is nothing left to lose
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

// Breakups returns how many connections broke. Each may have cost messages that the
// system had taken and the peer had not read.
func (l *Link[M]) Breakups() uint64 { return l.breakups.Load() }

// Gone reports whether there is a connection, and its peer has hung up.
func (l *Link[M]) Gone() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn != nil && l.conn.Gone()
}

// Close closes the connection. It waits for what is being sent; when the context ends,
// that fails at once. Closing again does nothing.
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
