package queues

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/hold"
	"github.com/logbook-go/logbook/internal/tally"
	"github.com/logbook-go/logbook/logbook"
)

// ChannelOptions configure [NewChannel]. nil is the default.
type ChannelOptions struct {
	Level  slog.Leveler               // lowest level taken; nil: all
	Filter func(*logbook.Record) bool // called after the processors; nil: all
	Bubble bool                       // pass records on to the next handler

	// Overflow decides about records for which the channel has no room: [Block] or
	// [DropNewest]. 0: Block.
	Overflow Overflow
}

// Channel sends records on a Go channel. The receiver owns them, and may release them. A
// [ChannelSubscriber] receives them.
//
// With [Block] a log call waits until the channel takes the record, or Close is called.
// With [DropNewest] it never waits; dropped records are counted, and the next record is
// preceded by one that reports how many there were.
type Channel struct {
	ch       chan<- *logbook.Record
	binding  logbook.Binding
	drop     bool
	lost     atomic.Int64 // not reported yet
	inflight flow.Inflight
	tally    tally.Tally
}

// NewChannel returns a handler that sends records on ch. It never closes ch: do so after
// Close, if the receiver is to see the end. The error is a [*logbook.OptionError].
func NewChannel(ch chan<- *logbook.Record, o *ChannelOptions) (*Channel, error) {
	if o == nil {
		o = new(ChannelOptions)
	}
	switch o.Overflow {
	case 0, Block, DropNewest:
	default:
		return nil, &logbook.OptionError{Option: "Overflow", Err: fmt.Errorf("invalid policy %d for a channel: want Block or DropNewest", o.Overflow)}
	}
	c := &Channel{ch: ch, binding: logbook.Binding{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble}, drop: o.Overflow == DropNewest}
	c.binding.Quiet = c
	return c, nil
}

// Binding implements [logbook.Bindable].
func (c *Channel) Binding() logbook.Binding { return c.binding }

// Handle sends the record. After Close its error is [logbook.ErrClosed].
func (c *Channel) Handle(r *logbook.Record) error {
	if !c.inflight.Enter(1) {
		c.tally.Dropped(1)
		return logbook.ErrClosed
	}
	defer c.inflight.Leave(1)
	r = r.Retain()
	if c.drop {
		if c.reportLoss(r) {
			select {
			case c.ch <- r:
				c.tally.Handled(1)
				return nil
			default:
			}
		}
		c.lost.Add(1)
	} else {
		select {
		case c.ch <- r:
			c.tally.Handled(1)
			return nil
		case <-c.inflight.Closed():
		}
	}
	c.tally.Dropped(1)
	r.Release()
	if c.drop {
		return nil
	}
	return logbook.ErrClosed
}

// reportLoss sends a record that reports dropped ones, if there are any, before r. It
// reports whether there was room for it.
func (c *Channel) reportLoss(r *logbook.Record) bool {
	n := c.lost.Swap(0)
	if n == 0 {
		return true
	}
	select {
	case c.ch <- hold.LossNotice(int(n), r):
		return true
	default:
		c.lost.Add(n)
		return false
	}
}

// Stats returns the counts so far. Dropped are the records for which there was no room, and
// those that came after Close.
func (c *Channel) Stats() logbook.Stats { return c.tally.Stats() }

// Close ends calls of Handle that wait.
func (c *Channel) Close(ctx context.Context) error {
	if left := c.inflight.Close(ctx); left > 0 {
		return &logbook.UnsentError{Records: left, Err: ctx.Err()}
	}
	return nil
}

// ChannelSubscriber receives records from a Go channel, each as a delivery of its own. The
// source ends when the channel is closed.
type ChannelSubscriber struct {
	ch     <-chan *logbook.Record
	closed chan struct{}
	once   sync.Once
}

// NewChannelSubscriber returns a subscriber that receives from ch.
func NewChannelSubscriber(ch <-chan *logbook.Record) *ChannelSubscriber {
	return &ChannelSubscriber{ch: ch, closed: make(chan struct{})}
}

// Receive implements [Subscriber].
func (s *ChannelSubscriber) Receive(ctx context.Context) (Delivery, error) {
	select {
	case <-s.closed:
		return Delivery{}, logbook.ErrClosed
	default:
	}
	select {
	case r, ok := <-s.ch:
		if !ok {
			return Delivery{}, io.EOF
		}
		return Delivery{Records: []*logbook.Record{r}}, nil
	case <-s.closed:
		return Delivery{}, logbook.ErrClosed
	case <-ctx.Done():
		return Delivery{}, ctx.Err()
	}
}

// Close ends Receive. Records that are left stay in the channel.
func (s *ChannelSubscriber) Close(context.Context) error {
	s.once.Do(func() { close(s.closed) })
	return nil
}
