package socket

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"slices"
	"time"

	"github.com/logbook-go/logbook/internal/listener"
	"github.com/logbook-go/logbook/logbook"
)

// ListenOptions configure [Listen] and its siblings. Accept is required.
//
// The limits hold for hostile peers, too: the memory that these can make a subscriber take
// is about MaxConnections times 16 KiB, and MaxMemory, and that of the few records which
// are being decoded.
type ListenOptions struct {
	// Accept has the formats that are received. If there are several, the first byte of a
	// connection or datagram tells which one it has:
	//
	//	{                  JSON
	//	<, or 1 to 9       Syslog
	//	a zero byte        Pickle
	//	a letter, or _     Alarm
	//
	// A connection that begins otherwise is closed.
	Accept []Format

	// TLSConfig is required for tls addresses, and not allowed for others. It has the
	// certificates; with ClientCAs and ClientAuth: tls.RequireAndVerifyClientCert, clients
	// need one, too.
	TLSConfig *tls.Config

	// Insecure allows a plaintext address that other machines can reach. Everybody there
	// can send records, and read those that others send.
	Insecure bool

	Mode fs.FileMode // permissions of a unix socket; 0: 0600

	MaxFrame  int // length of a record in its format, in bytes, less than 16 MiB; 0: 1 MiB
	MaxMemory int // of frames longer than 16 KiB that are being read, together, in bytes; 0: 32 MiB

	MaxConnections int // 0: 1000

	// MaxPerAddress bounds the connections from one IPv4 address, or from one IPv6 network
	// of 64 bits. 0: half of MaxConnections.
	MaxPerAddress int

	HandshakeTimeout time.Duration // of TLS; 0: 10 s

	// FrameTimeout is the time for a frame from its first byte to its last, and from the
	// beginning of a connection to the end of its first frame. 0: 30 s.
	FrameTimeout time.Duration

	// IdleTimeout is the time between two frames. Most senders lose what they write into a
	// connection that was closed because it was idle. 0: 1 h.
	IdleTimeout time.Duration

	// OnConnection is called at the beginning of each connection, on its goroutine, and the
	// function that it returns, unless it is nil, at the end of the connection. nil: none.
	OnConnection func(remote net.Addr) (closed func())

	// Location is the zone of times without one, as in RFC 3164; nil: time.Local.
	Location *time.Location

	// RelativeCreated gives the records of Python programs, received as [Pickle], the
	// attribute relativeCreated: how long the program had run, in whole milliseconds. Python's
	// %(relativeCreated)5d is {record.extra[relativeCreated]:5} in a format string.
	RelativeCreated bool
}

const (
	defaultMaxFrame  = 1 << 20
	mostMaxFrame     = 1<<24 - 1
	defaultMaxMemory = 32 << 20
)

// Check returns the [*logbook.OptionError] of [Listen] for an address and these options, or
// nil. It opens nothing.
func (o *ListenOptions) Check(address string) error {
	_, _, err := o.checkedFor(address)
	return err
}

func (o *ListenOptions) checkedFor(address string) (a listener.Address, c ListenOptions, err error) {
	if a, err = listener.ParseAddress(address); err != nil {
		return a, c, &logbook.OptionError{Options: "socket.ListenOptions", Option: "address", Err: err}
	}
	c, err = o.checked(a)
	return a, c, err
}

// checked returns the options with their defaults, for an address.
func (o *ListenOptions) checked(a listener.Address) (ListenOptions, error) {
	if o == nil {
		o = new(ListenOptions)
	}
	c := *o
	invalid := func(option, format string, args ...any) error {
		return &logbook.OptionError{Options: "socket.ListenOptions", Option: option, Err: fmt.Errorf(format, args...)}
	}
	if len(c.Accept) == 0 {
		return c, invalid("Accept", "want at least one format")
	}
	c.Accept = slices.Clone(c.Accept)
	for i, f := range c.Accept {
		if _, ok := formats[f]; !ok || slices.Contains(c.Accept[:i], f) {
			return c, invalid("Accept", "%v is unknown, or is there twice", f)
		}
	}
	switch secure := a.Scheme == "tls"; {
	case secure && !hasCertificate(c.TLSConfig):
		return c, invalid("TLSConfig", "want one with a certificate for %s", a)
	case !secure && c.TLSConfig != nil:
		return c, invalid("TLSConfig", "not allowed for %s, which is not a tls address", a)
	case a.Exposed() && !c.Insecure:
		return c, &logbook.OptionError{Options: "socket.ListenOptions", Option: "address", Err: fmt.Errorf("%s: %w", a, ErrExposed)}
	case c.Mode&^fs.ModePerm != 0:
		return c, invalid("Mode", "%v has bits other than permissions", c.Mode)
	}
	for name, n := range map[string]int64{
		"MaxFrame": int64(c.MaxFrame), "MaxMemory": int64(c.MaxMemory), "MaxConnections": int64(c.MaxConnections), "MaxPerAddress": int64(c.MaxPerAddress),
		"HandshakeTimeout": int64(c.HandshakeTimeout), "FrameTimeout": int64(c.FrameTimeout), "IdleTimeout": int64(c.IdleTimeout),
	} {
		if n < 0 {
			return c, invalid(name, "%d is negative", n)
		}
	}
	if c.MaxFrame > mostMaxFrame {
		return c, invalid("MaxFrame", "%d is more than %d", c.MaxFrame, mostMaxFrame)
	}
	c.MaxFrame = cmp.Or(c.MaxFrame, defaultMaxFrame)
	c.MaxMemory = cmp.Or(c.MaxMemory, defaultMaxMemory)
	if c.Location == nil {
		c.Location = time.Local
	}
	return c, nil
}

func hasCertificate(c *tls.Config) bool {
	return c != nil && (len(c.Certificates) > 0 || c.GetCertificate != nil || c.GetConfigForClient != nil)
}

// ErrExposed is wrapped by the error for a plaintext address that other machines can reach,
// without Insecure.
var ErrExposed = errors.New("other machines can reach this address, and read what is sent to it: use TLS, or allow it (Insecure)")
