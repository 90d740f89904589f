package mail_test

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// mailServer is an SMTP server on loopback that keeps what it is given.
type mailServer struct {
	Addr string

	// What the server is to refuse; set before it is used.
	onMail func(from string) error
	onRcpt func(to string) error
	onData func(n int) error // n counts from 1

	username, password string   // those that log in
	mechanisms         []string // of AUTH

	mu          sync.Mutex
	received    []received
	connections int
	conns       []net.Conn
	logins      []string // mechanism, and whether the connection was secured

	stop func()
}

// received is a mail as the server took it.
type received struct {
	from string
	to   []string
	tls  bool
	data []byte
}

// serverOptions say how a mailServer listens.
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

// hangUp closes the connections that there are.
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

// only returns the one mail that there must be.
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
			// A server that repeats what it was told.
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
	s.mail.from = from
	if s.server.onMail != nil {
		return s.server.onMail(from)
	}
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
	defer s.server.mu.Unlock()
	s.server.received = append(s.server.received, s.mail)
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

// parsed is a mail taken apart.
type parsed struct {
	header  netmail.Header
	subject string // decoded
	text    string // decoded, with \n
	html    string
}

var decoder = new(mime.WordDecoder)

func parse(tb testing.TB, data []byte) *parsed {
	tb.Helper()
	p, err := parseMail(data)
	if err != nil {
		tb.Fatalf("%v in\n%s", err, data)
	}
	return p
}

func parseMail(data []byte) (*parsed, error) {
	m, err := netmail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	p := &parsed{header: m.Header}
	if p.subject, err = decoder.DecodeHeader(m.Header.Get("Subject")); err != nil {
		return nil, err
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	switch kind {
	case "text/plain":
		p.text, err = decodeText(m.Body, m.Header.Get("Content-Transfer-Encoding"))
		return p, err
	case "multipart/alternative":
	default:
		return nil, errors.New("the mail is " + kind)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return p, nil
		}
		if err != nil {
			return nil, err
		}
		text, err := decodeText(part, part.Header.Get("Content-Transfer-Encoding"))
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			p.html = text
		} else {
			p.text = text
		}
	}
}

func decodeText(r io.Reader, encoding string) (string, error) {
	switch encoding {
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	case "8bit":
	default:
		return "", errors.New("encoding " + encoding)
	}
	b, err := io.ReadAll(r)
	text := strings.ReplaceAll(string(b), "\r\n", "\n")
	return strings.TrimSuffix(text, "\n"), err
}

// authority makes certificates.
type authority struct {
	tb   testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(tb testing.TB) *authority {
	tb.Helper()
	a := &authority{tb: tb}
	c := a.template("logbook test CA")
	c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	a.key = a.newKey()
	der, err := x509.CreateCertificate(rand.Reader, c, c, &a.key.PublicKey, a.key)
	if err != nil {
		tb.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		tb.Fatal(err)
	}
	return a
}

func (a *authority) newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.tb.Fatal(err)
	}
	return key
}

func (a *authority) template(name string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		a.tb.Fatal(err)
	}
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

// issue makes a certificate for a host, or for a client.
func (a *authority) issue(name string) tls.Certificate {
	c := a.template(name)
	c.KeyUsage = x509.KeyUsageDigitalSignature
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	if ip := net.ParseIP(name); ip != nil {
		c.IPAddresses = []net.IP{ip}
	} else {
		c.DNSNames = []string{name}
	}
	key := a.newKey()
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, &key.PublicKey, a.key)
	if err != nil {
		a.tb.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// server returns what a server for the host needs.
func (a *authority) server(host string) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{a.issue(host)}}
}

// client returns what a client that trusts the authority needs.
func (a *authority) client() *tls.Config { return &tls.Config{RootCAs: a.pool()} }
