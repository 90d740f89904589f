package listener

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
)

// Server accepts connections. Set the exported fields before Start.
type Server struct {
	// Handle serves a connection, which is closed when Handle returns. It must return when
	// Read fails, and when the context ends. See Handover for another way.
	Handle func(ctx context.Context, c *Conn)

	// Refused is called for each connection that was refused, and for failures of Accept,
	// which have no peer. It must not wait.
	Refused func(p Peer, err error)

	// Refusal is sent to connections that are refused because of the limits, unless they are
	// over TLS. nil: they are closed.
	Refusal []byte

	TLS    *tls.Config // nil: plaintext
	Limits Limits

	handover  bool // to another server
	listener  net.Listener
	closing   context.Context // ended when Close begins
	stop      context.CancelFunc
	cutting   context.Context // ended when Close stops to wait
	cut       context.CancelFunc
	accepting sync.WaitGroup
	handling  flow.Inflight

	mu       sync.Mutex
	conns    map[*Conn]struct{}
	networks map[netip.Addr]int // connections of each
	fresh    []*Conn            // those without a whole frame, the oldest first
	accepted uint64
}

// Start accepts connections on goroutines of its own. It owns the listener.
func (s *Server) Start(l net.Listener) {
	s.Limits = s.Limits.withDefaults()
	s.listener = l
	s.conns, s.networks = make(map[*Conn]struct{}), make(map[netip.Addr]int)
	s.closing, s.stop = flow.NewContext()
	s.cutting, s.cut = flow.NewContext()
	s.accepting.Go(s.accept)
}

// Addr returns the address of the listener.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Accepted returns the number of connections that were accepted, and that are open.
func (s *Server) Accepted() (total uint64, open int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accepted, len(s.conns)
}

func (s *Server) accept() {
	pause := flow.Pause{First: 10 * time.Millisecond, Max: time.Second}
	for {
		c, err := s.listener.Accept()
		switch {
		case s.closing.Err() != nil:
			if err == nil {
				_ = c.Close()
			}
			return
		case errors.Is(err, net.ErrClosed): // by somebody else
			return
		case err != nil:
			s.Refused(Peer{PID: Unknown, UID: Unknown}, err)
			wait(s.closing, &pause, err)
		default:
			pause.Succeeded()
			s.admit(c)
		}
	}
}

// wait begins a pause after an error, such as that there are too many open files, and
// waits for its end or that of the context.
func wait(ctx context.Context, p *flow.Pause, err error) {
	now := time.Now()
	var end time.Time
	_ = p.Begin(now, func(until time.Time) error {
		end = until
		return err
	})
	timer := time.NewTimer(end.Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// admit serves a connection if the limits allow it.
func (s *Server) admit(raw net.Conn) {
	c := &Conn{Conn: raw, Peer: PeerOf(raw), server: s, raw: raw, begun: true, fresh: true}
	if s.handover {
		c.raw = &link{Conn: raw, conn: c, closed: make(chan struct{})}
		c.Conn = c.raw
	}
	replaced, err := s.enter(c)
	if err != nil {
		if s.Refusal != nil && s.TLS == nil {
			_ = raw.SetWriteDeadline(time.Now().Add(10 * time.Millisecond)) // a new connection has room for it
			_, _ = raw.Write(s.Refusal)
		}
		_ = raw.Close()
		s.Refused(c.Peer, err)
		return
	}
	if replaced != nil {
		replaced.replace()
	}
	go s.serve(c)
}

// enter counts a connection. If there are too many, it returns one that makes room, or an
// error.
func (s *Server) enter(c *Conn) (replaced *Conn, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.handling.Enter(1) {
		return nil, ErrStopped
	}
	defer func() {
		if err != nil {
			s.handling.Leave(1)
		}
	}()
	network := c.Peer.network()
	from := func(*Conn) bool { return true }
	switch {
	case network.IsValid() && s.networks[network] >= s.Limits.PerAddress:
		err = ErrPerAddress
		from = func(other *Conn) bool { return other.Peer.network() == network }
	case len(s.conns) >= s.Limits.Connections:
		err = ErrConnections
	}
	if err != nil {
		i := slices.IndexFunc(s.fresh, from)
		if i < 0 {
			return nil, err
		}
		replaced, err = s.fresh[i], nil
		s.forget(replaced)
	}
	s.accepted++
	s.conns[c] = struct{}{}
	s.networks[network]++
	s.fresh = append(s.fresh, c)
	return replaced, nil
}

// forget stops counting a connection. It is called with the lock held.
func (s *Server) forget(c *Conn) {
	if _, ok := s.conns[c]; !ok {
		return
	}
	delete(s.conns, c)
	s.unfresh(c)
	network := c.Peer.network()
	if s.networks[network]--; s.networks[network] == 0 {
		delete(s.networks, network)
	}
}

// unfresh notes that a whole frame has come. It is called with the lock held.
func (s *Server) unfresh(c *Conn) {
	if !c.fresh {
		return
	}
	c.fresh = false
	if i := slices.Index(s.fresh, c); i >= 0 {
		s.fresh = slices.Delete(s.fresh, i, i+1)
	}
}

func (s *Server) serve(c *Conn) {
	defer s.handling.Leave(1)
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.forget(c)
	}()
	defer c.raw.Close()
	defer context.AfterFunc(s.cutting, func() { _ = c.raw.Close() })()
	if s.TLS != nil {
		secure := tls.Server(c.raw, s.TLS)
		ctx, cancel := context.WithTimeout(s.closing, s.Limits.Handshake)
		err := secure.HandshakeContext(ctx)
		cancel()
		if err != nil {
			s.handshakeFailed(c, err)
			return
		}
		c.Conn = secure
	}
	if !s.handover {
		defer context.AfterFunc(s.closing, func() { c.stop(time.Now()) })()
	}
	s.Handle(s.cutting, c)
}

func (s *Server) handshakeFailed(c *Conn, err error) {
	c.mu.Lock()
	replaced := c.replaced
	c.mu.Unlock()
	switch {
	case s.closing.Err() != nil:
		return
	case replaced:
		err = ErrReplaced
	}
	s.Refused(c.Peer, err)
}

// Close stops accepting, and waits for the connections until the context ends; then it cuts
// them. It returns how many it cut. Closing again does nothing.
func (s *Server) Close(ctx context.Context) (cut int) {
	s.stop()
	_ = s.listener.Close() // nobody accepts any more
	s.accepting.Wait()
	cut = s.handling.Close(ctx)
	s.cut()
	s.handling.Close(context.Background()) // they end now
	return cut
}
