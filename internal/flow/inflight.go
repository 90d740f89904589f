package flow

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
)

// Inflight counts operations or records in flight, until it is closed. The zero value is
// open and empty. It is safe for concurrent use, and must not be copied. Enter and Leave
// cost an atomic addition each.
type Inflight struct {
	n atomic.Int64 // after Close: the count plus closing

	once             sync.Once // makes the channels
	closed, idle     chan struct{}
	isClosed, isIdle func() // close them
}

// closing is far below any count.
const closing = math.MinInt64 / 2

// Enter adds n to the count, and reports whether f is still open. If not, nothing is
// counted. Each Enter that returns true needs a Leave.
func (f *Inflight) Enter(n int) bool {
	if f.n.Add(int64(n)) >= 0 {
		return true
	}
	f.Leave(n)
	return false
}

// Leave subtracts n from the count.
func (f *Inflight) Leave(n int) {
	if f.n.Add(-int64(n)) == closing {
		f.init()
		f.isIdle()
	}
}

// Len returns the count.
func (f *Inflight) Len() int {
	n := f.n.Load()
	if n < 0 {
		n -= closing
	}
	return int(max(n, 0))
}

// Closed returns a channel that Close closes before it waits.
func (f *Inflight) Closed() <-chan struct{} {
	f.init()
	return f.closed
}

// Close makes Enter fail, and waits until the count is 0 or the context ends. It returns
// the count then. It may be called again, to wait longer.
func (f *Inflight) Close(ctx context.Context) (left int) {
	f.init()
	for {
		n := f.n.Load()
		if n < 0 {
			break
		}
		if f.n.CompareAndSwap(n, n+closing) {
			f.isClosed()
			if n == 0 {
				f.isIdle()
			}
			break
		}
	}
	select {
	case <-f.idle:
		return 0
	case <-ctx.Done():
		return f.Len()
	}
}

func (f *Inflight) init() {
	f.once.Do(func() {
		f.closed, f.idle = make(chan struct{}), make(chan struct{})
		f.isClosed = sync.OnceFunc(func() { close(f.closed) })
		f.isIdle = sync.OnceFunc(func() { close(f.idle) })
	})
}
