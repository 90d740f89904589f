package otlp

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"

	"github.com/logbook-go/logbook/internal/listener"
)

// Listen returns a subscriber that receives at an address, over HTTP and gRPC:
//
//	tcp://host:port       plaintext; only loopback addresses, unless Insecure is set
//	tls://host:port       with TLSConfig
//	unix:/path            a stream socket
//
// A host that is empty stands for all addresses of the machine, and port 0 for a free one;
// see [Subscriber.Addr]. Senders use port 4318 by default, and 4317 for gRPC. The file of a
// unix socket that nobody listens on any more is replaced. Errors are *logbook.OptionError,
// or those of the system.
func Listen(address string, o *ListenOptions) (*Subscriber, error) {
	a, c, err := o.checkedFor(address)
	if err != nil {
		return nil, err
	}
	l, err := listener.Listen(context.Background(), a, c.Mode)
	if err != nil {
		return nil, err
	}
	return listenOn(l, a.Scheme, c), nil
}

// NewSubscriber returns a subscriber without a listener: a handler for an [http.Server] of
// the program, which has limits of its own. Those of ListenOptions for connections and
// headers have no effect. gRPC needs HTTP/2; see [http.Server.Protocols]. The server must end
// before Close, or refuse requests. Errors are *logbook.OptionError.
func NewSubscriber(o *ListenOptions) (*Subscriber, error) {
	c, err := o.checked()
	if err != nil {
		return nil, err
	}
	if c.TLSConfig != nil {
		return nil, invalid("TLSConfig", "not allowed without an address")
	}
	return newSubscriber("otlp", c), nil
}

// Bounds of the memory of a connection over HTTP/2, which are multiples of that over
// HTTP/1.1 by default. A peer that has more requests at once waits.
const (
	maxHeader  = 16 << 10
	maxStreams = 8
	maxWindow  = 64 << 10
)

// listenOn receives from the connections of a listener.
func listenOn(l net.Listener, scheme string, o ListenOptions) *Subscriber {
	a := listener.AddressOf(l.Addr())
	a.Scheme = scheme
	s := newSubscriber(a.String(), o)
	s.server = &listener.Server{Refused: s.refusedConn, Limits: listener.Limits{
		Connections: o.MaxConnections, PerAddress: o.MaxPerAddress, Handshake: o.HandshakeTimeout,
	}}
	if o.TLSConfig != nil {
		s.server.TLS = o.TLSConfig.Clone()
		s.server.TLS.NextProtos = []string{"h2", "http/1.1"}
	}
	s.http = &http.Server{
		Handler: s, Protocols: new(http.Protocols), MaxHeaderBytes: maxHeader,
		ReadHeaderTimeout: o.HeaderTimeout, IdleTimeout: o.IdleTimeout,
		HTTP2:    &http.HTTP2Config{MaxConcurrentStreams: maxStreams, MaxReceiveBufferPerConnection: maxWindow, MaxReceiveBufferPerStream: maxWindow},
		ErrorLog: log.New(io.Discard, "", 0), // connections that fail are not worth a line
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, listener.HandedOver(c))
		},
	}
	s.http.Protocols.SetHTTP1(true)
	s.http.Protocols.SetHTTP2(true)
	s.http.Protocols.SetUnencryptedHTTP2(true)
	accepted := s.server.Handover()
	s.server.Start(l)
	s.serving.Go(func() { _ = s.http.Serve(accepted) })
	return s
}

// connKey is the key of the [*listener.Conn] in the context of a request.
type connKey struct{}

// connOf returns the connection of a request, or nil for one of another server.
func connOf(r *http.Request) *listener.Conn {
	c, _ := r.Context().Value(connKey{}).(*listener.Conn)
	return c
}

// peerOf returns the peer of a request, as text.
func peerOf(r *http.Request) string {
	if c := connOf(r); c != nil {
		return c.Peer.String()
	}
	if a, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		return a.Addr().Unmap().String()
	}
	return ""
}
