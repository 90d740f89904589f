package mail_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"log"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// mailServer is an SMTP server on loopback that keeps its mails.
type mailServer struct {
	Addr string

	// Errors that the server returns; set before it is used.
	onMail func(from string) error
	onRcpt func(to string) error
	onData func(n int) error // n counts from 1
	onTake func(n int)       // called when the server has taken mail n, before it replies

	username, password string   // those that log in
	mechanisms         []string // of AUTH

	mu          sync.Mutex
	received    []received
	connections int
	conns       []net.Conn
	logins      []string // mechanism, and whether the connection was secured

	stop func()
}

// received is a mail as the server got it.
type received struct {
	from string
	to   []string
	tls  bool
	data []byte
}

// serverOptions configure a mailServer.
type serverOptions struct {
	tls      *tls.Config // for STARTTLS, or:
	implicit bool        // TLS from the start
}

func startServer(tb testing.TB, o serverOptions) *mailServer {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s := newMailServer(l, o)
	tb.Cleanup(s.stop)
	return s
}

func newMailServer(l net.Listener, o serverOptions) *mailServer {
	s := &mailServer{Addr: l.Addr().String(), mechanisms: []string{sasl.Plain, sasl.Login}}
	back := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &mailSession{server: s, conn: c}, nil
	}))
	back.Domain = "mail.test"
	back.AllowInsecureAuth = true
	back.ErrorLog = log.New(io.Discard, "", 0)
	l = &countingListener{l, s}
	if o.implicit {
		l = tls.NewListener(l, o.tls)
	} else {
		back.TLSConfig = o.tls
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		_ = back.Serve(l)
	}()
	s.stop = func() {
		_ = back.Close()
		_ = l.Close() // the server may not know it yet
		<-stopped
	}
	return s
}

type countingListener struct {
	net.Listener
	server *mailServer
}

func (l *countingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.server.mu.Lock()
		l.server.connections++
		l.server.conns = append(l.server.conns, c)
		l.server.mu.Unlock()
	}
	return c, err
}

// hangUp closes the open connections.
func (s *mailServer) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		_ = c.Close()
	}
}

func (s *mailServer) mails() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.received)
}

func (s *mailServer) connected() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

func (s *mailServer) loggedIn() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.logins)
}

// only returns the only mail.
func (s *mailServer) only(tb testing.TB) *parsed {
	tb.Helper()
	all := s.mails()
	if len(all) != 1 {
		tb.Fatalf("the server has %d mails, want 1", len(all))
	}
	return parse(tb, all[0].data)
}

type mailSession struct {
	server *mailServer
	conn   *smtp.Conn
	mail   received
}

func (s *mailSession) secured() bool {
	_, ok := s.conn.TLSConnectionState()
	return ok
}

func (s *mailSession) AuthMechanisms() []string { return s.server.mechanisms }

func (s *mailSession) Auth(mechanism string) (sasl.Server, error) {
	check := func(username, password string) error {
		login := mechanism + " in plain text"
		if s.secured() {
			login = mechanism + " over TLS"
		}
		s.server.mu.Lock()
		s.server.logins = append(s.server.logins, login)
		s.server.mu.Unlock()
		if username != s.server.username || password != s.server.password {
			// The server repeats the credentials.
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "no " + username + " with " + password}
		}
		return nil
	}
	if mechanism == sasl.Login {
		return &loginServer{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, username, password string) error { return check(username, password) }), nil
}

// loginServer is the server's side of AUTH LOGIN.
type loginServer struct {
	check    func(username, password string) error
	asked    int
	username string
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	l.asked++
	switch l.asked {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.username = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.username, string(response))
}

func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	if s.mail.from != "" {
		return &smtp.SMTPError{Code: 503, EnhancedCode: smtp.EnhancedCode{5, 5, 1}, Message: "there is a mail already"}
	}
	if s.server.onMail != nil {
		if err := s.server.onMail(from); err != nil {
			return err
		}
	}
	s.mail.from = from
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.server.onRcpt != nil {
		if err := s.server.onRcpt(to); err != nil {
			return err
		}
	}
	s.mail.to = append(s.mail.to, to)
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.server.onData != nil {
		if err := s.server.onData(len(s.server.mails()) + 1); err != nil {
			return err
		}
	}
	s.mail.data, s.mail.tls = data, s.secured()
	s.server.mu.Lock()
	s.server.received = append(s.server.received, s.mail)
	n := len(s.server.received)
	s.server.mu.Unlock()
	if s.server.onTake != nil {
		s.server.onTake(n)
	}
	return nil
}

func (s *mailSession) Reset()        { s.mail = received{} }
func (s *mailSession) Logout() error { return nil }

// scriptedServer runs a script on each connection, and returns its address.
func scriptedServer(t *testing.T, script func(c net.Conn, r *bufio.Reader)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, c)
			mu.Unlock()
			wg.Go(func() {
				defer c.Close()
				script(c, bufio.NewReader(c))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range conns {
			c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return l.Addr().String()
}
