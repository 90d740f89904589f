package web

import (
	"fmt"
	"net/http"
	"time"
)

const (
	// maxStreams bounds the readers who follow the store at a time.
	maxStreams = 500
	// changePause is the shortest time between two notices of changes.
	changePause = time.Second
	// aliveEvery is how often a stream says that it is alive. Then it is also checked
	// whether the reader is still logged in.
	aliveEvery = 25 * time.Second
)

// live sends a server-sent event soon after the store changed, until the reader leaves.
func (x *exchange) live() error {
	select {
	case x.streams <- struct{}{}:
		defer func() { <-x.streams }()
	default:
		return &failure{http.StatusServiceUnavailable, "Too many readers follow the tickets", nil}
	}
	x.ctx = x.r.Context() // it may take long
	changes, err := x.store.Watch(x.ctx)
	if err != nil {
		return err
	}
	x.w.Header().Set("Content-Type", "text/event-stream")
	x.w.Header().Set("Cache-Control", "no-store")
	x.w.Header().Set("X-Accel-Buffering", "no") // nginx
	x.follow(changes)
	return nil
}

// follow writes events until the client or the store is gone.
func (x *exchange) follow(changes <-chan struct{}) {
	alive := time.NewTicker(aliveEvery)
	defer alive.Stop()
	pause := time.NewTimer(0)
	defer pause.Stop()
	if !x.event(": hello") {
		return
	}
	changed, paused := false, true
	for {
		select {
		case <-x.ctx.Done():
			return
		case _, open := <-changes:
			if !open {
				return
			}
			changed = true
		case <-pause.C:
			paused = false
		case <-alive.C:
			x.now = x.clock()
			if u, err := x.identify(); u == nil || err != nil || !x.event(": alive") {
				return
			}
		}
		if changed && !paused {
			if !x.event("event: change\ndata:") {
				return
			}
			changed, paused = false, true
			pause.Reset(changePause)
		}
	}
}

// event writes an event, and reports whether the client is still there.
func (x *exchange) event(text string) bool {
	c := http.NewResponseController(x.w)
	_ = c.SetWriteDeadline(time.Now().Add(aliveEvery + timeout)) // HTTP/2 ends the stream then; not all writers can
	_, err := fmt.Fprintf(x.w, "%s\n\n", text)
	return err == nil && c.Flush() == nil
}
