package logfile

import (
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/clock"
)

// delayed calls a function after a delay. Requests while a call is pending are one call.
// No goroutine waits meanwhile. The caller must lock, except for wait.
type delayed struct {
	call    func()
	bubbled bool // made within a bubble; see clock.InBubble
	timer   *time.Timer
	pending bool
	running sync.WaitGroup
}

func newDelayed(call func()) delayed { return delayed{call: call, bubbled: clock.InBubble()} }

// after calls the function after the delay, unless a call is pending. In another bubble
// than its own it does nothing.
func (d *delayed) after(delay time.Duration) {
	if d.pending || clock.InBubble() != d.bubbled {
		return
	}
	d.pending = true
	d.running.Add(1)
	d.timer = time.AfterFunc(delay, func() {
		defer d.running.Done()
		d.call()
	})
}

// begun is called by the function, and allows the next request.
func (d *delayed) begun() { d.pending = false }

func (d *delayed) cancel() {
	if d.pending && d.timer.Stop() {
		d.running.Done()
	}
	d.pending = false
}

// wait waits until the function is not running. It must be called without the lock that
// the function takes.
func (d *delayed) wait() { d.running.Wait() }
