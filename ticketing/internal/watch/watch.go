// Package watch passes the notice that a store changed to those who watch it.
package watch

import (
	"context"
	"sync"

	"github.com/logbook-go/logbook/logbook"
)

// Watchers are the channels of a store's Watch. The zero value is ready for use.
type Watchers struct {
	// Poll, if not nil, runs while somebody watches, until its context ends. It calls Notify
	// for the changes of other processes.
	Poll func(ctx context.Context)

	mu       sync.Mutex
	closed   bool
	channels map[chan struct{}]struct{}
	stop     context.CancelFunc // of Poll
	polls    sync.WaitGroup
}

// Watch implements that of a store.
func (w *Watchers) Watch(ctx context.Context) (<-chan struct{}, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, logbook.ErrClosed
	}
	c := make(chan struct{}, 1)
	if len(w.channels) == 0 {
		w.channels = make(map[chan struct{}]struct{})
		w.start()
	}
	w.channels[c] = struct{}{}
	context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.remove(c)
	})
	return c, nil
}

func (w *Watchers) start() {
	if w.Poll == nil {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	w.polls.Go(func() { w.Poll(ctx) })
}

// remove closes a channel, unless that was done. The mutex is held.
func (w *Watchers) remove(c chan struct{}) {
	if _, found := w.channels[c]; !found {
		return
	}
	delete(w.channels, c)
	close(c)
	if len(w.channels) == 0 && w.stop != nil {
		w.stop()
		w.stop = nil
	}
}

// Notify puts a value into each channel that has none.
func (w *Watchers) Notify() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.channels {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// Close closes the channels, and waits for Poll.
func (w *Watchers) Close() {
	w.mu.Lock()
	w.closed = true
	for c := range w.channels {
		w.remove(c)
	}
	w.mu.Unlock()
	w.polls.Wait()
}
