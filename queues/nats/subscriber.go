package nats

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/internal/refusal"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// Subscriber receives records from a stream of NATS JetStream, as a durable consumer. It
// implements [queues.Subscriber]: each message is one delivery, and its acknowledgement is
// that of the message. One that is returned with an error comes again after a second, then
// two seconds, and so on up to a minute.
//
// While no server can be reached, or the stream does not exist, it tries again after 100 ms,
// then 200 ms, and so on up to 10 s. The first failure is reported by a record on channel
// "logbook". Messages that are no records are terminated and counted, and reported by records
// on the same channel: the first at once, the others together every ten seconds.
type Subscriber struct {
	o    SubscriberOptions
	conn *connection

	reading     context.Context // ended when Close begins
	stopReading context.CancelFunc
	ctx         context.Context // ended when Close gives up, or has settled everything
	stop        context.CancelFunc
	reader      sync.WaitGroup // the goroutine of run
	keeper      sync.WaitGroup // that of keepAlive
	closing     sync.Once

	state   flow.Cond       // guards the following
	ready   []*held         // not yielded
	held    map[place]*held // not acknowledged
	records int             // in held
	notices []*logbook.Record
	closed  bool   // no more deliveries come
	refetch func() // ends the request for messages

	refused                                  refusal.Counter
	received, dropped, redelivered, returned atomic.Uint64
	failures                                 atomic.Uint64
}

// held is a message that is being handled.
type held struct {
	message   jetstream.Msg
	place     place
	delivered uint64 // how often
	records   []*logbook.Record
}

// place identifies a message. A stream that was made anew has the same numbers once more.
type place struct {
	number uint64 // in the stream
	time   int64  // when it was stored
}

const (
	// A request for messages ends after fetchTime, and is made again. If the server is gone,
	// which sends a heartbeat in each heartbeat, that is noticed after two.
	fetchTime = 30 * time.Second
	heartbeat = 2 * time.Second

	maxNotices = 64
)

// Delays of messages that are returned.
const (
	firstDelay = time.Second
	maxDelay   = time.Minute
)

// NewSubscriber returns a subscriber of a stream of the servers at an address, which is as for
// [NewHandler]. The options must have a Stream. It connects on a goroutine of its own, so that
// no server can be reached is not an error.
//
// The error is a [*logbook.OptionError], and never has a password.
func NewSubscriber(address string, o *SubscriberOptions) (*Subscriber, error) {
	if o == nil {
		o = new(SubscriberOptions)
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	a, err := o.ConnectionOptions.check(subscriberOptions, address)
	if err != nil {
		return nil, err
	}
	s := &Subscriber{o: o.withDefaults(), held: make(map[place]*held), refetch: func() {}}
	s.reading, s.stopReading = flow.NewContext()
	s.ctx, s.stop = flow.NewContext()
	s.conn = newConnection(s.ctx, a, &o.ConnectionOptions)
	s.conn.buffers = true // acknowledgements
	s.conn.changed = s.reconnected
	s.refused.Source = s.conn.servers + "/" + o.Stream
	s.reader.Go(s.run)
	s.keeper.Go(s.keepAlive)
	return s, nil
}

// Receive implements [queues.Subscriber]. All errors are final.
func (s *Subscriber) Receive(ctx context.Context) (d queues.Delivery, err error) {
	if err := ctx.Err(); err != nil {
		return queues.Delivery{}, err
	}
	some := s.state.Wait(ctx, func() bool {
		switch {
		case len(s.notices) > 0:
			d.Records, s.notices = s.notices, nil
		case len(s.ready) > 0:
			h := s.ready[0]
			s.ready = s.ready[1:]
			s.received.Add(uint64(len(h.records)))
			d = queues.Delivery{Records: h.records, Ack: func(err error) { s.settle(h.place, err) }}
		case s.closed:
			err = s.conn.fail(logbook.ErrClosed)
		default:
			return false
		}
		return true
	})
	if !some {
		return queues.Delivery{}, ctx.Err()
	}
	s.state.Change(func() {}) // the next request for messages may be due
	return d, err
}

// run receives messages until Close.
func (s *Subscriber) run() {
	var outage refusal.Outage
	for s.reading.Err() == nil {
		err := s.consume(&outage)
		if err == nil || s.reading.Err() != nil {
			continue
		}
		s.failures.Add(1)
		if r := outage.Failed(time.Now(), s.conn.fail(err)); r != nil {
			s.notice(r)
		}
		outage.Wait(s.reading)
	}
}

// consume receives messages until something fails.
func (s *Subscriber) consume(outage *refusal.Outage) error {
	consumer, err := s.consumer()
	if err != nil {
		return err
	}
	for {
		s.state.Wait(s.reading, func() bool { return len(s.ready) == 0 })
		if s.reading.Err() != nil {
			return nil
		}
		ctx, cancel := context.WithTimeout(s.reading, fetchTime)
		s.state.Change(func() { s.refetch = cancel })
		batch, err := consumer.Fetch(s.o.Prefetch, jetstream.FetchContext(ctx), jetstream.FetchHeartbeat(heartbeat))
		if err == nil {
			for m := range batch.Messages() {
				outage.Over()
				s.arrived(m)
			}
			err = batch.Error()
		}
		ended := ctx.Err()
		cancel()
		switch {
		case ended != nil:
			if !s.conn.connected() {
				return errNotConnected
			}
			outage.Over()
		case err != nil:
			return err
		}
	}
}

// consumer connects, and makes the consumer.
func (s *Subscriber) consumer() (jetstream.Consumer, error) {
	js, err := s.conn.get(s.reading)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(s.reading, s.conn.timeout)
	defer cancel()
	if o := s.o.Create; o != nil {
		subject := s.o.Subject
		if subject == "" {
			subject = s.o.Stream
		}
		if err := create(ctx, js, s.o.Stream, subject, o); err != nil {
			return nil, fmt.Errorf("stream %s: %w", s.o.Stream, err)
		}
	}
	c, err := js.CreateOrUpdateConsumer(ctx, s.o.Stream, jetstream.ConsumerConfig{
		Durable: s.o.Durable, Description: "a subscriber of Logbook", FilterSubject: s.o.Subject,
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: s.o.AckWait, MaxAckPending: s.o.MaxAckPending,
	})
	if err != nil {
		return nil, fmt.Errorf("stream %s, consumer %s: %w", s.o.Stream, s.o.Durable, err)
	}
	return c, nil
}

// reconnected makes the next request for messages at once: the server that had the current one
// is gone.
func (s *Subscriber) reconnected() {
	s.state.Look(func() { s.refetch() })
}

// arrived decodes a message, and has it yielded.
func (s *Subscriber) arrived(m jetstream.Msg) {
	meta, err := m.Metadata()
	if err != nil {
		s.refuse(m, err)
		return
	}
	h := &held{message: m, place: place{meta.Sequence.Stream, meta.Timestamp.UnixNano()}, delivered: meta.NumDelivered}
	if h.delivered > 1 {
		s.redelivered.Add(1)
		if s.renew(h) {
			return
		}
	}
	if limit := s.o.MaxDeliver; limit > 0 && h.delivered > uint64(limit) {
		if body, err := payload(m); err == nil {
			n, _ := otlp.CountRecords(body)
			s.dropped.Add(uint64(n))
		}
		s.refuse(m, fmt.Errorf("message %d was delivered %d times, and never acknowledged", h.place.number, limit))
		return
	}
	if h.records, err = decode(m); err != nil {
		s.refuse(m, fmt.Errorf("message %d: %w", h.place.number, err))
		return
	}
	if len(h.records) == 0 {
		s.answered(m.Ack())
		return
	}
	s.state.Change(func() {
		s.held[h.place] = h
		s.records += len(h.records)
		s.ready = append(s.ready, h)
	})
}

// renew reports whether a message is being handled already: the server has heard nothing of it
// for long, and expects the acknowledgement of the new delivery.
func (s *Subscriber) renew(h *held) (known bool) {
	s.state.Change(func() {
		var old *held
		if old, known = s.held[h.place]; known {
			old.message, old.delivered = h.message, h.delivered
		}
	})
	return known
}

// refuse terminates a message: it never comes again.
func (s *Subscriber) refuse(m jetstream.Msg, err error) {
	s.answered(m.TermWithReason(err.Error()))
	if r := s.refused.Refuse(time.Now(), "", err); r != nil {
		s.notice(r)
	}
}

// answered counts an answer to the server that could not be sent. The message comes again
// then.
func (s *Subscriber) answered(err error) {
	if err != nil && s.ctx.Err() == nil {
		s.failures.Add(1)
	}
}

// settle reports to the server what became of a message.
func (s *Subscriber) settle(at place, err error) {
	var h *held
	s.state.Change(func() {
		if h = s.held[at]; h != nil {
			delete(s.held, at)
			s.records -= len(h.records)
		}
	})
	switch {
	case h == nil: // Close has given up
	case err == nil:
		s.answered(h.message.Ack())
	default:
		s.returned.Add(uint64(len(h.records)))
		delay := min(maxDelay, firstDelay<<min(h.delivered-1, 10))
		if s.reading.Err() != nil { // another subscriber may want it
			delay = 0
		}
		s.answered(h.message.NakWithDelay(delay))
	}
}

// keepAlive tells the server that the messages are being handled.
func (s *Subscriber) keepAlive() {
	tick := time.NewTicker(s.o.AckWait / 3)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-s.ctx.Done():
			return
		}
		var messages []jetstream.Msg
		s.state.Look(func() {
			for _, h := range s.held {
				messages = append(messages, h.message)
			}
		})
		for _, m := range messages {
			_ = m.InProgress() // if it fails, the message comes again
		}
	}
}

// notice yields a record that reports something.
func (s *Subscriber) notice(r *logbook.Record) {
	s.state.Change(func() {
		if len(s.notices) < maxNotices { // otherwise nobody has called Receive for long
			s.notices = append(s.notices, r)
		}
	})
}

// Close stops receiving. Messages that Receive has not yielded are returned to the stream.
// Then Close waits until all deliveries are acknowledged, and the server knows it. Those for
// which the context ends too early come again.
func (s *Subscriber) Close(ctx context.Context) (err error) {
	s.closing.Do(func() { err = s.close(ctx) })
	return err
}

func (s *Subscriber) close(ctx context.Context) error {
	s.stopReading() // first, so that what stop interrupts is not taken for an outage
	defer context.AfterFunc(ctx, s.stop)()
	s.reader.Wait()
	var unread []*held
	s.state.Change(func() {
		unread, s.ready = s.ready, nil
		s.closed = true
		if r := s.refused.Rest(time.Now()); r != nil {
			s.notices = append(s.notices, r)
		}
	})
	for _, h := range unread {
		s.settle(h.place, logbook.ErrClosed)
	}
	s.state.Wait(s.ctx, func() bool { return len(s.held) == 0 })
	err := s.conn.close(s.ctx)
	s.stop()
	s.keeper.Wait()
	left := 0
	s.state.Change(func() {
		left, s.records = s.records, 0
		clear(s.held)
	})
	switch {
	case left > 0:
		return s.conn.fail(fmt.Errorf("%d records were not acknowledged, and come again: %w", left, ctx.Err()))
	case err != nil:
		return s.conn.fail(fmt.Errorf("the last acknowledgements may be lost, so that their records come again: %w", err))
	}
	return nil
}

// Stats returns the counts so far: Handled are the records that Receive has yielded, Held
// those that are not acknowledged, and Dropped those of messages that were terminated after
// MaxDeliver deliveries. The counters are
//
//	refused      messages that were terminated
//	redelivered  deliveries of messages that had been delivered before
//	returned     records that were returned to the stream
//	failures     of connections, requests and acknowledgements
func (s *Subscriber) Stats() logbook.Stats {
	held := 0
	s.state.Look(func() { held = s.records })
	return logbook.Stats{Handled: s.received.Load(), Held: held, Dropped: s.dropped.Load(), Counters: []logbook.Counter{
		{Name: "refused", Value: s.refused.Count()}, {Name: "redelivered", Value: s.redelivered.Load()},
		{Name: "returned", Value: s.returned.Load()}, {Name: "failures", Value: s.failures.Load()},
	}}
}
