package socket

import (
	"context"
	"slices"

	"github.com/logbook-go/logbook/internal/hold"
	"github.com/logbook-go/logbook/internal/listener"
	"github.com/logbook-go/logbook/logbook"
)

// datagram passes on the record of a datagram. A record that reports dropped datagrams
// precedes it if there are any.
func (s *Subscriber) datagram(ctx context.Context, b []byte, p listener.Peer) {
	if len(b) == 0 {
		return
	}
	f, err := recognize(s.o.Accept, b[0])
	if err == nil {
		b, err = payload(f, b)
	}
	if err != nil {
		s.refuse(p, err)
		return
	}
	r := s.decode(f, b, p, s.identity(p, f))
	if r == nil {
		return
	}
	records := []*logbook.Record{r}
	_, dropped := s.datagrams.Received()
	if lost := dropped - s.reported; lost > 0 {
		records = slices.Insert(records, 0, hold.LossNotice(int(lost), r))
		s.reported = dropped
	}
	s.pass(ctx, records, 1)
}
