package daemon

import (
	"context"
	"errors"
	"net"
	"os"
	"time"

	"github.com/logbook-go/logbook/internal/systemd"
)

// heartbeat is a listener that shows whether somebody accepts from it.
type heartbeat struct {
	net.Listener
	deadline interface{ SetDeadline(time.Time) error } // of the listener; nil: it has none
	beats    chan struct{}
}

func newHeartbeat(l net.Listener) *heartbeat {
	h := &heartbeat{Listener: l, beats: make(chan struct{}, 1)}
	h.deadline, _ = l.(interface{ SetDeadline(time.Time) error })
	return h
}

// Accept implements [net.Listener].
func (h *heartbeat) Accept() (net.Conn, error) {
	for {
		c, err := h.Listener.Accept()
		if h.deadline == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
			return c, err
		}
		if err := h.deadline.SetDeadline(time.Time{}); err != nil {
			return nil, err
		}
		select {
		case h.beats <- struct{}{}:
		default:
		}
	}
}

// beat reports whether somebody accepts before the context ends: it interrupts Accept.
func (h *heartbeat) beat(ctx context.Context) bool {
	if h.deadline == nil {
		return true
	}
	select {
	case <-h.beats: // a late one
	default:
	}
	if h.deadline.SetDeadline(time.Now()) != nil {
		return false
	}
	select {
	case <-h.beats:
		return true
	case <-ctx.Done():
		return false
	}
}

// watchdog reports to systemd that connections are accepted, until the context ends.
func (h *heartbeat) watchdog(ctx context.Context) {
	interval := systemd.WatchdogInterval()
	if interval == 0 {
		return
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if h.beat(ctx) {
			_ = systemd.Notify(systemd.Watchdog)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
