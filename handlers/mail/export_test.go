package mail

import (
	"context"
	"errors"
	"net"

	"github.com/logbook-go/logbook/logbook"
)

// DialTo makes the handler connect to another address, and returns the one that it asked
// for.
func (h *Handler) DialTo(address string, asked func(string)) {
	h.server.dial = func(ctx context.Context, network, wanted string) (net.Conn, error) {
		asked(wanted)
		return new(net.Dialer).DialContext(ctx, network, address)
	}
}

// DialBy makes the handler use connections made by the test.
func (h *Handler) DialBy(dial func() net.Conn) {
	h.server.dial = func(context.Context, string, string) (net.Conn, error) { return dial(), nil }
}

// WrapConn makes the handler use wrapped connections.
func (h *Handler) WrapConn(wrap func(net.Conn) net.Conn) {
	dial := h.server.dial
	h.server.dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return wrap(c), nil
	}
}

// Compose returns the mail of the records.
func (h *Handler) Compose(why logbook.Reason, lead *logbook.Record, related ...*logbook.Record) ([]byte, error) {
	m, notes, err := h.compose(&job{lead: lead, related: related, why: why, records: 1 + len(related)})
	if err != nil {
		return nil, err
	}
	return m.data, errors.Join(notes...)
}
