package redis

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/refusal"
	"github.com/logbook-go/logbook/internal/secret"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// Subscriber takes records off lists of a Redis server. It implements [queues.Subscriber].
// The package comment says what it understands, and what an acknowledgement is worth.
//
// While the server cannot be reached, or refuses a command, it tries again after 100 ms, then
// 200 ms, and so on up to 10 s. The first failure is reported by a record on channel
// "logbook". Elements that are no record are removed and counted, and reported by records on
// the same channel: the first at once, the others together every ten seconds.
type Subscriber struct {
	server  server
	address string
	secrets secret.Scrubber
	o       SubscriberOptions

	reading     context.Context // ended when Close begins
	stopReading context.CancelFunc
	ctx         context.Context // ended when Close gives up, or has settled everything
	stop        context.CancelFunc
	readers     sync.WaitGroup
	settler     sync.WaitGroup
	closing     sync.Once
	closed      chan struct{} // no more deliveries come

	deliveries chan queues.Delivery
	notices    chan *logbook.Record
	refused    refusal.Counter
	ledger     ledger

	received, failures, returned atomic.Uint64
}

// NewSubscriber returns a subscriber of lists of the server at an address, which is as for
// [NewHandler]. It connects on goroutines of its own, so that the server cannot be reached is
// not an error.
//
// The error is a [*logbook.OptionError], and never has the password.
func NewSubscriber(address string, o *SubscriberOptions) (*Subscriber, error) {
	if o == nil {
		o = new(SubscriberOptions)
	}
	checked, err := o.check()
	if err != nil {
		return nil, err
	}
	server, err := parseAddress(address)
	if err != nil {
		return nil, invalid(subscriberOptions, "address", err)
	}
	s := &Subscriber{
		server: server, address: server.endpoint.String(), o: checked,
		closed: make(chan struct{}), deliveries: make(chan queues.Delivery), notices: make(chan *logbook.Record, 64),
	}
	s.secrets.Add(server.password)
	s.refused.Source = s.address
	s.reading, s.stopReading = flow.NewContext()
	s.ctx, s.stop = flow.NewContext()
	s.settler.Go(s.settle)
	for _, list := range checked.allLists() {
		s.readers.Go(newReader(s, list).run)
	}
	return s, nil
}

// Receive implements [queues.Subscriber]. A delivery has up to 256 records of one list, in
// their order. All errors are final.
func (s *Subscriber) Receive(ctx context.Context) (queues.Delivery, error) {
	if err := ctx.Err(); err != nil {
		return queues.Delivery{}, err
	}
	select {
	case d := <-s.deliveries:
		return d, nil
	case r := <-s.notices:
		return queues.Delivery{Records: []*logbook.Record{r}}, nil
	case <-ctx.Done():
		return queues.Delivery{}, ctx.Err()
	case <-s.closed:
	}
	select {
	case r := <-s.notices:
		return queues.Delivery{Records: []*logbook.Record{r}}, nil
	default:
		return queues.Delivery{}, s.fail(logbook.ErrClosed)
	}
}

// Close stops taking records, which takes up to a quarter of a second. Records that Receive has not
// yielded go back onto their list. Then Close waits until all deliveries are acknowledged,
// and the server knows it. Records for which the context ends too early come again; with
// NoAck they are lost, and the error is a [*logbook.UnsentError].
func (s *Subscriber) Close(ctx context.Context) (err error) {
	s.closing.Do(func() { err = s.close(ctx) })
	return err
}

func (s *Subscriber) close(ctx context.Context) error {
	defer context.AfterFunc(ctx, s.stop)()
	s.stopReading()
	s.readers.Wait()
	if r := s.refused.Rest(time.Now()); r != nil {
		s.notice(r)
	}
	close(s.closed)
	s.ledger.waitUntilEmpty(s.ctx)
	s.stop()
	s.settler.Wait()
	left := s.ledger.len()
	switch {
	case left == 0:
		return nil
	case s.o.NoAck:
		return &logbook.UnsentError{Records: left, Err: s.fail(ctx.Err())}
	}
	return s.fail(fmt.Errorf("%d records were not acknowledged, and come again: %w", left, ctx.Err()))
}

// Stats returns the counts so far: Handled are the records that Receive has yielded, and Held
// those that are not acknowledged. The counters are
//
//	refused    elements that were no record
//	returned   records that went back onto their list
//	failures   of connections and commands
func (s *Subscriber) Stats() logbook.Stats {
	return logbook.Stats{Handled: s.received.Load(), Held: s.ledger.len(), Counters: []logbook.Counter{
		{Name: "refused", Value: s.refused.Count()}, {Name: "returned", Value: s.returned.Load()}, {Name: "failures", Value: s.failures.Load()},
	}}
}

// fail returns the error without the password, which the server may have repeated.
func (s *Subscriber) fail(err error) error { return &Error{s.address, s.secrets.Error(err)} }

// notice yields a record that reports something.
func (s *Subscriber) notice(r *logbook.Record) {
	select {
	case s.notices <- r:
	default: // nobody has called Receive for long; the count remains
	}
}

// failed reports the failure of a connection, and waits for the time of the next attempt.
func (s *Subscriber) failed(ctx context.Context, o *refusal.Outage, err error) {
	s.failures.Add(1)
	if r := o.Failed(time.Now(), s.fail(err)); r != nil {
		s.notice(r)
	}
	o.Wait(ctx)
}
