package socket

import (
	"context"
	"log/slog"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/frame"
	"github.com/logbook-go/logbook/internal/listener"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/internal/refusal"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/internal/inbox"
)

// Subscriber receives records over sockets. [Listen] makes one.
//
// Records of one connection are yielded in their order. A subscriber holds only what is
// being decoded: while nobody calls Receive, connections are not read, and their senders
// wait or drop records, as they are made. UDP has no such thing: the system drops datagrams
// when its buffer is full. On Linux they are counted, and a record in the stream reports
// them.
//
// Each record gets attributes about its sender, which replace those that the sender has
// set: peer is its IP address; on a unix socket peer_pid and peer_uid are its process and
// user, where the system reports them. A record of a Python program has the name of
// the receiving machine as hostname, as in Python's own receivers.
//
// Refused input is counted, and reported by a record on channel "logbook", at most every
// ten seconds: a frame that is no record is skipped, and a stream without valid frames ends.
type Subscriber struct {
	o         ListenOptions
	local     bool                // a unix socket
	hostname  slog.Value          // of this machine
	server    *listener.Server    // one of server
	datagrams *listener.Datagrams // and datagrams is set
	reported  uint64              // dropped datagrams; used by the goroutine of datagrams only

	refused refusal.Counter
	memory  *frame.Memory
	slots   chan struct{} // one for each batch that is being decoded
	large   chan struct{} // one for a long frame, whose record may take a multiple of the memory

	inbox   *inbox.Inbox
	closing sync.Once

	unsent, idle atomic.Uint64
}

func newSubscriber(a listener.Address, o ListenOptions) *Subscriber {
	s := &Subscriber{
		o: o, local: a.Path != "", refused: refusal.Counter{Source: a.String()},
		slots: make(chan struct{}, runtime.GOMAXPROCS(0)+1), large: make(chan struct{}, 1), inbox: inbox.New(), memory: frame.NewMemory(o.MaxMemory),
	}
	if name, err := os.Hostname(); err == nil {
		s.hostname = slog.StringValue(name)
	}
	return s
}

// Addr returns the address of the socket, with the port that was chosen for port 0.
func (s *Subscriber) Addr() net.Addr {
	if s.datagrams != nil {
		return s.datagrams.Addr()
	}
	return s.server.Addr()
}

// Receive implements [queues.Subscriber].
func (s *Subscriber) Receive(ctx context.Context) (queues.Delivery, error) {
	return s.inbox.Receive(ctx)
}

// pass waits until Receive takes the records, n of which are those of senders, or the
// context ends.
func (s *Subscriber) pass(ctx context.Context, records []*logbook.Record, n int) {
	if !s.inbox.Pass(ctx, queues.Delivery{Records: records}, n) {
		s.unsent.Add(uint64(n))
	}
}

// refuse counts refused input.
func (s *Subscriber) refuse(p listener.Peer, err error) {
	if r := s.refused.Refuse(time.Now(), p.String(), err); r != nil {
		s.inbox.Notice(r)
	}
}

// identity returns the attributes of the records of a peer.
func (s *Subscriber) identity(p listener.Peer, f Format) []slog.Attr {
	var attrs []slog.Attr
	if p.IP.IsValid() {
		attrs = append(attrs, slog.String("peer", p.IP.String()))
	}
	if p.PID != listener.Unknown {
		attrs = append(attrs, slog.Int("peer_pid", p.PID))
	}
	if p.UID != listener.Unknown {
		attrs = append(attrs, slog.Int("peer_uid", p.UID))
	}
	if f == Pickle {
		attrs = append(attrs, slog.Attr{Key: "hostname", Value: s.hostname})
	}
	return attrs
}

// decode returns the record of a frame, with the identity of its sender. It returns nil if
// the frame was refused.
func (s *Subscriber) decode(f Format, frame []byte, p listener.Peer, identity []slog.Attr) *logbook.Record {
	var r *logbook.Record
	err := panics.Call(func() (err error) { // a bug of a decoder must not end the receiver
		r, err = decode(f, frame, time.Now().In(s.o.Location), s.o.RelativeCreated)
		return err
	})
	if err != nil {
		s.refuse(p, err)
		return nil
	}
	for _, a := range identity {
		r.Set(a.Key, a.Value)
	}
	return r
}

// Stats returns the counts so far: Handled are the records that Receive has yielded, Held
// those that wait for it, and Dropped those that Close has dropped, and the datagrams that
// the system has dropped. The counters are
//
//	connections   accepted connections
//	refused       connections, frames and datagrams that were refused
//	idle          connections that were closed because they were idle
func (s *Subscriber) Stats() logbook.Stats {
	stats := logbook.Stats{Handled: s.inbox.Handled(), Held: s.inbox.Held(), Dropped: s.unsent.Load()}
	var connections uint64
	if s.datagrams != nil {
		_, dropped := s.datagrams.Received()
		stats.Dropped += dropped
	} else {
		connections, _ = s.server.Accepted()
	}
	stats.Counters = []logbook.Counter{{Name: "connections", Value: connections}, {Name: "refused", Value: s.refused.Count()}, {Name: "idle", Value: s.idle.Load()}}
	return stats
}

// Close stops accepting. What has arrived is still read, and yielded by Receive, until the
// context ends, or nobody calls Receive for a second. Then the connections are cut, and
// records that were read and not yielded are counted by a [*logbook.UnsentError].
func (s *Subscriber) Close(ctx context.Context) (err error) {
	s.closing.Do(func() { err = s.inbox.Close(ctx, s.drain) })
	return err
}

func (s *Subscriber) drain(ctx context.Context) error {
	if s.datagrams != nil {
		s.datagrams.Close(ctx)
	} else {
		s.server.Close(ctx)
	}
	if r := s.refused.Rest(time.Now()); r != nil {
		s.inbox.Notice(r)
	}
	if n := s.unsent.Load(); n > 0 {
		return &logbook.UnsentError{Records: int(n), Err: context.Cause(ctx)}
	}
	return nil
}
