package syslog

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/logbook"
)

// The first and the longest pause between attempts to connect.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 30 * time.Second
)

// link is a connection to a daemon.
type link = netlink.Conn[*batch]

// connection sends the messages of records to a daemon, and counts the records.
type connection struct {
	address string // for errors
	link    *netlink.Link[*batch]

	records, failed atomic.Uint64
}

// newConnection returns a connection that is not open yet. Timeout 0 is the default.
func newConnection(address string, timeout time.Duration, dial func(context.Context) (link, error)) *connection {
	c := &connection{address: address, link: &netlink.Link[*batch]{
		Dial: dial, Timeout: timeout,
		Pause: flow.Pause{First: firstPause, Max: lastPause, Jitter: flow.DefaultJitter},
		Failure: func(e *netlink.Error) error {
			op := opWrite
			if e.Connecting {
				op = opConnect
			}
			err := e.Err
			if err == netlink.ErrClosed {
				err = logbook.ErrClosed
			}
			return &Error{Address: address, Op: op, Err: err, Retry: e.Retry}
		},
	}}
	c.link.Start()
	return c
}

// handle sends a record, and counts it. encode adds the messages of the record and its
// text.
func (c *connection) handle(o *logbook.Options, r *logbook.Record, encode func(*batch, *logbook.Record)) (err error) {
	sent := false
	defer func() {
		if !sent { // even if a value of the record panics
			c.failed.Add(1)
		}
	}()
	m := newBatch()
	defer m.free()
	if err := c.add(m, o, r, encode); err != nil {
		return err
	}
	if _, err := c.link.Send(m); err != nil {
		return err
	}
	sent = true
	c.records.Add(1)
	return nil
}

// add adds the messages of a record.
func (c *connection) add(m *batch, o *logbook.Options, r *logbook.Record, encode func(*batch, *logbook.Record)) (err error) {
	m.text, m.header = m.text[:0], m.header[:0]
	if m.text, err = o.AppendFormat(m.text, r); err != nil {
		return &Error{Address: c.address, Op: opFormat, Err: err}
	}
	encode(m, r)
	return nil
}

// maxWrite is the size at which the messages of a batch of records are sent, before the
// rest is encoded.
const maxWrite = 1 << 20

// handleBatch is handle for several records, whose messages are sent in a row. Over a
// stream they are one write, or one for each MiB. Records that are not sent because the
// daemon cannot be reached are left to the caller.
func (c *connection) handleBatch(o *logbook.Options, rs []*logbook.Record, encode func(*batch, *logbook.Record)) error {
	m := newBatch()
	defer m.free()
	var errs []error
	for len(rs) > 0 {
		n, sent, err := c.sendSome(m, o, rs, encode)
		if err != nil {
			errs = append(errs, err)
		}
		c.records.Add(uint64(sent))
		c.failed.Add(uint64(n - sent))
		rs = rs[n:]
		if e := (*Error)(nil); len(rs) > 0 && errors.As(err, &e) && e.unreachable() {
			return &logbook.UnsentError{Records: len(rs), Err: errors.Join(errs...)}
		}
	}
	return errors.Join(errs...)
}

// sendSome sends the first of the records, and returns how many it is done with, and how
// many of these were sent.
func (c *connection) sendSome(m *batch, o *logbook.Options, rs []*logbook.Record, encode func(*batch, *logbook.Record)) (n, sent int, err error) {
	m.b, m.ends = m.b[:0], m.ends[:0]
	ends := make([]int, 0, len(rs)) // of the records, in messages
	failures := make([]error, 0, len(rs))
	for _, r := range rs {
		if len(m.b) >= maxWrite {
			break
		}
		bytes, messages := len(m.b), len(m.ends)
		err := panics.Call(func() error { return c.add(m, o, r, encode) })
		if err != nil {
			m.b, m.ends = m.b[:bytes], m.ends[:messages]
		}
		ends, failures = append(ends, len(m.ends)), append(failures, err)
	}
	next := 0
	if len(m.ends) > 0 {
		next, err = c.link.Send(m)
	}
	for n < len(ends) && (err == nil || ends[n] <= next) {
		if failures[n] == nil {
			sent++
		}
		n++
	}
	if e := (*Error)(nil); n < len(ends) && !(errors.As(err, &e) && e.unreachable()) {
		n++ // another attempt would fail too
	}
	return n, sent, errors.Join(append(failures[:min(n, len(failures))], err)...)
}

// stats returns the counts that the handlers of the package have in common.
func (c *connection) stats() logbook.Stats {
	return logbook.Stats{
		Handled: c.records.Load(), Dropped: c.failed.Load(),
		Counters: []logbook.Counter{{Name: "breakups", Value: c.link.Breakups()}},
	}
}
