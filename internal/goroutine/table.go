package goroutine

import (
	"sync"
	"sync/atomic"
)

// Table holds a value for each of many goroutines. Load is lock-free and costs
// about two nanoseconds; Store and Delete take a lock. Its zero value is ready
// for use.
//
// The runtime does not tell when a goroutine ends. Whenever the table has grown
// to twice what it held after the last look, and to 1024 entries at least, Store
// looks which goroutines still live and drops the others; that stops the world
// once (see [Live]).
type Table[V comparable] struct {
	// Reclaim, if set, is called for each value that was dropped because its
	// goroutine had ended. It must be set before the table is used.
	Reclaim func(V)

	count   atomic.Int64
	buckets atomic.Pointer[[]bucket[V]] // a power of two of them
	mu      sync.Mutex
	sweepAt int64
}

type bucket[V comparable] = atomic.Pointer[node[V]]

// node is an immutable entry of a bucket's list.
type node[V comparable] struct {
	id    uint64
	value V
	next  *node[V]
}

const (
	minBuckets = 64
	minSweep   = 1024
)

// Len returns how many goroutines have a value. It is one atomic load.
func (t *Table[V]) Len() int { return int(t.count.Load()) }

// Load returns the goroutine's value.
func (t *Table[V]) Load(id uint64) (value V, ok bool) {
	buckets := t.buckets.Load()
	if buckets == nil {
		return value, false
	}
	for n := (*buckets)[id&uint64(len(*buckets)-1)].Load(); n != nil; n = n.next {
		if n.id == id {
			return n.value, true
		}
	}
	return value, false
}

// Store sets the value of a goroutine that is alive.
func (t *Table[V]) Store(id uint64, value V) {
	t.mu.Lock()
	dropped := t.store(id, value)
	t.mu.Unlock()
	if t.Reclaim != nil {
		for _, v := range dropped {
			t.Reclaim(v)
		}
	}
}

func (t *Table[V]) store(id uint64, value V) (dropped []V) {
	t.sweepAt = max(t.sweepAt, minSweep)
	if t.count.Load() >= t.sweepAt {
		dropped = t.sweep()
		t.sweepAt = max(minSweep, 2*t.count.Load())
	}
	buckets := t.buckets.Load()
	if buckets == nil || t.count.Load() >= 2*int64(len(*buckets)) {
		buckets = t.grow(buckets)
	}
	b := t.bucket(buckets, id)
	before := b.Load()
	without := without(before, id)
	b.Store(&node[V]{id, value, without})
	if without == before {
		t.count.Add(1)
	}
	return dropped
}

// Delete removes the goroutine's value if it is still this one.
func (t *Table[V]) Delete(id uint64, value V) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if v, ok := t.Load(id); ok && v == value {
		t.remove(id)
	}
}

func (t *Table[V]) remove(id uint64) {
	b := t.bucket(t.buckets.Load(), id)
	b.Store(without(b.Load(), id))
	t.count.Add(-1)
}

func (t *Table[V]) bucket(buckets *[]bucket[V], id uint64) *bucket[V] {
	return &(*buckets)[id&uint64(len(*buckets)-1)]
}

// without returns the list without an id; the list itself if it does not hold it.
func without[V comparable](n *node[V], id uint64) *node[V] {
	if n == nil {
		return nil
	}
	if n.id == id {
		return n.next
	}
	rest := without(n.next, id)
	if rest == n.next {
		return n
	}
	return &node[V]{n.id, n.value, rest}
}

// grow doubles the buckets. Readers of the old ones find all that was there.
func (t *Table[V]) grow(old *[]bucket[V]) *[]bucket[V] {
	if old == nil {
		buckets := make([]bucket[V], minBuckets)
		t.buckets.Store(&buckets)
		return &buckets
	}
	buckets := make([]bucket[V], 2*len(*old))
	for i := range *old {
		for n := (*old)[i].Load(); n != nil; n = n.next {
			b := t.bucket(&buckets, n.id)
			b.Store(&node[V]{n.id, n.value, b.Load()})
		}
	}
	t.buckets.Store(&buckets)
	return &buckets
}

// sweep drops the entries of goroutines that have ended.
func (t *Table[V]) sweep() (dropped []V) {
	live := make(map[uint64]struct{})
	if !Live(live) {
		return nil
	}
	buckets := t.buckets.Load()
	for i := range *buckets {
		for n := (*buckets)[i].Load(); n != nil; n = n.next {
			if _, ok := live[n.id]; !ok {
				t.remove(n.id)
				dropped = append(dropped, n.value)
			}
		}
	}
	return dropped
}
