package goroutine

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

func TestTable(t *testing.T) {
	var table Table[int]
	if _, ok := table.Load(ID()); ok || table.Len() != 0 {
		t.Error("an empty table holds something")
	}
	const n = 5000 // at a time: each of the shards grows
	stored, release := make(chan bool), make(chan bool)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			id := ID()
			table.Store(id, -1)
			table.Store(id, i)
			stored <- true
			<-release
			if v, ok := table.Load(id); !ok || v != i {
				t.Errorf("goroutine %d has %d, %t, want %d", id, v, ok, i)
			}
			table.Delete(id, i+1)
			if _, ok := table.Load(id); !ok {
				t.Error("another value was deleted")
			}
			table.Delete(id, i)
			if _, ok := table.Load(id); ok {
				t.Error("the value was not deleted")
			}
		})
	}
	for range n {
		<-stored
	}
	if table.Len() != n {
		t.Errorf("Len is %d, want %d", table.Len(), n)
	}
	close(release)
	wg.Wait()
	if table.Len() != 0 {
		t.Errorf("Len is %d after all was deleted", table.Len())
	}
}

// The values of ended goroutines are dropped, each once, and no others.
func TestTableDropsValuesOfEndedGoroutines(t *testing.T) {
	const waves, size = 200, 100
	var dropped sync.Map
	var total atomic.Int64
	table := Table[uint64]{Reclaim: func(id, value uint64) {
		if id != value {
			t.Errorf("%d was dropped as the value of goroutine %d", value, id)
		}
		if _, twice := dropped.LoadOrStore(value, true); twice {
			t.Errorf("%d was dropped twice", value)
		}
		total.Add(1)
	}}
	// Waiting goroutines keep their values.
	stored, release := make(chan bool), make(chan bool)
	var living sync.WaitGroup
	for range size {
		living.Go(func() {
			table.Store(ID(), ID())
			stored <- true
			<-release
			if _, ok := table.Load(ID()); !ok {
				t.Error("the value of a living goroutine was dropped")
			}
		})
	}
	for range size {
		<-stored
	}
	for range waves {
		before := runtime.NumGoroutine()
		var wg sync.WaitGroup
		for range size {
			wg.Go(func() { table.Store(ID(), ID()) })
		}
		wg.Wait()
		for runtime.NumGoroutine() >= before+size { // Done is called shortly before the end
			runtime.Gosched()
		}
	}
	if n := int64(table.Len()) + total.Load(); n != waves*size+size {
		t.Errorf("%d values are left or were dropped, want %d", n, waves*size+size)
	}
	if n := table.Len(); n > 4*minSweep {
		t.Errorf("%d values are left of %d", n, waves*size)
	}
	close(release)
	living.Wait()
}

func BenchmarkStore(b *testing.B) {
	var table Table[int]
	id := ID()
	for b.Loop() {
		table.Store(id, 1)
		table.Delete(id, 1)
	}
}
