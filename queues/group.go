package queues

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/refusal"
	"github.com/logbook-go/logbook/logbook"
)

// GroupOptions configure [NewGroup]. nil is the default.
type GroupOptions struct {
	MaxDeliveries int // received and not yet yielded; 0 or less: 10, as in Logbook
}

const defaultMaxDeliveries = 10

// Group is a [Subscriber] that yields the deliveries of several others, in turn if all have
// some. It receives ahead, up to a bound. Subscribers may be added and removed at any time.
//
// A subscriber that ends leaves the group. If it failed, the group yields a record that
// reports its error. Receive returns [io.EOF] when the last one has ended, or an error that
// joins those of all that failed. It waits while there is none because none was added yet
// or all were removed.
type Group struct {
	receiving  context.Context // ended by Close
	stop       context.CancelFunc
	passing    context.Context // ended when Close gives up
	cancel     context.CancelFunc
	deliveries chan Delivery
	returned   atomic.Int64 // records that were received, and could not be yielded
	running    sync.WaitGroup

	mu       sync.Mutex
	changed  chan struct{} // closed when the fields below, or deliveries, have changed
	members  map[Subscriber]*member
	isOver   bool // the last member ended by itself
	failures []error
	closed   bool
}

// member is the goroutine of a subscriber.
type member struct {
	cancel  context.CancelFunc
	removed bool
	done    chan struct{}
}

// NewGroup returns a group of subscribers.
func NewGroup(o *GroupOptions, subscribers ...Subscriber) *Group {
	if o == nil {
		o = new(GroupOptions)
	}
	g := &Group{
		deliveries: make(chan Delivery, positive(o.MaxDeliveries, defaultMaxDeliveries)),
		changed:    make(chan struct{}), members: make(map[Subscriber]*member),
	}
	g.receiving, g.stop = flow.NewContext()
	g.passing, g.cancel = flow.NewContext()
	for _, s := range subscribers {
		_ = g.Add(s) // the group is new
	}
	return g
}

// Add adds a subscriber, which must be comparable. It does nothing if the group has it
// already. After Close the error is [logbook.ErrClosed].
func (g *Group) Add(s Subscriber) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return logbook.ErrClosed
	}
	if g.members[s] != nil {
		return nil
	}
	ctx, cancel := context.WithCancel(g.receiving)
	m := &member{cancel: cancel, done: make(chan struct{})}
	g.members[s], g.isOver = m, false
	g.running.Go(func() {
		defer close(m.done)
		defer cancel()
		g.end(s, m, g.receive(ctx, s))
	})
	return nil
}

// Remove removes a subscriber, and waits until no call of its Receive is in progress, or the
// context ends. It does not close the subscriber. What it received is still yielded. It does
// nothing if the subscriber is not in the group.
func (g *Group) Remove(ctx context.Context, s Subscriber) error {
	g.mu.Lock()
	m := g.members[s]
	if m != nil {
		m.removed = true
	}
	g.mu.Unlock()
	if m == nil {
		return nil
	}
	m.cancel()
	select {
	case <-m.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// receive passes on the deliveries of a subscriber until it ends.
func (g *Group) receive(ctx context.Context, s Subscriber) error {
	for {
		d, err := s.Receive(ctx)
		if err != nil {
			return err
		}
		g.pass(d)
	}
}

// pass waits until there is room for a delivery, or the group is closed.
func (g *Group) pass(d Delivery) {
	select {
	case g.deliveries <- d:
	case <-g.passing.Done():
		d.Done(logbook.ErrClosed)
		g.returned.Add(int64(len(d.Records)))
	}
}

// end removes a subscriber that has ended.
func (g *Group) end(s Subscriber, m *member, err error) {
	g.mu.Lock()
	removed := m.removed || g.closed
	failed := !removed && !errors.Is(err, io.EOF) && !errors.Is(err, logbook.ErrClosed)
	g.mu.Unlock()
	if failed {
		g.pass(Delivery{Records: []*logbook.Record{logbook.NewRecord(logbook.RecordData{
			Level: logbook.LevelError, Channel: refusal.Channel, Template: "subscriber {subscriber} failed: {error}",
			Attrs: []slog.Attr{slog.String("subscriber", fmt.Sprintf("%T", s)), slog.String("error", err.Error())},
		})}})
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.members, s)
	if failed {
		g.failures = append(g.failures, err)
	}
	if !removed && len(g.members) == 0 {
		g.isOver = true
	}
	g.notify()
}

// Receive implements [Subscriber]. After Close it yields what was received before, and then
// returns [logbook.ErrClosed].
func (g *Group) Receive(ctx context.Context) (Delivery, error) {
	for {
		g.mu.Lock()
		changed, err := g.changed, g.finalError()
		g.mu.Unlock()
		select {
		case d := <-g.deliveries:
			g.yielded()
			return d, nil
		default:
		}
		if err != nil {
			return Delivery{}, err
		}
		select {
		case d := <-g.deliveries:
			g.yielded()
			return d, nil
		case <-changed:
		case <-ctx.Done():
			return Delivery{}, ctx.Err()
		}
	}
}

// finalError returns the error of Receive when no more deliveries come, and else nil.
func (g *Group) finalError() error {
	switch {
	case len(g.members) > 0:
		return nil
	case g.closed:
		return logbook.ErrClosed
	case g.isOver && len(g.failures) > 0:
		return errors.Join(g.failures...)
	case g.isOver:
		return io.EOF
	}
	return nil
}

// yielded reports to Close that there may be nothing left.
func (g *Group) yielded() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		g.notify()
	}
}

// notify wakes those that wait for a change. It is called with the lock held.
func (g *Group) notify() {
	close(g.changed)
	g.changed = make(chan struct{})
}

// Close stops receiving, waits until Receive has yielded what was received, or the context
// ends, and closes the subscribers. Deliveries that are left are returned to their sources,
// and their records counted by a [*logbook.UnsentError].
func (g *Group) Close(ctx context.Context) error {
	g.mu.Lock()
	subscribers := slices.Collect(maps.Keys(g.members))
	g.closed = true
	g.notify()
	g.mu.Unlock()
	g.stop()
	g.waitUntilEmpty(ctx)
	g.cancel()
	var errs []error
	for _, s := range subscribers {
		errs = append(errs, s.Close(ctx))
	}
	g.running.Wait() // nothing more is passed on
	left := int(g.returned.Load())
	for len(g.deliveries) > 0 {
		d := <-g.deliveries
		d.Done(logbook.ErrClosed)
		left += len(d.Records)
	}
	if left > 0 {
		errs = append(errs, &logbook.UnsentError{Records: left, Err: ctx.Err()})
	}
	return errors.Join(errs...)
}

// waitUntilEmpty waits until no subscriber is in use and everything is yielded, or the
// context ends.
func (g *Group) waitUntilEmpty(ctx context.Context) {
	for {
		g.mu.Lock()
		changed, empty := g.changed, len(g.members) == 0 && len(g.deliveries) == 0
		g.mu.Unlock()
		if empty {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}
