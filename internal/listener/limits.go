package listener

import (
	"cmp"
	"errors"
	"time"
)

// Limits bound the resources of the peers of a [Server]. The zero value has the defaults.
type Limits struct {
	Connections int // 0: 1000
	PerAddress  int // from one IPv4 address, or one IPv6 network of 64 bits; 0: half of Connections

	Handshake time.Duration // of TLS; 0: 10 s

	// Frame is the time for a frame from its first byte to its last, so that a peer
	// cannot occupy a connection by sending a byte from time to time. It includes the wait
	// for the first frame of a connection. 0: 30 s.
	Frame time.Duration

	// Silence ends a frame of which a part has come, when nothing follows for so long: Read
	// returns ErrSilent. It is for peers that do not mark the end of a frame. 0: never.
	Silence time.Duration

	// Idle is the time between two frames. It is long, since programs may have little to
	// report, and lose what they send into a closed connection: 0 is 1 h.
	Idle time.Duration
}

func (l Limits) withDefaults() Limits {
	l.Connections = cmp.Or(l.Connections, 1000)
	l.PerAddress = cmp.Or(l.PerAddress, max(1, l.Connections/2))
	l.Handshake = cmp.Or(l.Handshake, 10*time.Second)
	l.Frame = cmp.Or(l.Frame, 30*time.Second)
	l.Idle = cmp.Or(l.Idle, time.Hour)
	return l
}

// The errors of refused connections and of Read.
var (
	ErrConnections = errors.New("too many connections")
	ErrPerAddress  = errors.New("too many connections from this address")
	ErrReplaced    = errors.New("too many connections: one without a whole frame made room for a new one")
	ErrSlow        = errors.New("a frame took too long")
	ErrSilent      = errors.New("a part of a frame, and then nothing")
	ErrIdle        = errors.New("nothing was sent for too long")
	ErrStopped     = errors.New("the server stops")
)
