// Package inbox hands the deliveries of a subscriber that reads on goroutines of its own to
// those who call its Receive.
package inbox

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// Inbox passes on deliveries, without a queue: whoever has one waits for a call of Receive.
// It is safe for concurrent use.
type Inbox struct {
	deliveries chan delivery
	notices    chan *logbook.Record
	closed     chan struct{}
	receivers  receivers
	handled    atomic.Uint64
	held       atomic.Int64
}

// delivery is a delivery that counts as n records.
type delivery struct {
	queues.Delivery
	n int
}

// New returns an open Inbox.
func New() *Inbox {
	return &Inbox{deliveries: make(chan delivery), notices: make(chan *logbook.Record, 64), closed: make(chan struct{})}
}

// Receive is that of a [queues.Subscriber].
func (b *Inbox) Receive(ctx context.Context) (queues.Delivery, error) {
	b.receivers.enter()
	defer b.receivers.leave()
	if err := ctx.Err(); err != nil {
		return queues.Delivery{}, err
	}
	select {
	case d := <-b.deliveries:
		b.held.Add(int64(-d.n))
		b.handled.Add(uint64(d.n))
		return d.Delivery, nil
	case r := <-b.notices:
		return queues.Delivery{Records: []*logbook.Record{r}}, nil
	case <-ctx.Done():
		return queues.Delivery{}, ctx.Err()
	case <-b.closed:
	}
	select {
	case r := <-b.notices:
		return queues.Delivery{Records: []*logbook.Record{r}}, nil
	default:
		return queues.Delivery{}, logbook.ErrClosed
	}
}

// Pass waits until Receive takes a delivery, which counts as n records. It returns false if
// the context ends before.
func (b *Inbox) Pass(ctx context.Context, d queues.Delivery, n int) bool {
	b.held.Add(int64(n))
	select {
	case b.deliveries <- delivery{d, n}:
		return true
	case <-ctx.Done():
		b.held.Add(int64(-n))
		return false
	}
}

// Handled returns the number of records that Receive has yielded, without notices.
func (b *Inbox) Handled() uint64 { return b.handled.Load() }

// Held returns the number of records that wait in Pass.
func (b *Inbox) Held() int { return int(b.held.Load()) }

// Notice adds a record that Receive yields by itself, such as one that reports refused
// input. It does not wait: if nobody calls Receive for many of them, it drops the record.
func (b *Inbox) Notice(r *logbook.Record) {
	select {
	case b.notices <- r:
	default:
	}
}

// patience is how long Close waits for a call of Receive.
const patience = time.Second

// ErrNoReceiver is the cause of the context's end if nobody calls Receive any more.
var ErrNoReceiver = errors.New("Receive was not called")

// Close calls drain, which ends the goroutines that call Pass. The context of drain ends
// when the given one ends, or when nobody calls Receive for a second. Then Close makes
// Receive fail when it has yielded all notices. It returns the error of drain, and must be
// called once.
func (b *Inbox) Close(parent context.Context, drain func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	defer b.receivers.watch(cancel)()
	defer close(b.closed)
	return drain(ctx)
}

// receivers knows whether somebody calls Receive.
type receivers struct {
	mu   sync.Mutex
	n    int
	last time.Time // end of the last call
}

func (r *receivers) enter() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n++
}

func (r *receivers) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n--
	r.last = time.Now()
}

func (r *receivers) absent(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.n == 0 && now.Sub(r.last) >= patience
}

// watch calls cancel if nobody calls Receive any more, until stop is called.
func (r *receivers) watch(cancel context.CancelCauseFunc) (stop func()) {
	stopped, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		tick := time.NewTicker(patience)
		defer tick.Stop()
		for {
			select {
			case now := <-tick.C:
				if r.absent(now) {
					cancel(ErrNoReceiver)
					return
				}
			case <-stopped:
				return
			}
		}
	}()
	return func() {
		close(stopped)
		<-over
	}
}
