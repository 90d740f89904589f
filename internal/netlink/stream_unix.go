//go:build unix && !logbook_portable

package netlink

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// Stream is a connection to a peer that only reads. It notices when the peer hangs up: a
// writer would not, since the system still accepts its data.
type Stream struct {
	net.Conn
	raw     net.Conn
	scratch [256]byte
}

// newStream makes a stream from a connection, with TLS if there is a configuration.
func newStream(ctx context.Context, conn net.Conn, config *tls.Config) (*Stream, error) {
	raw, err := conn.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil, err
	}
	p := &pollConn{Conn: conn, raw: raw}
	p.readNow = func(fd uintptr) bool {
		p.n, p.err = syscall.Read(int(fd), p.buffer)
		return true // whatever the result, do not wait
	}
	over, err := secure(ctx, p, config)
	if err != nil {
		return nil, err
	}
	p.poll = true
	return &Stream{Conn: over, raw: conn}, nil
}

// HungUp reports whether the peer has hung up, without waiting. It reads what the peer
// sent, such as TLS session tickets: a few times only, since such a peer sends little.
func (s *Stream) HungUp() bool {
	for range 8 {
		_, err := s.Read(s.scratch[:])
		if err != nil {
			return !errors.Is(err, os.ErrDeadlineExceeded)
		}
	}
	return false
}

// pollConn is a connection whose Read does not wait if poll is set. It then fails as
// after a deadline, which TLS takes for temporary.
type pollConn struct {
	net.Conn
	raw  syscall.RawConn
	poll bool

	readNow func(fd uintptr) bool // made once, to save allocations
	buffer  []byte
	n       int
	err     error
}

func (p *pollConn) Read(b []byte) (int, error) {
	if !p.poll {
		return p.Conn.Read(b)
	}
	p.buffer = b
	err := p.raw.Read(p.readNow)
	p.buffer = nil
	switch {
	case err != nil:
		return 0, err
	case p.err == syscall.EAGAIN || p.err == syscall.EINTR:
		return 0, os.ErrDeadlineExceeded
	case p.err != nil:
		return 0, p.err
	case p.n == 0 && len(b) > 0:
		return 0, io.EOF
	}
	return p.n, nil
}
