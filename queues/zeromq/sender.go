package zeromq

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/hold"
	"github.com/logbook-go/logbook/logbook"
)

// sender sends records for a Handler, from the goroutine of its Background. Close may be
// called on another one.
type sender struct {
	logbook.Options
	node        *node
	maxMessage  int
	capacity    int // records that ZeroMQ may hold
	sendTimeout time.Duration
	linger      time.Duration

	ctx  context.Context // ended by Close
	stop context.CancelFunc

	mu     sync.Mutex // held by the owner of the socket and of these fields
	closed bool
	topics map[string]bool // that a peer subscribes to; nil: peers do not subscribe
	frame  []byte
	keep   bool // what no peer takes is left to the caller
	lost   int  // records dropped here that are not reported in the stream yet
	risked int  // records that ZeroMQ took since it was connected anew

	sent, unheard, dropped, left atomic.Uint64
}

// inEncoder is how many records may be on their way from ZeroMQ's queue to the system: it
// writes 8 KiB at once.
const inEncoder = 32

func newSender(n *node, s settings, o *HandlerOptions) *sender {
	h := &sender{
		Options: logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble},
		node:    n, maxMessage: s.maxMessage, capacity: s.highWater + inEncoder, sendTimeout: o.SendTimeout, linger: o.Linger,
	}
	if h.linger == 0 {
		h.linger = defaultLinger
	}
	if n.kind == xpub {
		h.topics = make(map[string]bool)
	}
	h.ctx, h.stop = flow.NewContext()
	return h
}

// Binding implements [logbook.Bindable].
func (h *sender) Binding() logbook.Binding {
	b := h.Options.Binding()
	b.Quiet = h
	return b
}

// Handle sends a record.
func (h *sender) Handle(r *logbook.Record) error {
	return h.HandleBatch([]*logbook.Record{r}, logbook.ReasonBuffer)
}

var wire = logbook.Wire()

var (
	errNobody  = errors.New("no peer subscribes to it")
	errNoPeer  = errors.New("no peer had room for it")
	errLinger  = errors.New("zeromq: no peer took them in time; this is the largest possible number")
	errTooLong = errors.New("longer than MaxMessageSize")
)

// HandleBatch sends records, and waits for peers with room. Close ends it; the records that
// are left then are left to the caller.
func (h *sender) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.readSubscriptions(); err != nil && !h.closed {
		h.drop(rs)
		return err
	}
	var errs []error
	for i, r := range rs {
		if h.ctx.Err() != nil {
			return &logbook.UnsentError{Records: len(rs) - i, Err: errors.Join(append(errs, logbook.ErrClosed)...)}
		}
		switch err := h.record(r); {
		case err == nil:
			if _, notice := hold.Noticed(r); !notice {
				h.sent.Add(1)
				h.risked++
			}
		case errors.Is(err, errNobody):
			if _, notice := hold.Noticed(r); !notice {
				h.unheard.Add(1)
			}
		case errors.Is(err, context.Canceled): // by Close
			return &logbook.UnsentError{Records: len(rs) - i, Err: errors.Join(append(errs, logbook.ErrClosed)...)}
		case errors.Is(err, errNoPeer) && h.keep:
			return &logbook.UnsentError{Records: len(rs) - i, Err: errors.Join(append(errs, h.node.fail("send", err))...)}
		case errors.Is(err, errNoPeer):
			h.drop(rs[i:])
			return errors.Join(append(errs, fmt.Errorf("%w within %v: %d dropped", h.node.fail("send", err), h.sendTimeout, len(rs)-i))...)
		default:
			h.drop(rs[i : i+1])
			errs = append(errs, h.node.fail("send", err))
		}
	}
	return errors.Join(errs...)
}

// drop counts records as lost. A notice among them counts for those that it reports.
func (h *sender) drop(rs []*logbook.Record) {
	for _, r := range rs {
		n, notice := hold.Noticed(r)
		if h.lost += n; !notice {
			h.lost++
			h.dropped.Add(1)
		}
	}
}

// record sends a record, after the notice of those that were lost before it.
func (h *sender) record(r *logbook.Record) error {
	if h.lost > 0 {
		if err := h.encode(hold.LossNotice(h.lost, r)); err == nil && h.heard() {
			if sent, err := h.node.sock.send(h.frame, false); err == nil && sent {
				h.lost = 0
			}
		}
	}
	if err := h.encode(r); err != nil {
		return err
	}
	return h.send()
}

func (h *sender) encode(r *logbook.Record) (err error) {
	if cap(h.frame) > 1<<20 {
		h.frame = nil // of a record that was large
	}
	if h.frame, err = wire.AppendFormat(h.frame[:0], r); err == nil && len(h.frame) > h.maxMessage {
		err = errTooLong
	}
	return err
}

// send sends the frame, and waits for room.
func (h *sender) send() error {
	if !h.heard() {
		return errNobody
	}
	if h.node.again.joined() {
		if sent, err := h.node.sock.send(h.frame, false); sent || err != nil {
			return err
		}
	}
	var timeout <-chan time.Time
	if h.sendTimeout > 0 {
		timer := time.NewTimer(h.sendTimeout)
		defer timer.Stop()
		timeout = timer.C
	}
	for {
		// libzmq reports changes once, so that all of them are read before waiting.
		if err := errors.Join(h.rejoin(), h.node.sock.refresh(), h.readSubscriptions()); err != nil {
			return err
		}
		if !h.heard() {
			return errNobody
		}
		if h.node.again.joined() {
			if sent, err := h.node.sock.send(h.frame, false); sent || err != nil {
				return err
			}
		}
		select {
		case <-h.node.sock.ready:
		case <-h.node.again.changed:
		case <-timeout:
			return errNoPeer
		case <-h.ctx.Done():
			return h.ctx.Err()
		}
	}
}

// rejoin connects anew if ZeroMQ has given up. What it still held is lost with the
// connection; how much that is, it does not say.
func (h *sender) rejoin() error {
	done, err := h.node.rejoin()
	if done {
		lost := min(h.risked, h.capacity)
		h.lost += lost
		h.left.Add(uint64(lost))
		h.risked = 0
	}
	return err
}

// heard reports whether a peer wants the frame.
func (h *sender) heard() bool {
	if h.topics == nil || h.topics[""] {
		return true
	}
	for topic := range h.topics {
		if strings.HasPrefix(string(h.frame), topic) {
			return true
		}
	}
	return false
}

// readSubscriptions reads what peers subscribe to.
func (h *sender) readSubscriptions() error {
	if h.topics == nil {
		return nil
	}
	for {
		frame, _, ok, err := h.node.sock.receive()
		if err != nil {
			return h.node.fail("receive", err)
		}
		if !ok {
			return nil
		}
		switch {
		case len(frame) == 0:
		case frame[0] == 1:
			h.topics[string(frame[1:])] = true
		case frame[0] == 0:
			delete(h.topics, string(frame[1:]))
		}
	}
}

// Close ends HandleBatch, and closes the socket. Records that ZeroMQ has not sent are
// reported as a [*logbook.UnsentError]. ZeroMQ does not say how many these are, so the
// number is an upper bound, and exact if no peer has ever connected.
func (h *sender) Close(ctx context.Context) error {
	h.stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil
	}
	h.closed = true
	flushed, err := h.node.closeWithin(ctx, h.linger)
	if n := min(h.sent.Load(), uint64(h.capacity)); !flushed && n > 0 {
		h.left.Add(n)
		return &logbook.UnsentError{Records: int(n), Err: errors.Join(errLinger, err)}
	}
	return err
}
