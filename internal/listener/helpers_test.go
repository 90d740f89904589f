package listener_test

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/internal/listener"
)

// pipes is a listener whose connections are pipes, for tests with the clock of synctest.
type pipes struct {
	conns  chan net.Conn
	errs   chan error
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes {
	return &pipes{conns: make(chan net.Conn), errs: make(chan error), closed: make(chan struct{})}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case err := <-p.errs:
		return nil, err
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// dial connects from an address.
func (p *pipes) dial(t *testing.T, from string) net.Conn {
	client, server := net.Pipe()
	t.Cleanup(func() { _ = client.Close() })
	p.conns <- conn{server, from}
	return client
}

type conn struct {
	net.Conn
	from string
}

func (c conn) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(c.from), 1))
}

// events are the errors of connections, as "peer: error".
type events struct {
	mu   sync.Mutex
	list []string
}

func (e *events) add(p listener.Peer, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, p.String()+": "+err.Error())
}

// take returns the events since the last call.
func (e *events) take() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := e.list
	e.list = nil
	return list
}

// newServer returns a server whose frames are the bytes up to a semicolon.
func newServer(e *events) *listener.Server {
	return &listener.Server{Refused: e.add, Handle: func(_ context.Context, c *listener.Conn) {
		b := make([]byte, 1)
		for {
			if _, err := c.Read(b); err != nil {
				e.add(c.Peer, err)
				return
			}
			if b[0] == ';' {
				c.NextFrame(false)
			}
		}
	}}
}
