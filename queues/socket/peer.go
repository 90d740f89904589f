package socket

import (
	"context"
	"crypto/tls"
	"errors"
	"time"

	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/internal/sender"
	"github.com/logbook-go/logbook/logbook"
)

// peer is where a handler sends records. It is the part of the options that the handlers
// have in common.
type peer struct {
	options string // the name of the options, for errors
	address string
	tls     *tls.Config
	timeout time.Duration
}

// defaultPort is the port of logging.handlers.DEFAULT_TCP_LOGGING_PORT, and of lab_utils'
// alarms.
const defaultPort = "9020"

var errPeer = errors.New("want tcp://host:port, tls://host:port or unix:/path")

// sender returns a sender that is not connected yet.
func (p peer) sender(dial func(context.Context, netlink.Endpoint) (sender.Conn, error), encode func(*sender.Batch, *logbook.Record) error) (*sender.Sender, error) {
	e, err := netlink.ParseEndpoint(p.address, map[string]string{"tcp": defaultPort, "tls": defaultPort})
	switch {
	case err != nil: // it does not repeat the address, which may contain a password
		return nil, p.invalid("address", errPeer)
	case p.tls != nil && e.Scheme != "tls":
		return nil, p.invalid("TLSConfig", errors.New("want nil unless the address is tls"))
	case p.timeout < 0:
		return nil, p.invalid("Timeout", errors.New("want 0 or more"))
	}
	return sender.New(sender.Config{
		Timeout: p.timeout, Encode: encode,
		Dial: func(ctx context.Context) (sender.Conn, error) { return dial(ctx, e) },
		Fail: func(op string, err error, retry time.Time) error {
			return &SendError{Address: e.String(), Op: op, Err: err, Retry: retry}
		},
	}), nil
}

func (p peer) invalid(option string, err error) error {
	return &logbook.OptionError{Options: p.options, Option: option, Err: err}
}

// binding returns the binding of a handler that shows the caller.
func (p peer) binding(o logbook.Options, h logbook.Handler) logbook.Binding {
	b := o.LineBinding(h)
	b.NoCaller = false
	if p.tls != nil { // it may have functions that log
		b.Quiet = nil
	}
	return b
}
