package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/internal/secret"
)

// server is the mail server, and how to connect to it.
type server struct {
	peer     netlink.Address
	hostname string // ours
	mode     TLSMode
	config   *tls.Config
	timeout  time.Duration

	username, password string // "": no login
	plaintextAuth      bool
	secrets            secret.Scrubber

	dial func(ctx context.Context, network, address string) (net.Conn, error)
}

func newServer(o *Options) (*server, error) {
	peer, err := netlink.ParseAddress(o.Server, defaultHost, o.TLS.port())
	if err != nil {
		return nil, invalid("Server", errors.New("want host, host:port or [IPv6]:port"))
	}
	s := &server{
		peer: peer, hostname: o.Hostname, mode: o.TLS, timeout: o.Timeout,
		username: o.Username, password: o.Password, plaintextAuth: o.AllowPlaintextAuth,
		dial: netlink.Dial,
	}
	if o.Password != "" {
		s.secrets.Add(o.Password, "\x00"+o.Username+"\x00"+o.Password)
	}
	if s.hostname == "" {
		s.hostname = systemHostname()
	}
	if s.timeout == 0 {
		s.timeout = defaultTimeout
	}
	if o.TLS != PlainText {
		s.config = netlink.ClientTLS(o.TLSConfig, peer.Host)
	}
	return s, nil
}

func (s *server) address() string { return s.peer.String() }

// failure returns an error for a step, without credentials that the server repeated.
func (s *server) failure(ctx context.Context, step string, err error) *Error {
	if safe := s.secrets.Error(err); safe != err {
		if reply := answer(err); reply != nil {
			safe = &textproto.Error{Code: reply.Code, Msg: s.secrets.Text(reply.Msg)}
		}
		err = safe
	}
	if end := ended(ctx); end != nil && !errors.Is(err, end) {
		err = &endedError{end, err}
	}
	return &Error{Server: s.address(), Step: step, Err: err}
}

// ended returns the error of the context, or nil if it has not ended. The deadline is
// checked too, since a connection may notice it before the context does.
func ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if end, ok := ctx.Deadline(); ok && !time.Now().Before(end) {
		return context.DeadlineExceeded
	}
	return nil
}

// endedError reports that the context ended, and the failure that followed.
type endedError struct{ ctx, err error }

func (e *endedError) Error() string   { return e.ctx.Error() + ": " + e.err.Error() }
func (e *endedError) Unwrap() []error { return []error{e.ctx, e.err} }

// replies is a connection on which the server may leave out the text of a reply: "250"
// is read as "250 ", which package textproto insists on. RFC 5321 wants clients to do so.
type replies struct {
	net.Conn
	read  []byte // but not returned yet
	digit int    // digits of the line so far; 4: other characters
	chunk [512]byte
}

// Read implements [io.Reader].
func (r *replies) Read(p []byte) (int, error) {
	for len(r.read) == 0 {
		n, err := r.Conn.Read(r.chunk[:])
		for _, c := range r.chunk[:n] {
			switch {
			case c == '\n' || c == '\r':
				if r.digit == 3 {
					r.read = append(r.read, ' ')
				}
				r.digit = 0
			case r.digit < 3 && '0' <= c && c <= '9':
				r.digit++
			default:
				r.digit = 4
			}
			r.read = append(r.read, c)
		}
		if n == 0 && err != nil {
			return 0, err // otherwise the next call returns it
		}
	}
	n := copy(p, r.read)
	r.read = r.read[n:]
	return n, nil
}

// session is a connection that is ready for mails. It is used by one goroutine.
type session struct {
	*server
	conn   net.Conn
	client *smtp.Client
	stop   func() bool // detaches the connection from the context
}

// connect opens a session.
func (s *server) connect(ctx context.Context) (*session, *Error) {
	deadline := time.Now().Add(s.timeout)
	dialing, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	conn, err := s.dial(dialing, "tcp", s.address())
	if err != nil {
		return nil, s.failure(ctx, stepConnect, err)
	}
	se := &session{server: s, conn: conn}
	se.setDeadline(ctx, deadline)
	se.stop = context.AfterFunc(ctx, se.interrupt)
	if step, err := se.open(); err != nil {
		se.drop()
		return nil, s.failure(ctx, step, err)
	}
	return se, nil
}

func (se *session) setDeadline(ctx context.Context, t time.Time) {
	if end, ok := ctx.Deadline(); ok && end.Before(t) {
		t = end
	}
	_ = se.conn.SetDeadline(t) // a broken connection fails when it is used
	if ctx.Err() != nil {
		se.interrupt() // an earlier interrupt would have been overwritten
	}
}

// interrupt makes current and later reads and writes of the connection fail at once.
func (se *session) interrupt() { _ = se.conn.SetDeadline(time.Unix(1, 0)) }

// open does the steps before the first mail.
func (se *session) open() (string, error) {
	conn := se.conn
	if se.mode == ImplicitTLS {
		secured := tls.Client(conn, se.config)
		if err := secured.Handshake(); err != nil {
			return stepTLS, err
		}
		conn = secured
	}
	if step, err := se.hello(&replies{Conn: conn}); err != nil {
		return step, err
	}
	if se.mode == StartTLS {
		secured, err := se.startTLS()
		if err != nil {
			return stepStartTLS, err
		}
		// The client wants a greeting, which the server does not repeat.
		if _, err := se.hello(&replies{Conn: secured, read: []byte("220 secured\r\n")}); err != nil {
			return stepStartTLS, err
		}
	}
	if se.username != "" {
		return stepAuth, se.login()
	}
	return "", nil
}

// hello makes a client for a connection, and greets the server.
func (se *session) hello(conn *replies) (string, error) {
	client, err := smtp.NewClient(conn, se.peer.Host)
	if err != nil {
		return stepGreeting, err
	}
	se.client = client
	return stepHello, client.Hello(se.hostname)
}

// startTLS returns the connection with TLS over it. The client's own StartTLS would read
// the replies over TLS without [replies].
func (se *session) startTLS() (net.Conn, error) {
	if ok, _ := se.client.Extension("STARTTLS"); !ok {
		return nil, ErrNoStartTLS
	}
	text := se.client.Text
	if _, err := text.Cmd("STARTTLS"); err != nil {
		return nil, err
	}
	if _, _, err := text.ReadResponse(220); err != nil {
		return nil, err
	}
	if text.R.Buffered() > 0 {
		return nil, errEarlyReply
	}
	secured := tls.Client(se.conn, se.config)
	return secured, secured.Handshake()
}

var errEarlyReply = errors.New("plain text after STARTTLS, from the server or an attacker")

func (se *session) login() error {
	allowed := se.plaintextAuth || se.mode != PlainText // the client does not see TLS below replies
	_, offered := se.client.Extension("AUTH")
	mechanisms := strings.Fields(strings.ToUpper(offered))
	switch {
	case slices.Contains(mechanisms, "PLAIN"):
		return se.client.Auth(smtp.PlainAuth("", se.username, se.password, se.peer.Host, allowed))
	case slices.Contains(mechanisms, "LOGIN"):
		return se.client.Auth(smtp.LoginAuth(se.username, se.password, se.peer.Host, allowed))
	}
	return ErrNoAuth
}

// maxChunk is the part of a mail that has to be sent within the timeout.
const maxChunk = 1 << 20

// send sends one mail. If the server takes it for some recipients only, accepted is true
// and there is an error.
func (se *session) send(ctx context.Context, m *message) (accepted bool, err *Error) {
	se.setDeadline(ctx, time.Now().Add(se.timeout))
	unicode := !isASCII(m.from.Address)
	for _, to := range m.to {
		unicode = unicode || !isASCII(to.Address)
	}
	se.client.SkipSMTPUTF8(!unicode)
	if err := se.client.Mail(bare(m.from)); err != nil {
		return false, se.failure(ctx, stepFrom, err)
	}
	var refused error
	taken := 0
	for _, to := range m.to {
		switch err := se.client.Rcpt(bare(to)); {
		case err == nil:
			taken++
		case alive(err):
			refused = errors.Join(refused, err)
		default:
			return false, se.failure(ctx, stepRecipient, err)
		}
	}
	if taken == 0 {
		return false, se.failure(ctx, stepRecipient, refused)
	}
	w, failed := se.client.Data()
	if failed != nil {
		return false, se.failure(ctx, stepData, failed)
	}
	for chunk := range slices.Chunk(m.data, maxChunk) {
		se.setDeadline(ctx, time.Now().Add(se.timeout))
		if _, err := w.Write(chunk); err != nil {
			return false, se.failure(ctx, stepData, err)
		}
	}
	if err := w.Close(); err != nil {
		return false, se.failure(ctx, stepDataEnd, err)
	}
	if refused != nil {
		return true, se.failure(ctx, stepRecipient, refused)
	}
	return true, nil
}

// reset makes the session ready for the next mail after one that was refused. It
// reports whether it did.
func (se *session) reset(ctx context.Context) bool {
	se.setDeadline(ctx, time.Now().Add(se.timeout))
	return se.client.Reset() == nil
}

// quit ends the session by QUIT, without waiting long for the server: the mails are
// delivered.
func (se *session) quit() {
	if se.stop() {
		_ = se.conn.SetDeadline(time.Now().Add(min(se.timeout, time.Second)))
		_ = se.client.Quit()
	}
	se.drop()
}

// drop closes the connection.
func (se *session) drop() {
	se.stop()
	_ = se.conn.Close()
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c >= 0x80 })
}
