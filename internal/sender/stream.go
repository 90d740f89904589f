package sender

import (
	"context"
	"crypto/tls"

	"github.com/logbook-go/logbook/internal/netlink"
)

// Conn is a connection to a peer.
type Conn = netlink.Conn[*Batch]

// Stream writes all messages of a batch at once.
type Stream struct{ *netlink.Stream }

// DialStream connects, with TLS if there is a configuration.
func DialStream(ctx context.Context, network, target string, config *tls.Config) (Conn, error) {
	s, err := netlink.DialStream(ctx, network, target, config)
	if err != nil {
		return nil, err
	}
	return Stream{s}, nil
}

// Send implements [Conn]. If it fails, it is not known which messages arrived, so all are
// sent again.
func (s Stream) Send(m *Batch, _ int) (next int, err error) {
	if _, err := s.Write(m.B); err != nil {
		return 0, err
	}
	return len(m.Ends), nil
}
