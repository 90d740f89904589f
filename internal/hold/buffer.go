package hold

import (
	"context"
	"sync"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// Buffer is a queue between goroutines that put records in and a worker, which takes them
// out while there are any. It is safe for concurrent use, but Get and Done are called in
// turn by the worker alone. Set the exported fields before, and do not use the queue directly.
type Buffer struct {
	Queue Queue

	// Work is started on a goroutine of its own when records are due and there is no worker.
	// It calls Get until that returns false.
	Work func()

	// Batch and Linger say when records are due: when there are so many, or the first has
	// waited so long. Without Linger they are due at once. They are due, too, when the queue
	// is half full, or Wait or Close has been called.
	Batch  int
	Linger time.Duration

	mu      sync.Mutex
	once    sync.Once // sets the locks of the conditions
	room    sync.Cond // Put waits for room
	roomAll sync.Cond // PutAll waits for room
	done    sync.Cond // Wait waits for the records before it

	working bool // there is a worker
	closed  bool
	ended   bool        // by Discard
	next    uint64      // number of the next record
	due     uint64      // records with a lower number are due
	timer   *time.Timer // makes records due after Linger
	armed   bool        // the timer runs
	out     int         // records that Get returned and Done has not finished
	outFrom uint64      // number of the first of them
	handled uint64      // records that are finished and not lost
	space   []Item      // of a batch, for reuse
}

func (b *Buffer) lock() {
	b.once.Do(func() { b.room.L, b.roomAll.L, b.done.L = &b.mu, &b.mu, &b.mu })
	b.mu.Lock()
}

// Put adds a record. With [Block] it waits for room until the buffer is closed. After Close
// the error is [logbook.ErrClosed]. A record that is not kept is released and counted.
func (b *Buffer) Put(item Item) error {
	b.lock()
	if b.closed || b.Queue.Policy == Block && b.Queue.count > 0 && b.Queue.Full(item) {
		if err := b.waitForRoom(&b.room, 1, item.size); err != nil {
			b.Queue.drop(item)
			b.mu.Unlock()
			return err
		}
		b.room.Signal() // there may be room for the next one
	}
	item.number = b.next
	b.next++
	b.Queue.Push(item)
	b.work()
	b.mu.Unlock()
	return nil
}

// PutAll adds records that belong together, so that Get returns them together, if the
// queue keeps them all. With [Block] it waits for room for all of them, or until the queue
// is empty.
func (b *Buffer) PutAll(items []Item, why logbook.Reason) error {
	bytes := 0
	for i := range items {
		bytes += items[i].size
	}
	b.lock()
	defer b.mu.Unlock()
	if err := b.waitForRoom(&b.roomAll, len(items), bytes); err != nil {
		for i := range items {
			b.Queue.drop(items[i])
		}
		return err
	}
	with := &together{why}
	for _, item := range items {
		item.with, item.number = with, b.next
		b.next++
		if b.Queue.Policy == Block {
			b.Queue.add(item)
		} else {
			b.Queue.Push(item)
		}
	}
	b.work()
	return nil
}

// waitForRoom waits, with [Block], until there is room for n records.
func (b *Buffer) waitForRoom(room *sync.Cond, n, bytes int) error {
	q := &b.Queue
	if q.Policy == Block {
		for !b.closed && q.count > 0 && (q.count+n > q.MaxRecords || q.bytes+bytes > q.MaxBytes) {
			b.allDue()
			room.Wait()
		}
	}
	if b.closed {
		return logbook.ErrClosed
	}
	return nil
}

// work starts a worker if there is none and it has something to do, or arms the timer.
func (b *Buffer) work() {
	switch {
	case b.working || b.isEmpty() || b.closed && b.Queue.count == 0: // nobody waits for what was refused after Close
	case b.isDue():
		b.working = true
		if b.armed {
			b.armed = !b.timer.Stop()
		}
		go b.Work()
	case b.timer == nil:
		b.armed = true
		b.timer = time.AfterFunc(b.Linger, b.lingered)
	case !b.armed:
		b.armed = true
		b.timer.Reset(b.Linger)
	}
}

func (b *Buffer) isEmpty() bool { return b.Queue.count == 0 && b.Queue.lost == 0 }

// isDue reports whether the records that there are need not wait for others.
func (b *Buffer) isDue() bool {
	q := &b.Queue
	return b.Linger <= 0 || b.closed || q.count == 0 || q.items[q.first].number < b.due ||
		q.count >= min(b.Batch, (q.MaxRecords+1)/2) || q.bytes >= q.MaxBytes/2
}

// allDue makes all records due.
func (b *Buffer) allDue() {
	b.due = b.next
	b.work()
}

// lingered is called when the timer ends.
func (b *Buffer) lingered() {
	b.lock()
	defer b.mu.Unlock()
	b.armed = false
	b.allDue()
}

// Get removes up to n records, or all that were put together. If none are due, it returns
// false, and the worker must return. A batch without items reports a loss after which no
// record came. Each batch goes to Done.
func (b *Buffer) Get(n int) (Batch, bool) {
	b.lock()
	defer b.mu.Unlock()
	if b.isEmpty() || !b.isDue() {
		b.working = false
		b.work() // arms the timer
		b.done.Broadcast()
		return Batch{}, false
	}
	batch := b.Queue.take(b.Queue.run(n), b.space)
	if b.out = len(batch.Items); b.out <= n {
		b.space = batch.Items
	}
	if b.out > 0 {
		b.outFrom = batch.Items[0].number
	}
	// One call of Put wakes the next. If all woke at once, most would wait again.
	b.room.Signal()
	b.roomAll.Broadcast()
	return batch, true
}

// Done finishes a batch. The last records of it, as returned by its Records, are put back
// to be returned by Get again; the others are released. A full queue makes room by its
// policy; with [Block] it exceeds its bounds. After Discard, the records are lost instead.
func (b *Buffer) Done(batch Batch, unsent int) {
	items, lost := batch.last(unsent)
	finished := len(batch.Items) - items
	Batch{Items: batch.Items[:finished]}.Release() // without the lock, since it takes long
	b.lock()
	defer b.mu.Unlock()
	switch left := batch.Items[finished:]; {
	case b.ended:
		b.Queue.Lose(batch, unsent)
		Batch{Items: left}.Release()
		b.Queue.lost = 0
	case items+lost > 0:
		b.due = max(b.due, b.outFrom+uint64(len(batch.Items)))
		b.Queue.Untake(Batch{Items: left, Lost: lost, near: batch.near})
	}
	clear(batch.Items)
	b.handled += uint64(finished)
	b.out = 0
	b.done.Broadcast()
}

// Wait waits until the records that were put before are finished or dropped, or the context
// ends. It returns the number of those that are left then.
func (b *Buffer) Wait(ctx context.Context) (left int) {
	b.lock()
	defer b.mu.Unlock()
	mark := b.next
	b.allDue()
	b.waitUntil(ctx, func() bool { return b.before(mark) == 0 })
	return b.before(mark)
}

// before returns how many records are not finished whose number is less than mark.
func (b *Buffer) before(mark uint64) int {
	n := 0
	if b.out > 0 && b.outFrom < mark {
		n = b.out
	}
	return n + b.Queue.before(mark)
}

// waitUntil waits until ready reports true, which it does after a change that the worker
// makes, or until the context ends. It is called with the lock held.
func (b *Buffer) waitUntil(ctx context.Context, ready func() bool) {
	if ready() {
		return
	}
	defer context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.done.Broadcast()
	})()
	for !ready() && ctx.Err() == nil {
		b.done.Wait()
	}
}

// Working reports whether there is a worker, or will be, for the records that there are.
func (b *Buffer) Working() bool {
	b.lock()
	defer b.mu.Unlock()
	return b.working || !b.isEmpty()
}

// Close makes Put refuse records.
func (b *Buffer) Close() {
	b.lock()
	defer b.mu.Unlock()
	b.closed = true
	b.work()
	b.room.Broadcast()
	b.roomAll.Broadcast()
}

// Discard drops the records that are left after Close. It returns how many there were, with
// those that Done has not finished.
func (b *Buffer) Discard() int {
	b.lock()
	defer b.mu.Unlock()
	n := b.Queue.count
	for range n {
		b.Queue.drop(b.Queue.remove(b.Queue.first))
	}
	b.Queue.lost = 0 // nobody is left to report it
	b.ended = true
	return n + b.out
}

// Join waits until there is no worker, or the context ends.
func (b *Buffer) Join(ctx context.Context) {
	b.lock()
	defer b.mu.Unlock()
	b.waitUntil(ctx, func() bool { return !b.working })
}

// Stats returns the number of records that are finished, that are not, and that were
// dropped.
func (b *Buffer) Stats() (handled uint64, held int, dropped uint64) {
	b.lock()
	defer b.mu.Unlock()
	return b.handled, b.Queue.count + b.out, b.Queue.dropped
}
