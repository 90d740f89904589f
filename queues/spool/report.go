package spool

import (
	"context"
	"sync"

	"github.com/logbook-go/logbook/internal/panics"
)

// reports calls OnError on a goroutine that runs while there is something to report: the
// callers hold locks that OnError may need.
type reports struct {
	onError func(error)

	mu    sync.Mutex
	queue []error
	done  chan struct{} // closed when the goroutine ends; nil: there is none
}

// maxReports bounds the failures that wait for OnError; those beyond are left out.
const maxReports = 100

func (r *reports) add(err error) {
	if r.onError == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.queue) < maxReports {
		r.queue = append(r.queue, err)
	}
	if r.done == nil {
		r.done = make(chan struct{})
		go r.deliver(r.done)
	}
}

func (r *reports) deliver(done chan struct{}) {
	defer close(done)
	for {
		r.mu.Lock()
		if len(r.queue) == 0 {
			r.done = nil
			r.mu.Unlock()
			return
		}
		err := r.queue[0]
		r.queue = r.queue[1:]
		r.mu.Unlock()
		_ = panics.Call(func() error { // a panic is the user's own loss
			r.onError(err)
			return nil
		})
	}
}

// wait waits until all is reported, or ctx ends.
func (r *reports) wait(ctx context.Context) {
	r.mu.Lock()
	done := r.done
	r.mu.Unlock()
	if done == nil {
		return
	}
	select {
	case <-done:
	case <-ctx.Done():
	}
}
