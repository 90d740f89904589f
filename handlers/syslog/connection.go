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

// Between attempts to connect that fail, the first and the longest pause.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 30 * time.Second
)

// link is a connection to a daemon.
type link = netlink.Conn[*batch]

// connection sends what a handler makes of records to a daemon, and counts it.
type connection struct {
	address string // for errors
	link    *netlink.Link[*batch]

	records, failed atomic.Uint64
}

// newConnection returns a connection that is not open yet. 0 is the default timeout.
func newConnection(address string, timeout time.Duration, dial func(context.Context) (link, error)) *connection {
	c := &connection{address: address, link: &netlink.Link[*batch]{
		Dial: dial, Timeout: timeout,
		Pause: flow.Pause{First: firstPause, Max: lastPause, Jitter: flow.DefaultJitter},
		Failure: func(e *netlink.Error) error {
			op := OpWrite
			if e.Connecting {
				op = OpConnect
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

// handle sends what a handler makes of a record, and counts it. encode adds messages of
// the record and of its text.
func (c *connection) handle(o *logbook.Options, r *logbook.Record, encode func(*batch, *logbook.Record)) (err error) {
	sent := false
	defer func() {
		if !sent { // also where a value of the record panics
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
		return &Error{Address: c.address, Op: OpFormat, Err: err}
	}
	encode(m, r)
	return nil
}

// maxWrite is the size from which what was made of a batch of records is sent, before
// the rest is made.
const maxWrite = 1 << 20

// handleBatch is handle for several records, whose messages go out in a row. Over a
// stream they are one write, or one for each MiB.
func (c *connection) handleBatch(o *logbook.Options, rs []*logbook.Record, encode func(*batch, *logbook.Record)) error {
	m := newBatch()
	defer m.free()
	var errs []error
	var ends []int // of the records, in messages
	unsent := 0
	flush := func() {
		next, err := c.link.Send(m)
		failed := 0
		for _, end := range ends {
			if err != nil && end > next {
				failed++
			}
		}
		if err != nil {
			errs = append(errs, err)
		}
		c.records.Add(uint64(len(ends) - failed))
		unsent += failed
		m.b, m.ends, ends = m.b[:0], m.ends[:0], ends[:0]
	}
	for _, r := range rs {
		bytes, messages := len(m.b), len(m.ends)
		if err := panics.Call(func() error { return c.add(m, o, r, encode) }); err != nil {
			m.b, m.ends = m.b[:bytes], m.ends[:messages]
			errs = append(errs, err)
			unsent++
			continue
		}
		if ends = append(ends, len(m.ends)); len(m.b) >= maxWrite {
			flush()
		}
	}
	if len(ends) > 0 {
		flush()
	}
	c.failed.Add(uint64(unsent))
	if len(errs) == 0 {
		return nil
	}
	return &logbook.UnsentError{Records: unsent, Err: errors.Join(errs...)}
}

func (c *connection) stats() Stats {
	return Stats{Records: c.records.Load(), Failed: c.failed.Load(), Drops: c.link.Breakups()}
}
