package listener

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
)

// Handover makes the server hand its connections over to another server, such as that of
// net/http, which accepts them from the returned listener. It replaces Handle. Call it
// before Start, and accept after it.
//
// A connection that is accepted has passed the limits for connections, and the handshake of
// TLS; then it is a [*tls.Conn]. The limits for frames do not hold for it: the other server
// has its own. To close the listener is the first step of Close.
func (s *Server) Handover() net.Listener {
	h := &handover{server: s, conns: make(chan net.Conn)}
	s.Handle, s.handover = h.handle, true
	return h
}

// handover implements [net.Listener].
type handover struct {
	server *Server
	conns  chan net.Conn
}

func (h *handover) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.server.closing.Done():
		return nil, net.ErrClosed
	}
}

func (h *handover) Close() error {
	h.server.stop()
	return h.server.listener.Close()
}

func (h *handover) Addr() net.Addr { return h.server.Addr() }

// handle waits for the end of a connection that is handed over.
func (h *handover) handle(ctx context.Context, c *Conn) {
	select {
	case h.conns <- c.Conn:
	case <-h.server.closing.Done():
		return
	}
	select {
	case <-c.raw.(*link).closed:
	case <-ctx.Done(): // it is cut
	}
}

// link is the network connection below one that is handed over.
type link struct {
	net.Conn
	conn   *Conn
	once   sync.Once
	closed chan struct{}
}

// Close implements [net.Conn].
func (l *link) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Conn.Close()
}

// CloseWrite lets the peer read an answer before the connection is closed. Package net/http
// calls it.
func (l *link) CloseWrite() error {
	if c, ok := l.Conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return nil
}

// HandedOver returns the Conn of a connection that a server has handed over, or nil for
// another one. Only Peer and Settle of it are for the use of the other server.
func HandedOver(c net.Conn) *Conn {
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	if l, ok := c.(*link); ok {
		return l.conn
	}
	return nil
}
