//go:build unix && !logbook_portable

package syslog

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// stream sends messages one after the other. Before each record it looks whether
// the daemon has closed the connection, since the system would take the record all
// the same.
type stream struct {
	net.Conn
	scratch [256]byte
}

// newStream makes a stream of a connection, with TLS if there is a configuration.
func newStream(ctx context.Context, conn net.Conn, config *tls.Config) (*stream, error) {
	raw, err := conn.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil, err
	}
	p := &pollConn{Conn: conn, raw: raw}
	p.readNow = func(fd uintptr) bool {
		p.n, p.err = syscall.Read(int(fd), p.buffer)
		return true // whatever it says: do not wait
	}
	over, err := secure(ctx, p, config)
	if err != nil {
		return nil, err
	}
	p.poll = true
	return &stream{Conn: over}, nil
}

func (s *stream) send(m *batch, _ int) (next int, err error) { return sendWhole(s, m) }

// gone reads what the daemon sent, such as TLS session tickets. A daemon has
// nothing more to say, so it looks a few times only.
func (s *stream) gone() bool {
	for range 8 {
		_, err := s.Read(s.scratch[:])
		if err != nil {
			return !errors.Is(err, os.ErrDeadlineExceeded)
		}
	}
	return false
}

// pollConn is a connection whose Read can be told not to wait. It then fails as if
// a deadline was over, which TLS takes for temporary.
type pollConn struct {
	net.Conn
	raw  syscall.RawConn
	poll bool

	readNow func(fd uintptr) bool // made once, so that it costs no allocation
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
