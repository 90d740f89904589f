package goroutine

import (
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Table holds a value per goroutine. Load is lock-free and costs about two nanoseconds;
// Store and Delete take a lock that few goroutines share. The zero value is ready for
// use.
//
// The runtime does not report the end of a goroutine, but it reuses the goroutine's
// descriptor. Each Store checks a few entries and drops those whose descriptor now has
// another id. So the values of ended goroutines are dropped some time later, and there
// are never more of them than the runtime has descriptors. If ids are not read from the
// descriptor (see [Fast]), Store lists all goroutines instead (see [Live]), which stops
// the world. It does so only if the table holds so many more values than there are
// goroutines that most of them must belong to ended goroutines.
type Table[V comparable] struct {
	// Reclaim, if not nil, is called with each value that is dropped because its
	// goroutine has ended, and with the goroutine's id. It must be set before the
	// table is used.
	Reclaim func(id uint64, value V)

	count    atomic.Int64
	shards   [numShards]shard[V]
	sweeping sync.Mutex
}

// shard is a separate hash table, so that few goroutines wait while it grows.
type shard[V comparable] struct {
	buckets atomic.Pointer[[]bucket[V]] // their number is a power of two
	mu      sync.Mutex
	count   int
	next    int // the bucket that dropEnded checked last
}

type bucket[V comparable] = atomic.Pointer[node[V]]

// node is an immutable entry of a bucket's list.
type node[V comparable] struct {
	id         uint64
	descriptor unsafe.Pointer
	value      V
	next       *node[V]
}

const (
	numShards  = 64
	minBuckets = 4
	minSweep   = 1024
)

// Len returns how many goroutines have a value. It is one atomic load.
func (t *Table[V]) Len() int { return int(t.count.Load()) }

// Load returns the goroutine's value.
func (t *Table[V]) Load(id uint64) (value V, ok bool) {
	if n := t.shard(id).find(id); n != nil {
		return n.value, true
	}
	return value, false
}

func (t *Table[V]) shard(id uint64) *shard[V] { return &t.shards[id%numShards] }

func (s *shard[V]) find(id uint64) *node[V] {
	buckets := s.buckets.Load()
	if buckets == nil {
		return nil
	}
	n := place(*buckets, id).Load()
	for n != nil && n.id != id {
		n = n.next
	}
	return n
}

func place[V comparable](buckets []bucket[V], id uint64) *bucket[V] {
	return &buckets[id/numShards&uint64(len(buckets)-1)]
}

// Store sets the value of the running goroutine, whose id is id.
func (t *Table[V]) Store(id uint64, value V) {
	s := t.shard(id)
	s.mu.Lock()
	dropped := t.dropEnded(s)
	if s.store(&node[V]{id: id, descriptor: descriptor(), value: value}) {
		t.count.Add(1)
	}
	s.mu.Unlock()
	for n := dropped; n != nil; n = n.next {
		t.reclaim(n)
	}
	if offset == 0 && t.count.Load() >= minSweep+2*int64(runtime.NumGoroutine()) {
		t.sweep()
	}
}

// store adds an entry or replaces it, and reports whether it was added.
func (s *shard[V]) store(n *node[V]) (added bool) {
	buckets := s.buckets.Load()
	if buckets == nil || s.count >= 2*len(*buckets) {
		buckets = s.grow(buckets)
	}
	b := place(*buckets, n.id)
	before := b.Load()
	n.next = without(before, n.id)
	b.Store(n)
	if n.next != before {
		return false
	}
	s.count++
	return true
}

// Delete removes the goroutine's value if it equals value.
func (t *Table[V]) Delete(id uint64, value V) {
	s := t.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := s.find(id); n != nil && n.value == value {
		t.remove(s, id)
	}
}

func (t *Table[V]) remove(s *shard[V], id uint64) {
	b := place(*s.buckets.Load(), id)
	b.Store(without(b.Load(), id))
	s.count--
	t.count.Add(-1)
}

// without returns the list without an id, or the list itself if the id is not in it.
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
	return &node[V]{n.id, n.descriptor, n.value, rest}
}

// grow doubles the number of buckets. Readers of the old ones still find every entry.
func (s *shard[V]) grow(old *[]bucket[V]) *[]bucket[V] {
	size := minBuckets
	if old != nil {
		size = 2 * len(*old)
	}
	buckets := make([]bucket[V], size)
	if old != nil {
		for i := range *old {
			for n := (*old)[i].Load(); n != nil; n = n.next {
				b := place(buckets, n.id)
				b.Store(&node[V]{n.id, n.descriptor, n.value, b.Load()})
			}
		}
	}
	s.buckets.Store(&buckets)
	return &buckets
}

// dropEnded checks the next bucket and drops the entries of ended goroutines. It returns
// them as a list.
func (t *Table[V]) dropEnded(s *shard[V]) (dropped *node[V]) {
	buckets := s.buckets.Load()
	if buckets == nil {
		return nil
	}
	s.next = (s.next + 1) % len(*buckets)
	for n := (*buckets)[s.next].Load(); n != nil; n = n.next {
		if reused(n.descriptor, n.id) {
			t.remove(s, n.id)
			dropped = &node[V]{n.id, nil, n.value, dropped}
		}
	}
	return dropped
}

// sweep drops the entries of goroutines that are not in the list of Live.
func (t *Table[V]) sweep() {
	if !t.sweeping.TryLock() {
		return
	}
	defer t.sweeping.Unlock()
	var known []*node[V] // collected before the call of Live
	for i := range t.shards {
		if buckets := t.shards[i].buckets.Load(); buckets != nil {
			for j := range *buckets {
				for n := (*buckets)[j].Load(); n != nil; n = n.next {
					known = append(known, n)
				}
			}
		}
	}
	live := make(map[uint64]struct{})
	if !Live(live) {
		return
	}
	for _, n := range known {
		if _, ok := live[n.id]; ok {
			continue
		}
		s := t.shard(n.id)
		s.mu.Lock()
		found := s.find(n.id)
		if found != nil {
			t.remove(s, n.id)
		}
		s.mu.Unlock()
		if found != nil {
			t.reclaim(found)
		}
	}
}

func (t *Table[V]) reclaim(n *node[V]) {
	if t.Reclaim != nil {
		t.Reclaim(n.id, n.value)
	}
}
