package zeromq

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/hold"
	"github.com/logbook-go/logbook/internal/refusal"
	"github.com/logbook-go/logbook/logbook"
)

// Proxy passes records of any number of publishers on to any number of subscribers, none
// of which needs to know the others: both connect to it. It is a live view. A record for
// which a subscriber has no room is dropped for all, counted, and reported in the stream.
// Subscriptions are passed on to the publishers, which send nothing that nobody wants.
type Proxy struct {
	front, back *node // of the publishers, and of the subscribers
	frame       []byte
	lost        int // dropped and not reported in the stream yet

	ctx    context.Context // ended by Close
	stop   context.CancelFunc
	done   chan struct{}
	err    error // valid after done
	closes sync.Once

	reporting                flow.Inflight
	passed, dropped, refused atomic.Uint64
}

// NewProxy returns a proxy that is bound to two addresses: publishers connect to the first
// one, with a [Handler] whose End is [Connect], and subscribers to the second one.
//
// The error is a [*logbook.OptionError], an [*Error], or [ErrNotBuilt].
func NewProxy(publishers, subscribers string, o *ProxyOptions) (*Proxy, error) {
	if o == nil {
		o = new(ProxyOptions)
	}
	front := settings{kind: xsub, bad: invalid("zeromq.ProxyOptions", "Publishers.")}
	back := settings{kind: xpub, noDrop: true, bad: invalid("zeromq.ProxyOptions", "Subscribers.")}
	if err := front.check(publishers, &o.Publishers); err != nil {
		return nil, err
	}
	if err := back.check(subscribers, &o.Subscribers); err != nil {
		return nil, err
	}
	p := &Proxy{done: make(chan struct{})}
	p.ctx, p.stop = flow.NewContext()
	var err error
	if p.front, err = open(front, p.report); err != nil {
		return nil, err
	}
	if p.back, err = open(back, p.report); err != nil {
		return nil, errors.Join(err, p.front.close(0))
	}
	go p.run()
	return p, nil
}

func (p *Proxy) report(r *logbook.Record) { report(&p.reporting, r) }

// Addresses returns the addresses to which publishers and subscribers connect, with the
// ports that were chosen for "*".
func (p *Proxy) Addresses() (publishers, subscribers string) { return p.front.actual, p.back.actual }

func (p *Proxy) run() {
	defer close(p.done)
	for {
		if p.err = errors.Join(p.subscriptions(), p.records()); p.err != nil {
			return
		}
		select {
		case <-p.front.sock.ready:
		case <-p.back.sock.ready:
		case <-p.ctx.Done():
			return
		}
	}
}

// subscriptions passes subscriptions on to the publishers.
func (p *Proxy) subscriptions() error {
	for {
		frame, more, ok, err := p.back.sock.receive()
		if err != nil || !ok {
			return p.back.failed("receive", err)
		}
		if _, err := p.front.sock.send(frame, more); err != nil {
			return p.front.failed("send", err)
		}
	}
}

// records passes the records on that are there.
func (p *Proxy) records() error {
	for p.ctx.Err() == nil {
		frames, err := receiveAll(p.front.sock)
		if err != nil || frames == nil {
			return p.front.failed("receive", err)
		}
		if len(frames) != 1 {
			p.refused.Add(1)
			continue
		}
		if err := p.pass(frames[0]); err != nil {
			return p.back.failed("send", err)
		}
	}
	return nil
}

// pass sends a record, after the notice of those that were dropped before it.
func (p *Proxy) pass(frame []byte) error {
	if p.lost > 0 {
		notice := hold.LossNotice(p.lost, logbook.NewRecord(logbook.RecordData{Time: time.Now(), Channel: refusal.Channel}))
		var err error
		if p.frame, err = wire.AppendFormat(p.frame[:0], notice); err != nil {
			return err
		}
		sent, err := p.trySend(p.frame)
		if err != nil {
			return err
		}
		if sent {
			p.lost = 0
		}
	}
	sent, err := p.trySend(frame)
	switch {
	case err != nil:
		return err
	case sent:
		p.passed.Add(1)
	default:
		p.lost++
		p.dropped.Add(1)
	}
	return nil
}

func (p *Proxy) trySend(frame []byte) (sent bool, err error) {
	if sent, err = p.back.sock.send(frame, false); sent || err != nil {
		return sent, err
	}
	if err := p.back.sock.refresh(); err != nil { // there may be room that it has not noted
		return false, err
	}
	return p.back.sock.send(frame, false)
}

// Done returns a channel that is closed when the proxy has ended.
func (p *Proxy) Done() <-chan struct{} { return p.done }

// Close ends the proxy, and waits until ZeroMQ has passed on what it holds, or the context
// ends. The error is also that which ended the proxy before.
func (p *Proxy) Close(ctx context.Context) (err error) {
	p.stop()
	<-p.done
	p.closes.Do(func() {
		flushed, closeErr := p.back.closeWithin(ctx, defaultLinger)
		if !flushed {
			closeErr = errors.Join(closeErr, p.back.fail("close", errLinger))
		}
		_, frontErr := p.front.closeWithin(ctx, 0)
		p.reporting.Close(ctx)
		err = errors.Join(p.err, closeErr, frontErr)
	})
	return err
}

// Stats returns the counts so far: Handled are the records that were passed on, Dropped
// those for which a subscriber had no room. The counters are
//
//	refused_messages    messages of more than one frame
//	connects            connections on which records could flow
//	disconnects         connections that ended, also after a failed handshake
//	refused_handshakes  of peers with a wrong key or protocol
func (p *Proxy) Stats() logbook.Stats {
	counters := []logbook.Counter{{Name: "refused_messages", Value: p.refused.Load()}}
	back := p.back.counters()
	for i, c := range p.front.counters() {
		counters = append(counters, logbook.Counter{Name: c.Name, Value: c.Value + back[i].Value})
	}
	return logbook.Stats{Handled: p.passed.Load(), Dropped: p.dropped.Load(), Counters: counters}
}
