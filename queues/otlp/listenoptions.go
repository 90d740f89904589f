package otlp

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/listener"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/spool"
)

// ListenOptions configure [Listen] and [NewSubscriber]. nil is the default.
//
// The limits hold for hostile peers, too: what these can make a subscriber hold in memory
// is about MaxMemory, MaxConnections times 32 KiB, and the records of the few requests that
// are being decoded. The garbage of a program can be as much again; GOMEMLIMIT bounds it.
type ListenOptions struct {
	// Store stores the body of a request, in place of a delivery of Receive. The request is
	// answered when it returns: with success if the error is nil, and otherwise so that the
	// sender tries again. Of the entry, Number and Time are not set. It is called on many
	// goroutines at once, must return when the context ends, and must not keep the body.
	// nil: Receive yields the records.
	Store func(ctx context.Context, e *spool.Entry) error

	// Stored has the keys of entries that were stored before a restart, in their order. Their
	// requests are not stored again. Keys of another form than those that Store gets are
	// ignored.
	Stored []string

	// Tokens are those of which a sender needs one: "Authorization: Bearer TOKEN". There
	// may be several, such as an old one and a new one. nil: none is needed.
	Tokens []string

	// Sentry also takes events of Sentry's SDKs, at /api/PROJECT/envelope/ and /api/PROJECT/store/:
	// the DSN of a program is then http://TOKEN@HOST:PORT/PROJECT, or https://. The project
	// becomes the service.name of the records, the release their service.version, and a
	// fingerprint the attribute of this name. Transactions, sessions, attachments and all else
	// are answered with success, and left out. An event has at most 1 MiB. An SDK sends an
	// event only once, so those that are refused are lost.
	Sentry bool

	// TLSConfig is required for tls addresses, and not allowed for others. It has the
	// certificates; with ClientCAs and ClientAuth: tls.RequireAndVerifyClientCert, clients
	// need one, too.
	TLSConfig *tls.Config

	// Insecure allows a plaintext address that other machines can reach. Everybody there
	// can read what is sent, with the tokens.
	Insecure bool

	Mode fs.FileMode // permissions of a unix socket; 0: 0600

	// MaxBody is the length of the body of a request in bytes, as it comes and
	// decompressed, at most 64 MiB. 0: 16 MiB.
	MaxBody int

	// MaxMemory bounds the bodies of all requests in flight together, in bytes, with what is
	// made of them. Requests beyond it are answered so that the sender tries again. At
	// least three times MaxBody, which is the default.
	MaxMemory int

	MaxConnections int // 0: 1000

	// MaxPerAddress bounds the connections from one IPv4 address, or from one IPv6 network
	// of 64 bits. 0: half of MaxConnections.
	MaxPerAddress int

	HandshakeTimeout time.Duration // of TLS; 0: 10 s
	HeaderTimeout    time.Duration // for the header of a request; 0: 10 s
	BodyTimeout      time.Duration // for the body of a request; 0: 30 s

	// IdleTimeout is the time between two requests of a connection. Some senders lose what
	// they write into a connection that is being closed. 0: 1 h.
	IdleTimeout time.Duration
}

const (
	defaultMaxBody = 16 << 20
	mostMaxBody    = 64 << 20
)

// Check returns the [*logbook.OptionError] of [Listen] for an address and these options, or
// nil. It opens nothing.
func (o *ListenOptions) Check(address string) error {
	_, _, err := o.checkedFor(address)
	return err
}

func (o *ListenOptions) checkedFor(address string) (a listener.Address, c ListenOptions, err error) {
	if c, err = o.checked(); err != nil {
		return a, c, err
	}
	if a, err = listener.ParseAddress(address); err != nil || a.Datagrams() {
		return a, c, invalid("address", "want tcp://host:port, tls://host:port or unix:/path")
	}
	switch secure := a.Scheme == "tls"; {
	case secure && !hasCertificate(c.TLSConfig):
		return a, c, invalid("TLSConfig", "want one with a certificate for %s", a)
	case !secure && c.TLSConfig != nil:
		return a, c, invalid("TLSConfig", "not allowed for %s, which is not a tls address", a)
	case a.Exposed() && !c.Insecure:
		return a, c, invalid("address", "%s: %w", a, ErrExposed)
	}
	return a, c, nil
}

// checked returns the options with their defaults.
func (o *ListenOptions) checked() (ListenOptions, error) {
	if o == nil {
		o = new(ListenOptions)
	}
	c := *o
	c.Tokens = slices.Clone(c.Tokens)
	for _, t := range c.Tokens {
		if t == "" || strings.ContainsFunc(t, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
			return c, invalid("Tokens", "a token is empty, or has other characters than visible ASCII")
		}
	}
	if c.Mode&^fs.ModePerm != 0 {
		return c, invalid("Mode", "%v has bits other than permissions", c.Mode)
	}
	for name, n := range map[string]int64{
		"MaxBody": int64(c.MaxBody), "MaxMemory": int64(c.MaxMemory), "MaxConnections": int64(c.MaxConnections), "MaxPerAddress": int64(c.MaxPerAddress),
		"HandshakeTimeout": int64(c.HandshakeTimeout), "HeaderTimeout": int64(c.HeaderTimeout), "BodyTimeout": int64(c.BodyTimeout), "IdleTimeout": int64(c.IdleTimeout),
	} {
		if n < 0 {
			return c, invalid(name, "%d is negative", n)
		}
	}
	c.MaxBody = cmp.Or(c.MaxBody, defaultMaxBody)
	if c.MaxBody > mostMaxBody {
		return c, invalid("MaxBody", "%d is more than 64 MiB", c.MaxBody)
	}
	c.MaxMemory = cmp.Or(c.MaxMemory, 3*c.MaxBody)
	if c.MaxMemory < 3*c.MaxBody {
		return c, invalid("MaxMemory", "%d is less than three times MaxBody", c.MaxMemory)
	}
	c.HeaderTimeout = cmp.Or(c.HeaderTimeout, 10*time.Second)
	c.BodyTimeout = cmp.Or(c.BodyTimeout, 30*time.Second)
	c.IdleTimeout = cmp.Or(c.IdleTimeout, time.Hour)
	return c, nil
}

func invalid(option, format string, args ...any) error {
	return &logbook.OptionError{Options: "otlp.ListenOptions", Option: option, Err: fmt.Errorf(format, args...)}
}

func hasCertificate(c *tls.Config) bool {
	return c != nil && (len(c.Certificates) > 0 || c.GetCertificate != nil || c.GetConfigForClient != nil)
}

// ErrExposed is wrapped by the error for a plaintext address that other machines can reach,
// without Insecure.
var ErrExposed = errors.New("other machines can reach this address, and read what is sent to it: use TLS, or allow it (Insecure)")
