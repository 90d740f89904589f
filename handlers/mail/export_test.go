package mail

import (
	"context"
	"net"

	"github.com/logbook-go/logbook/logbook"
)

// DialTo makes the handler connect to another address than the one that it asks
// for, and tells which that was.
func (h *Handler) DialTo(address string, asked func(string)) {
	h.server.dial = func(ctx context.Context, network, wanted string) (net.Conn, error) {
		asked(wanted)
		return new(net.Dialer).DialContext(ctx, network, address)
	}
}

// Compose returns the mail that the records become.
func (h *Handler) Compose(why logbook.Reason, lead *logbook.Record, related ...*logbook.Record) ([]byte, error) {
	m, partial, err := h.compose(&job{lead: lead, related: related, why: why, records: 1 + len(related)})
	if err != nil {
		return nil, err
	}
	return m.data, partial
}
