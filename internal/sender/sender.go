package sender

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

// The operations that may fail.
const (
	OpFormat  = "format"
	OpConnect = "connect" // with the TLS handshake
	OpWrite   = "write"
)

// The first and the longest pause between attempts to connect.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 30 * time.Second
)

// Sender sends records to a peer. It is safe for concurrent use.
type Sender struct {
	Link   *netlink.Link[*Batch] // for tests
	encode func(*Batch, *logbook.Record) error
	fail   func(op string, err error, retry time.Time) error

	records, failed atomic.Uint64
}

// Config configures a [Sender]. All but Timeout is required.
type Config struct {
	Timeout time.Duration // of connecting, and of each write; 0: netlink.DefaultTimeout
	Dial    func(context.Context) (Conn, error)

	// Encode adds the messages of a record to a batch.
	Encode func(*Batch, *logbook.Record) error

	// Fail makes the handler's error. retry is the time of the next attempt; zero: with
	// the next record.
	Fail func(op string, err error, retry time.Time) error
}

// New returns a sender that is not connected yet.
func New(c Config) *Sender {
	s := &Sender{encode: c.Encode, fail: c.Fail}
	s.Link = &netlink.Link[*Batch]{
		Dial: c.Dial, Timeout: c.Timeout,
		Pause: flow.Pause{First: firstPause, Max: lastPause, Jitter: flow.DefaultJitter},
		Failure: func(e *netlink.Error) error {
			op, err := OpWrite, e.Err
			if e.Connecting {
				op = OpConnect
			}
			if err == netlink.ErrClosed {
				err = logbook.ErrClosed
			}
			later := e.Connecting || !e.Retry.IsZero() || e.Err == netlink.ErrClosed
			return &failure{c.Fail(op, err, e.Retry), later}
		},
	}
	s.Link.Start()
	return s
}

// failure is an error of the link.
type failure struct {
	error
	unreachable bool // the peer could not be reached, so a later attempt may succeed
}

// send sends a batch, and returns the first message that was not sent.
func (s *Sender) send(m *Batch) (next int, unreachable bool, err error) {
	next, err = s.Link.Send(m)
	if f, ok := err.(*failure); ok {
		return next, f.unreachable, f.error
	}
	return next, false, err
}

// Open connects before the first record.
func (s *Sender) Open() error { return bare(s.Link.Open()) }

// Close closes the connection. It waits for records that are being sent; when the context
// ends, they fail. Closing again does nothing.
func (s *Sender) Close(ctx context.Context) error { return bare(s.Link.Close(ctx)) }

func bare(err error) error {
	if f, ok := err.(*failure); ok {
		return f.error
	}
	return err
}

// Handle sends a record, and counts it.
func (s *Sender) Handle(r *logbook.Record) (err error) {
	sent := false
	defer func() {
		if !sent { // even if a value of the record panics
			s.failed.Add(1)
		}
	}()
	m := newBatch()
	defer m.free()
	if err := s.encode(m, r); err != nil {
		return s.fail(OpFormat, err, time.Time{})
	}
	if _, _, err := s.send(m); err != nil {
		return err
	}
	sent = true
	s.records.Add(1)
	return nil
}

// maxWrite is the size at which the messages of a batch of records are sent, before the
// rest is encoded.
const maxWrite = 1 << 20

// HandleBatch is Handle for several records, whose messages are sent in a row, up to a MiB
// at a time. Records that are not sent because the peer cannot be reached are left to the
// caller.
func (s *Sender) HandleBatch(rs []*logbook.Record) error {
	m := newBatch()
	defer m.free()
	var errs []error
	for len(rs) > 0 {
		n, sent, unreachable, err := s.sendSome(m, rs)
		if err != nil {
			errs = append(errs, err)
		}
		s.records.Add(uint64(sent))
		s.failed.Add(uint64(n - sent))
		rs = rs[n:]
		if len(rs) > 0 && unreachable {
			return &logbook.UnsentError{Records: len(rs), Err: errors.Join(errs...)}
		}
	}
	return errors.Join(errs...)
}

// sendSome sends the first of the records, and returns how many it is done with, and how
// many of these were sent.
func (s *Sender) sendSome(m *Batch, rs []*logbook.Record) (n, sent int, unreachable bool, err error) {
	m.B, m.Ends = m.B[:0], m.Ends[:0]
	ends := make([]int, 0, len(rs)) // of the records, in messages
	failures := make([]error, 0, len(rs))
	for _, r := range rs {
		if len(m.B) >= maxWrite {
			break
		}
		bytes, messages := len(m.B), len(m.Ends)
		err := panics.Call(func() error { return s.encode(m, r) })
		if err != nil {
			m.B, m.Ends = m.B[:bytes], m.Ends[:messages]
			err = s.fail(OpFormat, err, time.Time{})
		}
		ends, failures = append(ends, len(m.Ends)), append(failures, err)
	}
	next := 0
	if len(m.Ends) > 0 {
		next, unreachable, err = s.send(m)
	}
	for n < len(ends) && (err == nil || ends[n] <= next) {
		if failures[n] == nil {
			sent++
		}
		n++
	}
	if n < len(ends) && !unreachable {
		n++ // another attempt would fail too
	}
	return n, sent, unreachable, errors.Join(append(failures[:min(n, len(failures))], err)...)
}

// Stats returns the counts so far: Handled are the records that the operating system has
// taken. The counter "breakups" is the number of connections that broke.
func (s *Sender) Stats() logbook.Stats {
	return logbook.Stats{
		Handled: s.records.Load(), Dropped: s.failed.Load(),
		Counters: []logbook.Counter{{Name: "breakups", Value: s.Link.Breakups()}},
	}
}
