package mail_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/logbook"
)

// Checks the address, the security of the connection, and the login.
func TestServerAndTLS(t *testing.T) {
	ca := newAuthority()
	const user, password = "user", "pässword with = and spaces"
	for _, c := range []struct {
		name  string
		o     mail.Options
		dials string
		tls   bool
		login string
	}{
		{"81: nothing", mail.Options{}, "127.0.0.1:25", false, ""},
		{"81: a host", mail.Options{Server: "mail.test"}, "mail.test:25", false, ""},
		{"81: a port", mail.Options{Server: ":2525"}, "127.0.0.1:2525", false, ""},
		{"81: IPv6", mail.Options{Server: "::1"}, "[::1]:25", false, ""},
		{"81: IPv6 in brackets", mail.Options{Server: "[::1]"}, "[::1]:25", false, ""},
		{"82: STARTTLS", mail.Options{TLS: mail.StartTLS, Server: "mail.test", Username: user, Password: password}, "mail.test:587", true, "PLAIN over TLS"},
		{"82: STARTTLS, no login", mail.Options{TLS: mail.StartTLS, Server: "mail.test"}, "mail.test:587", true, ""},
		{"82: explicit port", mail.Options{TLS: mail.StartTLS, Server: "mail.test:25", Username: user, Password: password}, "mail.test:25", true, "PLAIN over TLS"},
		{"83: implicit TLS", mail.Options{TLS: mail.ImplicitTLS, Server: "mail.test", Username: user, Password: password}, "mail.test:465", true, "PLAIN over TLS"},
		{"83: explicit port", mail.Options{TLS: mail.ImplicitTLS, Server: "mail.test:4650"}, "mail.test:4650", true, ""},
		{"85: plain text", mail.Options{Server: "mail.test", Username: user, Password: password, AllowPlaintextAuth: true}, "mail.test:25", false, "PLAIN in plain text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := serverOptions{implicit: c.o.TLS == mail.ImplicitTLS}
			if c.o.TLS != mail.PlainText {
				o.tls = ca.server("mail.test")
				c.o.TLSConfig = ca.client()
			}
			s := startServer(t, o)
			s.username, s.password = user, password
			h := newHandler(t, c.o.Server, c.o)
			var dialled string
			h.DialTo(s.Addr, func(address string) { dialled = address })
			if err := h.Handle(record(logbook.LevelError, "boom")); err != nil {
				t.Fatal(err)
			}
			if dialled != c.dials {
				t.Errorf("dialled %s, want %s", dialled, c.dials)
			}
			if got := s.mails()[0].tls; got != c.tls {
				t.Errorf("TLS %t", got)
			}
			if got := strings.Join(s.loggedIn(), ", "); got != c.login {
				t.Errorf("login %q, want %q", got, c.login)
			}
		})
	}
}

func TestLoginMechanisms(t *testing.T) {
	ca := newAuthority()
	for _, c := range []struct {
		offered []string
		login   []string
		err     error
	}{
		{[]string{"PLAIN", "LOGIN"}, []string{"PLAIN over TLS"}, nil},
		{[]string{"LOGIN"}, []string{"LOGIN over TLS"}, nil},
		{[]string{"LOGIN", "PLAIN"}, []string{"PLAIN over TLS"}, nil},
		{[]string{"CRAM-MD5"}, nil, mail.ErrNoAuth},
		{nil, nil, mail.ErrNoAuth},
	} {
		s := startServer(t, serverOptions{tls: ca.server("127.0.0.1")})
		s.username, s.password, s.mechanisms = "user", "secret", c.offered
		h := newHandler(t, s.Addr, mail.Options{TLS: mail.StartTLS, TLSConfig: ca.client(), Username: "user", Password: "secret"})
		err := h.Handle(record(logbook.LevelError, "boom"))
		if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
			t.Errorf("%v: error %v, want %v", c.offered, err, c.err)
		}
		if got := s.loggedIn(); !slices.Equal(got, c.login) {
			t.Errorf("%v: logins %v", c.offered, got)
		}
	}
}

// A certificate is verified unless the options say otherwise, with both kinds of
// TLS.
func TestCertificates(t *testing.T) {
	ca, other := newAuthority(), newAuthority()
	clientCert := ca.client()
	clientCert.Certificates = []tls.Certificate{ca.issue("client")}
	askForOne := ca.server("127.0.0.1")
	askForOne.ClientAuth, askForOne.ClientCAs = tls.RequireAndVerifyClientCert, ca.pool()
	insecure := &tls.Config{InsecureSkipVerify: true}

	var unknown x509.UnknownAuthorityError
	var wrongHost x509.HostnameError
	for _, c := range []struct {
		name   string
		server *tls.Config
		client *tls.Config
		err    any // nil: none
	}{
		{"own roots", ca.server("127.0.0.1"), ca.client(), nil},
		{"the system's roots", ca.server("127.0.0.1"), nil, &unknown},
		{"other roots", ca.server("127.0.0.1"), other.client(), &unknown},
		{"another host", ca.server("mail.test"), ca.client(), &wrongHost},
		{"another name asked for", ca.server("mail.test"), &tls.Config{RootCAs: ca.pool(), ServerName: "mail.test"}, nil},
		{"not verified", ca.server("mail.test"), insecure, nil},
		{"client certificate", askForOne, clientCert, nil},
		{"client certificate missing", askForOne, ca.client(), new(*mail.Error)},
	} {
		for _, mode := range []mail.TLSMode{mail.StartTLS, mail.ImplicitTLS} {
			t.Run(c.name+", "+mode.String(), func(t *testing.T) {
				s := startServer(t, serverOptions{tls: c.server, implicit: mode == mail.ImplicitTLS})
				s.username, s.password = "user", "secret"
				h := newHandler(t, s.Addr, mail.Options{TLS: mode, TLSConfig: c.client, Username: "user", Password: "secret"})
				err := h.Handle(record(logbook.LevelError, "boom"))
				if c.err == nil {
					if err != nil || len(s.mails()) != 1 || !s.mails()[0].tls {
						t.Errorf("error %v, %d mails", err, len(s.mails()))
					}
					return
				}
				if !errors.As(err, c.err) {
					t.Errorf("error %v", err)
				}
				if len(s.mails()) != 0 || len(s.loggedIn()) != 0 {
					t.Errorf("it continued: mails %d, logins %v", len(s.mails()), s.loggedIn())
				}
			})
		}
	}
}

func TestStartTLSIsMandatory(t *testing.T) {
	s := startServer(t, serverOptions{})
	s.username, s.password = "user", "secret"
	h := newHandler(t, s.Addr, mail.Options{TLS: mail.StartTLS, Username: "user", Password: "secret", AllowPlaintextAuth: true})
	err := h.Handle(record(logbook.LevelError, "boom"))
	var e *mail.Error
	if !errors.Is(err, mail.ErrNoStartTLS) || !errors.As(err, &e) || e.Step != "STARTTLS" || e.Server != s.Addr || e.Records != 1 {
		t.Errorf("%v", err)
	}
	if len(s.mails()) != 0 || len(s.loggedIn()) != 0 {
		t.Errorf("it continued in plain text: mails %d, logins %v", len(s.mails()), s.loggedIn())
	}
}

// The options given to New are not changed.
func TestTLSConfigIsNotChanged(t *testing.T) {
	config := new(tls.Config)
	newHandler(t, "mail.test", mail.Options{TLS: mail.StartTLS, TLSConfig: config})
	if config.ServerName != "" {
		t.Errorf("ServerName is now %q", config.ServerName)
	}
}
