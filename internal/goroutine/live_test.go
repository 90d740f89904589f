package goroutine

import (
	"maps"
	"runtime"
	"slices"
	"sync"
	"testing"
)

func TestLive(t *testing.T) {
	const n = 500
	ids := make(chan uint64, n)
	release := make(chan struct{})
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			ids <- ID()
			<-release
		})
	}
	waiting := make([]uint64, n)
	for i := range waiting {
		waiting[i] = <-ids
	}

	const stale = 1 << 62 // in the set before the call, but not a goroutine
	alive := map[uint64]struct{}{stale: {}}
	if !Live(alive) {
		t.Fatal("Live reports a cut trace")
	}
	if _, ok := alive[stale]; ok {
		t.Error("Live kept an old member of the set")
	}
	for _, id := range append(waiting, ID()) {
		if _, ok := alive[id]; !ok {
			t.Errorf("goroutine %d is missing", id)
		}
	}

	close(release)
	wg.Wait()
	// Done is called shortly before the goroutine ends.
	isAlive := func(id uint64) bool { _, ok := alive[id]; return ok }
	for slices.ContainsFunc(waiting, isAlive) {
		runtime.Gosched()
		if !Live(alive) {
			t.Fatal("Live reports a cut trace")
		}
	}
}

func TestLiveGrowsItsBuffer(t *testing.T) {
	all := map[uint64]struct{}{}
	if !live(all, 64, maxTrace) {
		t.Fatal("live reports that a trace within the limit exceeds it")
	}
	if _, ok := all[ID()]; !ok {
		t.Error("the running goroutine is missing")
	}
	if live(all, 64, 128) {
		t.Error("live does not report that a trace exceeds the limit")
	}
}

func TestAddHeaders(t *testing.T) {
	const trace = `goroutine 7 gp=0xc000006380 m=0 mp=0x5dc1a0 [running]:
main.main()
	/src/goroutine 99 [x]/main.go:12 +0x1d

goroutine 18 gp=0xc000006fc0 m=nil [force gc (idle)]:
runtime.gopark(0x0?, 0x0?, 0x0?, 0x0?, 0x0?)
	/go/src/runtime/proc.go:435 +0xce
created by runtime.init.7 in goroutine 1
	/go/src/runtime/proc.go:336 +0x1a

goroutine 20 [chan receive, 5 minutes, locked to thread labels:{"a": "b\ngoroutine 98 [x]"}]:
main.wait(...)
	/src/main.go:30
[originating from goroutine 97]:
main.start(...)
`
	got := map[uint64]struct{}{}
	addHeaders(got, []byte(trace))
	if ids := slices.Sorted(maps.Keys(got)); !slices.Equal(ids, []uint64{7, 18, 20}) {
		t.Errorf("ids are %v", ids)
	}
}

func BenchmarkLive(b *testing.B) {
	release := make(chan struct{})
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() { <-release })
	}
	alive := map[uint64]struct{}{}
	for b.Loop() {
		Live(alive)
	}
	close(release)
	wg.Wait()
}
