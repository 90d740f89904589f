package flow

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
)

// Inflight counts what is on its way, records as a rule, until it is closed. The zero
// value is open and counts nothing. It is safe for concurrent use, and must not be
// copied. To enter and to leave costs an atomic addition each.
type Inflight struct {
	n atomic.Int64 // less by closing once it is closed

	once             sync.Once // makes the channels
	closed, idle     chan struct{}
	isClosed, isIdle func() // close them
}

// closing is far below anything that is ever counted.
const closing = math.MinInt64 / 2

// Enter counts n more, and reports whether it is still open. If not, nothing is
// counted. Who entered must leave.
func (f *Inflight) Enter(n int) bool {
	if f.n.Add(int64(n)) >= 0 {
		return true
	}
	f.Leave(n)
	return false
}

// Leave counts n less.
func (f *Inflight) Leave(n int) {
	if f.n.Add(-int64(n)) == closing {
		f.init()
		f.isIdle()
	}
}

// Len returns what is counted.
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

// Close lets nothing more in, and waits until all have left or the context ends. It
// returns how much is left then. It may be called again, to wait longer.
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
