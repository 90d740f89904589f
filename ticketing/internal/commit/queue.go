// Package commit lets one of the calls that wait commit for all of them.
package commit

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/logbook-go/logbook/logbook"
)

// A Queue gathers the items of concurrent calls. Its functions are called in turn by one of
// the calls, never at once.
type Queue[T any] struct {
	// Begin waits for what a commit needs. Calls that come meanwhile take part in the commit.
	Begin func(ctx context.Context) error

	// Commit commits the items of some calls. The context ends with the last one of theirs,
	// whose error is its cause.
	Commit func(ctx context.Context, items []T) error

	// End is called after Commit, when the calls have its result.
	End func(err error)

	Max int // items of one commit, unless one call has more

	mu      sync.Mutex
	closed  bool
	leading bool // somebody commits
	waiting []*call[T]
}

type call[T any] struct {
	ctx   context.Context
	items []T
	lead  chan struct{} // it is its turn to commit, for the others too
	done  chan error
}

// Do commits items, all or none, and returns the error of Begin or Commit. When the context
// ends before that began, Do returns its error. A closed queue returns [logbook.ErrClosed].
func (q *Queue[T]) Do(ctx context.Context, items []T) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &call[T]{ctx, items, make(chan struct{}, 1), make(chan error, 1)}
	if err := q.add(c); err != nil || len(items) == 0 {
		return err
	}
	select {
	case err := <-c.done:
		return err
	case <-c.lead:
		q.run(ctx)
		return <-c.done
	case <-ctx.Done():
	}
	if q.withdraw(c) {
		return ctx.Err()
	}
	return <-c.done // it is being committed
}

func (q *Queue[T]) add(c *call[T]) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return logbook.ErrClosed
	case len(c.items) == 0:
		return nil
	}
	q.waiting = append(q.waiting, c)
	if !q.leading {
		q.leading = true
		c.lead <- struct{}{}
	}
	return nil
}

// withdraw removes a call, unless it is being committed.
func (q *Queue[T]) withdraw(c *call[T]) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting, c)
	if i < 0 {
		return false
	}
	q.waiting = slices.Delete(q.waiting, i, i+1)
	select {
	case <-c.lead:
		q.passOn()
	default:
	}
	return true
}

// passOn lets the next call lead. The mutex is held.
func (q *Queue[T]) passOn() {
	if len(q.waiting) == 0 {
		q.leading = false
		return
	}
	q.waiting[0].lead <- struct{}{}
}

// run commits for the calls that wait, of which the first is the caller's.
func (q *Queue[T]) run(ctx context.Context) {
	defer func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.passOn()
	}()
	if err := q.Begin(ctx); err != nil {
		q.mu.Lock()
		defer q.mu.Unlock()
		if len(q.waiting) > 0 { // it is not closed
			q.waiting[0].done <- err
			q.waiting = slices.Delete(q.waiting, 0, 1)
		}
		return
	}
	calls := q.take()
	if len(calls) == 0 { // it was closed
		q.End(logbook.ErrClosed)
		return
	}
	items := calls[0].items
	if len(calls) > 1 {
		items = slices.Clone(items)
		for _, c := range calls[1:] {
			items = append(items, c.items...)
		}
	}
	all, stop := lastOf(calls)
	err := q.Commit(all, items)
	stop()
	for _, c := range calls {
		c.done <- err
	}
	q.End(err)
}

// take removes the calls from the queue that are committed together.
func (q *Queue[T]) take() []*call[T] {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, size := 0, 0
	for n < len(q.waiting) && (n == 0 || size+len(q.waiting[n].items) <= q.Max) {
		size += len(q.waiting[n].items)
		n++
	}
	calls := slices.Clone(q.waiting[:n])
	q.waiting = slices.Delete(q.waiting, 0, n)
	return calls
}

// lastOf returns a context that ends when those of all calls have ended.
func lastOf[T any](calls []*call[T]) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	var running atomic.Int64
	running.Store(int64(len(calls)))
	stops := make([]func() bool, len(calls))
	for i, c := range calls {
		stops[i] = context.AfterFunc(c.ctx, func() {
			if running.Add(-1) == 0 {
				cancel(c.ctx.Err())
			}
		})
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel(nil)
	}
}

// Close fails the calls that wait, and later ones, with [logbook.ErrClosed]. A commit that is
// running goes on.
func (q *Queue[T]) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for _, c := range q.waiting {
		c.done <- logbook.ErrClosed
	}
	q.waiting = nil
}

// Closed reports whether Close was called.
func (q *Queue[T]) Closed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}

// Waiting returns the number of calls that wait, or are about to lead.
func (q *Queue[T]) Waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}
