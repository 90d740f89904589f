package hold

import (
	"context"
	"sync"

	"github.com/logbook-go/logbook/logbook"
)

// Buffer is a queue between goroutines that put records in and those that take them out.
// It is safe for concurrent use. Set the queue before, and do not use it directly.
type Buffer struct {
	Queue Queue

	mu      sync.Mutex
	changed sync.Cond // a record was added or removed, or the buffer closed
	once    sync.Once
	closed  bool
}

func (b *Buffer) lock() {
	b.once.Do(func() { b.changed.L = &b.mu })
	b.mu.Lock()
}

// waitFor waits until ready reports true or the context ends. It is called with the
// lock held.
func (b *Buffer) waitFor(ctx context.Context, ready func() bool) error {
	if ready() {
		return nil
	}
	defer context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.changed.Broadcast()
	})()
	for !ready() {
		if err := ctx.Err(); err != nil {
			return err
		}
		b.changed.Wait()
	}
	return nil
}

// Put adds a record. With Block it waits for room until the context ends, and then
// returns the context's error. After Close the error is [logbook.ErrClosed]. A record
// that is not kept is released and counted.
func (b *Buffer) Put(ctx context.Context, item Item) error {
	b.lock()
	defer b.mu.Unlock()
	err := b.waitFor(ctx, func() bool { return b.closed || b.Queue.Policy != Block || b.Queue.count == 0 || !b.Queue.Full(item) })
	if err == nil && b.closed {
		err = logbook.ErrClosed
	}
	if err != nil {
		b.Queue.drop(item)
		return err
	}
	b.Queue.Push(item)
	b.changed.Broadcast()
	return nil
}

// Get removes up to n records. It waits for at least one until the context ends. After
// Close it returns the remaining records, and then [logbook.ErrClosed].
func (b *Buffer) Get(ctx context.Context, n int) (Batch, error) {
	b.lock()
	defer b.mu.Unlock()
	if err := b.waitFor(ctx, func() bool { return b.closed || b.Queue.count > 0 }); err != nil {
		return Batch{}, err
	}
	if b.Queue.count == 0 {
		return Batch{}, logbook.ErrClosed
	}
	defer b.changed.Broadcast()
	return b.Queue.Take(min(n, b.Queue.count)), nil
}

// Close makes Put refuse records.
func (b *Buffer) Close() {
	b.lock()
	defer b.mu.Unlock()
	b.closed = true
	b.changed.Broadcast()
}

// Stats returns the number of records held, and the total of those not kept.
func (b *Buffer) Stats() (held int, dropped uint64) {
	b.lock()
	defer b.mu.Unlock()
	return b.Queue.Len(), b.Queue.Dropped()
}
