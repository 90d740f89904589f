package listener

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// After Close a connection is read until nothing comes for quiet, so that what had arrived is
// not lost. The waits of Read together last for at most maxDrain. The time between them, in
// which the program is busy with what it has read, does not count, until more than
// maxArrived has been read, which is more than systems buffer.
const (
	quiet      = 100 * time.Millisecond
	maxDrain   = time.Second
	maxArrived = 8 << 20
)

// Conn is a connection of a [Server], over TLS if it has a configuration. One goroutine
// reads it.
type Conn struct {
	net.Conn
	Peer Peer

	server *Server
	raw    net.Conn

	mu       sync.Mutex
	begun    bool          // a byte of the frame has come, or the frame is the first
	partial  bool          // a byte of the frame has come
	deadline time.Time     // of the frame, or of its first byte; zero: begins with the next Read
	stopped  time.Time     // when the server was closed
	waited   time.Duration // by Read, since then
	drained  int           // bytes, since then
	replaced bool          // see ErrReplaced

	fresh bool // no whole frame has come; guarded by the server's lock
}

// Read implements [net.Conn] within the limits of the server. Its error may be one of this
// package's.
func (c *Conn) Read(p []byte) (int, error) {
	c.setDeadline()
	start := time.Now()
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stopped.IsZero() {
		c.waited += time.Since(latest(start, c.stopped))
		c.drained += n
	}
	if n > 0 && !c.begun {
		c.begun, c.deadline = true, time.Now().Add(c.server.Limits.Frame)
	}
	silent := c.partial && c.server.Limits.Silence > 0 && time.Now().Before(c.deadline)
	c.partial = c.partial || n > 0
	switch {
	case err == nil:
	case c.replaced:
		err = ErrReplaced
	case !errors.Is(err, os.ErrDeadlineExceeded):
	case !c.stopped.IsZero():
		err = ErrStopped
	case silent:
		err = ErrSilent
	case c.begun:
		err = ErrSlow
	default:
		err = ErrIdle
	}
	return n, err
}

func (c *Conn) setDeadline() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if c.deadline.IsZero() {
		limit := c.server.Limits.Idle
		if c.begun {
			limit = c.server.Limits.Frame
		}
		c.deadline = now.Add(limit)
	}
	end := c.deadline
	if silence := c.server.Limits.Silence; c.partial && silence > 0 {
		end = earliest(end, now.Add(silence))
	}
	if !c.stopped.IsZero() {
		end = earliest(end, now.Add(quiet), now.Add(maxDrain-c.waited))
		if c.drained > maxArrived {
			end = earliest(end, c.stopped.Add(maxDrain))
		}
	}
	_ = c.Conn.SetReadDeadline(end) // if it fails, so does Read
}

func earliest(t time.Time, others ...time.Time) time.Time {
	for _, o := range others {
		if o.Before(t) {
			t = o
		}
	}
	return t
}

func latest(t, other time.Time) time.Time {
	if other.After(t) {
		return other
	}
	return t
}

// NextFrame ends a frame. begun is whether a part of the next one has been read already.
// The time between NextFrame and Read does not count for the limits.
func (c *Conn) NextFrame(begun bool) {
	c.mu.Lock()
	c.begun, c.partial, c.deadline = begun, begun, time.Time{}
	c.mu.Unlock()
	c.Settle()
}

// Settle notes that the peer has sent a whole frame: its connection does not make room for
// a new one any more.
func (c *Conn) Settle() {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.server.unfresh(c)
}

// stop begins the end of a connection, and ends a Read that waits.
func (c *Conn) stop(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = now
	_ = c.raw.SetReadDeadline(now.Add(quiet))
}

// replace closes the connection in favor of another.
func (c *Conn) replace() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.replaced = true
	_ = c.raw.Close()
}
