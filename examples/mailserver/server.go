package main

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// server receives mails and keeps them.
type server struct {
	address  string
	listener net.Listener
	back     *smtp.Server
	stopped  sync.WaitGroup

	mu       sync.Mutex
	received []mail
}

type mail struct{ from, to, tls, text string }

func startServer(certificate tls.Certificate) (*server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{address: listener.Addr().String(), listener: listener}
	s.back = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{server: s, conn: c}, nil
	}))
	s.back.Domain = "localhost"
	s.back.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	s.back.MaxMessageBytes = 16 << 20
	s.back.ReadTimeout, s.back.WriteTimeout = time.Minute, time.Minute
	s.back.ErrorLog = log.New(io.Discard, "", 0) // clients report failures
	s.stopped.Go(func() { _ = s.back.Serve(listener) })
	return s, nil
}

// stop closes the listener and all connections.
func (s *server) stop() {
	_ = s.back.Close()
	_ = s.listener.Close() // the back end may not have registered it yet
	s.stopped.Wait()
}

// mails returns the mails received so far.
func (s *server) mails() []mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.received)
}

// session is the session of a client.
type session struct {
	server *server
	conn   *smtp.Conn
	mail   mail
	to     []string
}

// Mail begins a mail, over TLS only.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	state, ok := s.conn.TLSConnectionState()
	if !ok {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "must issue a STARTTLS command first"}
	}
	s.mail.from, s.mail.tls = from, tls.VersionName(state.Version)
	return nil
}

// Rcpt adds a recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

// Data receives the mail.
func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mail.to, s.mail.text = strings.Join(s.to, ", "), strings.ReplaceAll(string(text), "\r\n", "\n")
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.received = append(s.server.received, s.mail)
	return nil
}

// Reset discards an unfinished mail.
func (s *session) Reset() { s.mail, s.to = mail{}, nil }

// Logout ends the session.
func (*session) Logout() error { return nil }
