package logfile

import (
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/clock"
)

// delayed calls a function some time after it was asked to, once however often it
// was asked. No goroutine waits meanwhile. Its user locks, but for wait.
type delayed struct {
	call    func()
	bubbled bool // made within a bubble; see clock.InBubble
	timer   *time.Timer
	pending bool
	running sync.WaitGroup
}

func newDelayed(call func()) delayed { return delayed{call: call, bubbled: clock.InBubble()} }

// after calls the function that much later, unless a call is pending. Within a bubble
// that is not its own it does nothing.
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

// begun is for the function: it may be asked for again.
func (d *delayed) begun() { d.pending = false }

func (d *delayed) cancel() {
	if d.pending && d.timer.Stop() {
		d.running.Done()
	}
	d.pending = false
}

// wait returns when the function does not run any more. It must be called without
// the lock that the function takes.
func (d *delayed) wait() { d.running.Wait() }
