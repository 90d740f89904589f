//go:build gc && (amd64 || arm64) && !logbook_portable

package callsite

import (
	"runtime"
	"sync"
	"testing"
)

func TestProven(t *testing.T) {
	if !Proven() {
		t.Fatal("frame pointers do not give the return addresses with this release of Go")
	}
}

//go:noinline
func outer(n int, fn func()) {
	if n > 0 {
		outer(n-1, fn)
		return
	}
	inner(fn)
}

//go:noinline
func inner(fn func()) {
	var got [Depth]uintptr
	var want [2]uintptr
	Returns(&got)
	runtime.Callers(2, want[:])
	if got[0] != want[0] || got[1] != want[1] {
		panic("wrong return addresses")
	}
	fn()
}

// The addresses are correct on new goroutines and on stacks that were moved.
func TestReturns(t *testing.T) {
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() { outer(0, func() {}) })
	}
	wg.Wait()
	outer(2000, func() { outer(5000, func() {}) })
}

// The addresses can be read in deferred calls. They differ from those of
// runtime.Callers, which leaves out wrappers made by the compiler.
func TestDeferred(t *testing.T) {
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		defer outer(1, func() {})
		defer mustReturn(t)
		panic(1)
	}()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer mustReturn(t)
		runtime.Goexit()
	}()
	<-done
}

//go:noinline
func mustReturn(t *testing.T) {
	var got [Depth]uintptr
	Returns(&got)
	if got[0] == 0 || got[1] == 0 {
		t.Error(got)
	}
}

func TestChainEnds(t *testing.T) {
	done := make(chan [Depth]uintptr)
	go shallow(done)
	if got := <-done; got[0] == 0 {
		t.Error("no return address at the start of a goroutine")
	}
}

//go:noinline
func shallow(to chan [Depth]uintptr) {
	var got [Depth]uintptr
	Returns(&got)
	to <- got
}

func BenchmarkReturns(b *testing.B) {
	var to [Depth]uintptr
	for b.Loop() {
		Returns(&to)
	}
}

func BenchmarkCallers(b *testing.B) {
	var to [1]uintptr
	for b.Loop() {
		runtime.Callers(3, to[:])
	}
}
