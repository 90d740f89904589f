package zeromq

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/refusal"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// Subscriber receives records from handlers of this package, and from Python Logbook's
// ZeroMQHandler. It implements [queues.Subscriber]; its deliveries are not acknowledged.
//
// Each message is one record. Others, and refused handshakes, are counted, and reported by
// records with channel "logbook": the first at once, the others together every ten seconds.
type Subscriber struct {
	node *node

	ctx     context.Context // ended by Close
	stop    context.CancelFunc
	calls   atomic.Uint64 // of Receive, twice: at their begin and end
	emptied chan struct{} // has a value when Receive has yielded all, after ctx ended
	mu      sync.Mutex    // held by the owner of the socket
	closed  bool
	reports reports

	received atomic.Uint64
	left     atomic.Uint64
	refused  refusal.Counter // messages
}

// Bounds of a delivery.
const (
	maxDelivery      = 256
	maxDeliveryBytes = 1 << 20
)

// NewSubscriber returns a subscriber that receives at an address of ZeroMQ:
// "tcp://HOST:PORT", "ipc://PATH" or "inproc://NAME". To bind, the host may be * for all,
// and the port * for a free one; see [Subscriber.Address]. By default it connects, and
// subscribes to all that a handler without Push sends.
//
// The error is a [*logbook.OptionError], an [*Error], or [ErrNotBuilt].
func NewSubscriber(address string, o *SubscriberOptions) (*Subscriber, error) {
	if o == nil {
		o = new(SubscriberOptions)
	}
	settings, err := o.check(address)
	if err != nil {
		return nil, err
	}
	s := &Subscriber{reports: reports{added: make(chan struct{}, 1)}, emptied: make(chan struct{}, 1)}
	if s.node, err = open(settings, s.reports.add); err != nil {
		return nil, err
	}
	s.refused.Source = s.node.address
	s.ctx, s.stop = flow.NewContext()
	return s, nil
}

// Address returns the address at which the subscriber receives, with the port that was
// chosen for "*".
func (s *Subscriber) Address() string { return s.node.actual }

// Receive implements [queues.Subscriber]. A delivery has the records that have arrived, up
// to 256. While Close waits, it yields those that have arrived. All errors are final.
func (s *Subscriber) Receive(ctx context.Context) (queues.Delivery, error) {
	s.calls.Add(1)
	defer s.calls.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return queues.Delivery{}, err
		}
		if s.closed {
			return queues.Delivery{}, s.node.fail("receive", logbook.ErrClosed)
		}
		closing := s.ctx.Err() != nil
		if _, err := s.node.rejoin(); err != nil {
			return queues.Delivery{}, err
		}
		records, all, err := s.receive(s.reports.take())
		if len(records) > 0 { // an error comes again
			return queues.Delivery{Records: records}, nil
		}
		if err != nil {
			return queues.Delivery{}, err
		}
		if !all { // what arrived so far was refused
			continue
		}
		if closing {
			select {
			case s.emptied <- struct{}{}:
			default:
			}
			return queues.Delivery{}, s.node.fail("receive", logbook.ErrClosed)
		}
		select {
		case <-s.node.sock.ready:
		case <-s.node.again.changed:
		case <-s.reports.added:
		case <-s.ctx.Done():
		case <-ctx.Done():
		}
	}
}

// receive appends records that have arrived, up to the bounds of a delivery, and reports
// whether these are all.
func (s *Subscriber) receive(records []*logbook.Record) (_ []*logbook.Record, all bool, err error) {
	for size := 0; len(records) < maxDelivery && size < maxDeliveryBytes; {
		frames, err := receiveAll(s.node.sock)
		if err != nil {
			return records, false, s.node.fail("receive", err)
		}
		if frames == nil {
			return records, true, nil
		}
		size += len(frames[0])
		r, err := decode(frames)
		if err != nil {
			r = s.refused.Refuse(time.Now(), "", err)
		} else {
			s.received.Add(1)
		}
		if r != nil {
			records = append(records, r)
		}
	}
	return records, false, nil
}

func decode(frames [][]byte) (*logbook.Record, error) {
	if len(frames) != 1 {
		return nil, fmt.Errorf("got a message of %d frames, want one", len(frames))
	}
	r := new(logbook.Record)
	if err := r.UnmarshalJSON(frames[0]); err != nil {
		return nil, err
	}
	return r, nil
}

// Close ends Receive, and closes the socket. While Receive is called again and again, Close
// first waits for it to yield what has arrived, for up to a second. Records that are left are
// reported as a [*logbook.UnsentError]. What is still in the system's buffers is lost, and cannot be
// counted. Reports of refused input that nobody has received are logged in this program.
func (s *Subscriber) Close(ctx context.Context) error {
	s.stop()
	s.letReceive(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	left := 0
	for left < maxLeft && ctx.Err() == nil {
		if frames, err := receiveAll(s.node.sock); err != nil || frames == nil {
			break
		}
		left++
	}
	s.left.Add(uint64(left))
	_, err := s.node.closeWithin(ctx, 0)
	if r := s.refused.Rest(time.Now()); r != nil {
		s.reports.add(r)
	}
	s.logReports(ctx)
	if left > 0 {
		return &logbook.UnsentError{Records: left, Err: err}
	}
	return err
}

// Limits of letReceive.
const (
	drainTime = time.Second
	nextCall  = 100 * time.Millisecond // between two calls of Receive
)

// letReceive waits until Receive has yielded what has arrived, unless nobody calls it.
func (s *Subscriber) letReceive(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	for before := uint64(0); ; {
		calls := s.calls.Load()
		if calls == before {
			return
		}
		before = calls
		select {
		case <-s.emptied:
			return
		case <-ctx.Done():
			return
		case <-time.After(nextCall):
		}
	}
}

// logReports logs the reports that nobody will receive, until the context ends.
func (s *Subscriber) logReports(ctx context.Context) {
	reports := s.reports.take()
	if len(reports) == 0 {
		return
	}
	logged := make(chan struct{})
	logbook.Go(func() {
		defer close(logged)
		for _, r := range reports {
			logbook.Dispatch(ctx, r)
		}
	})
	select {
	case <-logged:
	case <-ctx.Done():
	}
}

// maxLeft bounds the records that Close counts, while peers go on sending.
const maxLeft = 1 << 20

// Stats returns the counts so far: Handled are the records that were received, Dropped
// those that Close found. The counters are
//
//	refused_messages    messages that were no record
//	connects            connections on which records could flow
//	disconnects         connections that ended, also after a failed handshake
//	refused_handshakes  of peers with a wrong key or protocol; or the own one, by the peer
func (s *Subscriber) Stats() logbook.Stats {
	return logbook.Stats{
		Handled: s.received.Load(), Dropped: s.left.Load(),
		Counters: append([]logbook.Counter{{Name: "refused_messages", Value: s.refused.Count()}}, s.node.counters()...),
	}
}

// reports are records that wait to be received.
type reports struct {
	added   chan struct{} // has a token after add
	mu      sync.Mutex
	records []*logbook.Record
}

func (q *reports) add(r *logbook.Record) {
	q.mu.Lock()
	q.records = append(q.records, r)
	q.mu.Unlock()
	select {
	case q.added <- struct{}{}:
	default:
	}
}

func (q *reports) take() []*logbook.Record {
	q.mu.Lock()
	defer q.mu.Unlock()
	rs := q.records
	q.records = nil
	return rs
}
