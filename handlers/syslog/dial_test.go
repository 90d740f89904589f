package syslog

import (
	"io"
	"net"
	"testing"

	"github.com/logbook-go/logbook/internal/sender"
)

// gramConn accepts a number of datagrams.
type gramConn struct {
	net.Conn
	room int
}

func (c *gramConn) Write(b []byte) (int, error) {
	if c.room == 0 {
		return 0, io.ErrClosedPipe
	}
	c.room--
	return len(b), nil
}

// A datagram that was sent is not sent again.
func TestDatagramsAreNotRepeated(t *testing.T) {
	m := &sender.Batch{B: []byte("abc"), Ends: []int{1, 2, 3}}
	for room, want := range []int{1, 2, 3, 3} {
		next, err := datagrams{&gramConn{room: room}}.Send(m, 1)
		if next != want || (err == nil) != (want == 3) {
			t.Errorf("room for %d: next %d, %v", room, next, err)
		}
	}
}
