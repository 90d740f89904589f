package daemon

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/frame"
	"github.com/logbook-go/logbook/internal/listener"
	"github.com/logbook-go/logbook/internal/refusal"
	"github.com/logbook-go/logbook/logbook"
)

// Server is a daemon. [New] makes one. Its methods are safe for concurrent use.
type Server struct {
	o        settings
	log      *logbook.Logger
	commands []*Command
	help     string
	tokens   [][sha256.Size]byte
	pid      *pidFile // nil: none
	begun    time.Time
	base     context.Context // that of Run, without its end

	server    *listener.Server
	heartbeat *heartbeat
	address   listener.Address
	memory    *frame.Memory
	exclusive chan struct{} // holds one element while an exclusive command runs
	refused   refusal.Counter

	handled, failed atomic.Uint64

	stopping chan struct{} // closed by Stop
	stop     func()
	quitting sync.Once
	reply    string // of quit
	quitErr  error

	mu       sync.Mutex
	isRun    bool          // Run was called
	isClosed bool          // or is about to
	ended    chan struct{} // closed when everything is released
}

// New returns a daemon that listens at an address, and serves when Run is called:
//
//	tcp://host:port     plaintext
//	tls://host:port     with TLSConfig
//	unix:/path          a unix socket
//
// "" is the address of the configuration file, or else tcp://localhost:1507. Port 0 stands for
// a free one; see [Server.Addr].
//
// First it locks the PID file: if another instance has the lock, New returns a [*LockError]
// and changes nothing. The file contains " PID;HOST" and a newline, as lab_utils' does, and
// stays; the lock ends with the process. A link, and a file of another user, are refused.
//
// If systemd has opened a socket for this process, the daemon uses it in place of the
// address.
//
// Other errors are a [*logbook.OptionError], a [*config.FileError], or that of the system.
// Nothing is left open then.
func New(address string, o *Options) (*Server, error) {
	c, err := o.checked(address)
	if err != nil {
		return nil, err
	}
	s := &Server{
		o: c, log: c.Logger, begun: time.Now(), address: c.address,
		memory: frame.NewMemory(c.MaxMemory), exclusive: make(chan struct{}, 1),
		stopping: make(chan struct{}), ended: make(chan struct{}),
	}
	s.stop = sync.OnceFunc(func() { close(s.stopping) })
	for _, t := range c.Tokens {
		s.tokens = append(s.tokens, sha256.Sum256([]byte(t)))
	}
	s.o.Tokens = nil
	if err := s.addCommands(); err != nil {
		return nil, err
	}
	if !c.NoPIDFile {
		path := c.PIDFile
		if path == "" {
			path = defaultPIDFile(c.Name)
		}
		if s.pid, err = lockPIDFile(path); err != nil {
			return nil, err
		}
	}
	if err := s.listen(); err != nil {
		if s.pid != nil {
			_ = s.pid.Close()
		}
		return nil, err
	}
	return s, nil
}

func (s *Server) addCommands() error {
	s.commands = s.builtins()
	for _, c := range s.o.Commands {
		if err := c.check(s.o.delimiters); err != nil {
			return invalid("Commands", "%w", err)
		}
		c.Args = slices.Clone(c.Args)
		same := func(other *Command) bool { return other.Name == c.Name }
		i := slices.IndexFunc(s.commands, same)
		switch {
		case i < 0:
			s.commands = append(s.commands, &c)
		case s.commands[i].builtin:
			s.commands[i] = &c
		default:
			return invalid("Commands", "%s is there twice", c.Name)
		}
	}
	s.help = s.helpText()
	return nil
}

// listen makes the listener, or takes the one that systemd has opened.
func (s *Server) listen() error {
	l, err := s.activated()
	if err != nil {
		return err
	}
	if l != nil {
		s.address = listener.AddressOf(l.Addr())
		if s.o.TLSConfig != nil {
			s.address.Scheme = "tls"
		}
	} else {
		if s.address.Scheme != "tls" && s.o.TLSConfig != nil {
			return invalid("TLSConfig", "not allowed for %s, which is not a tls address", s.address)
		}
		if l, err = listener.Listen(context.Background(), s.address, s.o.Mode); err != nil {
			return err
		}
		bound := listener.AddressOf(l.Addr())
		bound.Scheme = s.address.Scheme
		s.address = bound
	}
	if n := s.o.Backlog; n > 0 {
		if err := listener.SetBacklog(l, n); err != nil && !errors.Is(err, errors.ErrUnsupported) {
			_ = l.Close()
			return fmt.Errorf("setting the backlog: %w", err)
		}
	}
	s.refused.Source = s.address.String()
	s.heartbeat = newHeartbeat(l)
	s.server = &listener.Server{
		Handle: s.serve, Refused: s.refuse, TLS: s.o.TLSConfig,
		Refusal: []byte("Error! busy: there are too many clients\n"),
		Limits: listener.Limits{
			Connections: s.o.MaxConnections, PerAddress: s.o.MaxPerAddress,
			Handshake: s.o.Timeout, Frame: s.o.Timeout, Silence: s.o.Silence,
		},
	}
	return nil
}

// activated returns the listener that systemd has opened, or nil.
func (s *Server) activated() (net.Listener, error) {
	sockets, err := listener.Activated()
	if err != nil {
		return nil, err
	}
	for i := range sockets {
		if s.o.SocketName != "" && sockets[i].Name != s.o.SocketName {
			continue
		}
		l, packets, err := sockets[i].Open()
		if err != nil {
			return nil, fmt.Errorf("socket %s: %w", sockets[i].Name, err)
		}
		if l == nil {
			_ = packets.Close()
			return nil, fmt.Errorf("socket %s: want one for connections, not datagrams", sockets[i].Name)
		}
		return l, nil
	}
	if s.o.SocketName != "" && len(sockets) > 0 {
		return nil, invalid("SocketName", "there is no socket %q", s.o.SocketName)
	}
	return nil, nil
}

// Addr returns the address at which the daemon listens, with the port that was chosen for
// port 0.
func (s *Server) Addr() net.Addr { return s.heartbeat.Addr() }

// authorized reports whether a client with this token may send commands.
func (s *Server) authorized(token string) bool {
	if len(s.tokens) == 0 {
		return true
	}
	given := sha256.Sum256([]byte(token))
	found := 0
	for i := range s.tokens {
		found |= subtle.ConstantTimeCompare(given[:], s.tokens[i][:])
	}
	return found == 1
}

// refuse counts a message or connection that was refused, and logs it.
func (s *Server) refuse(p listener.Peer, err error) {
	if r := s.refused.Refuse(time.Now(), p.String(), err); r != nil {
		logbook.Dispatch(s.base, r)
	}
}

// Stats returns the counts so far: Handled are the commands that were carried out. The
// counters are
//
//	failed        commands that have failed
//	connections   accepted connections
//	refused       connections and messages that were refused
func (s *Server) Stats() logbook.Stats {
	connections, _ := s.server.Accepted()
	return logbook.Stats{Handled: s.handled.Load(), Counters: []logbook.Counter{
		{Name: "failed", Value: s.failed.Load()}, {Name: "connections", Value: connections}, {Name: "refused", Value: s.refused.Count()},
	}}
}

// builtins returns the commands that every daemon has.
func (s *Server) builtins() []*Command {
	return []*Command{
		{Name: "quit", Help: "stop the daemon", builtin: true, Run: func(_ context.Context, c *Call) (any, error) {
			c.Stop()
			reply, err := s.quit()
			if err != nil { // it is logged
				err = &ReplyError{Code: CodeFailed, Message: err.Error()}
			}
			return reply, err
		}},
		{Name: "help", Help: "list the commands", builtin: true, Run: func(context.Context, *Call) (any, error) { return s.help, nil }},
		{Name: "status", Help: "show the state of the daemon", builtin: true, Run: func(context.Context, *Call) (any, error) { return s.status(), nil }},
	}
}

// quit calls the hook Quit, once, and returns its reply.
func (s *Server) quit() (reply string, err error) {
	s.quitting.Do(func() {
		s.reply = "Goodbye!"
		if s.o.Quit == nil {
			return
		}
		ctx, cancel := context.WithTimeout(s.base, s.o.Grace)
		defer cancel()
		var reply any
		reply, s.quitErr = s.guarded(ctx, "quit", func() (any, error) { return s.o.Quit(ctx) })
		if text, _ := reply.(string); text != "" {
			s.reply = text
		}
	})
	return s.reply, s.quitErr
}

func (s *Server) status() []slog.Attr {
	stats := s.Stats()
	_, open := s.server.Accepted()
	attrs := []slog.Attr{
		slog.String("name", s.o.Name), slog.Int("pid", os.Getpid()),
		slog.String("uptime", time.Since(s.begun).Round(time.Second).String()),
		slog.Uint64("commands", stats.Handled), slog.Uint64("failed", stats.Count("failed")),
		slog.Uint64("refused", stats.Count("refused")), slog.Int("connections", open),
	}
	if s.o.Status != nil {
		attrs = append(attrs, s.o.Status()...)
	}
	return attrs
}
