package syslog

import (
	"cmp"
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

const defaultTimeout = 5 * time.Second

// Between attempts to connect that fail, the first and the longest pause.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 30 * time.Second
)

// link is a connection to a daemon. Its user locks.
type link interface {
	net.Conn

	// send sends the messages of m from i on, and returns the first one that was not
	// sent.
	send(m *batch, i int) (next int, err error)

	// gone reports whether the daemon is known to have closed the connection. It
	// does not wait.
	gone() bool
}

// connection sends messages to a daemon, and connects again where that is needed.
type connection struct {
	address string // for errors
	timeout time.Duration
	now     func() time.Time

	// dial returns a link, and what below it can be closed at any time.
	dial func(ctx context.Context) (l link, raw net.Conn, err error)

	ctx    context.Context // ended by Close when its own context ends
	cancel context.CancelFunc

	mu       sync.Mutex
	link     link // nil: not connected
	raw      net.Conn
	unwatch  func() bool // ends what closes raw when ctx ends
	closed   bool
	failures int // in a row
	failure  *Error

	records, failed, drops atomic.Uint64
}

// newConnection returns a connection that is not open yet. 0 is the default timeout.
func newConnection(address string, timeout time.Duration, dial func(context.Context) (link, net.Conn, error)) *connection {
	c := &connection{address: address, timeout: cmp.Or(timeout, defaultTimeout), now: time.Now, dial: dial}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return c
}

// open connects ahead of the first message. It is tried once, so the error tells of no
// other attempt.
func (c *connection) open() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.connect()
	if e := (*Error)(nil); errors.As(err, &e) {
		e.Retry = time.Time{}
	}
	return err
}

// handle sends what a handler makes of a record, and counts it. encode makes messages
// of the record and of its text.
func (c *connection) handle(o *logbook.Options, r *logbook.Record, encode func(*batch, *logbook.Record)) (err error) {
	sent := false
	defer func() {
		if !sent { // also where a value of the record panics
			c.failed.Add(1)
		}
	}()
	m := newBatch()
	defer m.free()
	if m.text, err = o.AppendFormat(m.text, r); err != nil {
		return &Error{Address: c.address, Op: OpFormat, Err: err}
	}
	encode(m, r)
	if err = c.send(m); err != nil {
		return err
	}
	sent = true
	c.records.Add(1)
	return nil
}

// send sends a record's messages. Where the connection turns out to be broken it
// connects again, once, and sends what was not sent.
func (c *connection) send(m *batch) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return &Error{Address: c.address, Op: OpWrite, Err: net.ErrClosed}
	}
	if c.link != nil && c.link.gone() {
		c.drop()
	}
	fresh := c.link == nil
	if fresh {
		if err := c.connect(); err != nil {
			return err
		}
	}
	next, err := c.write(m, 0)
	if err == nil || isTooLong(err) {
		return c.outcome(err)
	}
	c.drop()
	// A connection that is new does no better the second time, and one that took
	// nothing until the time was up has cost the caller enough.
	if fresh || errors.Is(err, os.ErrDeadlineExceeded) {
		return c.pause(OpWrite, err)
	}
	if err := c.connect(); err != nil {
		return err
	}
	if _, err = c.write(m, next); err != nil && !isTooLong(err) {
		c.drop()
		return c.pause(OpWrite, err)
	}
	return c.outcome(err)
}

func (c *connection) write(m *batch, from int) (next int, err error) {
	if err := c.link.SetWriteDeadline(time.Now().Add(c.timeout)); err != nil {
		return from, err
	}
	return c.link.send(m, from)
}

// outcome returns the error for messages that were sent, or that no connection can
// send.
func (c *connection) outcome(err error) error {
	c.failures = 0
	if err == nil {
		return nil
	}
	return &Error{Address: c.address, Op: OpWrite, Err: err}
}

// connect connects, unless the last attempt failed and the pause is not over.
func (c *connection) connect() error {
	if c.failure != nil && c.now().Before(c.failure.Retry) {
		return c.failure
	}
	ctx, cancel := context.WithTimeout(c.ctx, c.timeout)
	defer cancel()
	l, raw, err := c.dial(ctx)
	if err != nil {
		return c.pause(OpConnect, err)
	}
	c.link, c.raw, c.failure = l, raw, nil
	c.unwatch = context.AfterFunc(c.ctx, func() { _ = raw.Close() }) // what fails then says so
	return nil
}

// pause notes a failure, before the end of which no attempt is made, and returns
// it.
func (c *connection) pause(op Op, err error) error {
	pause := lastPause
	if c.failures < 9 { // 100 ms * 2^8 is 25.6 s
		pause = firstPause << c.failures
		c.failures++
	}
	c.failure = &Error{Address: c.address, Op: op, Err: err, Retry: c.now().Add(pause)}
	return c.failure
}

// drop gives up a connection that broke. What is below goes first: TLS would wait to
// say good-bye.
func (c *connection) drop() {
	c.drops.Add(1)
	_ = c.raw.Close() // there is nothing left to lose
	_ = c.disconnect()
}

// disconnect closes the connection, at once when ctx ends.
func (c *connection) disconnect() error {
	if c.link == nil {
		return nil
	}
	err := c.link.Close()
	c.unwatch()
	c.link, c.raw = nil, nil
	return err
}

func (c *connection) stats() Stats {
	return Stats{Records: c.records.Load(), Failed: c.failed.Load(), Drops: c.drops.Load()}
}

// close waits for what is being sent. When the context ends, that fails at once.
func (c *connection) close(ctx context.Context) error {
	defer context.AfterFunc(ctx, c.cancel)()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	err := c.disconnect()
	c.cancel()
	if err == nil || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return &Error{Address: c.address, Op: OpWrite, Err: err}
}
