package otlp

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/listener"
	"github.com/logbook-go/logbook/internal/refusal"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/internal/inbox"
)

// Subscriber receives records of OTLP senders. [Listen] and [NewSubscriber] make one.
//
// Each request is one delivery, and is answered with success when it is acknowledged
// without an error, or, with ListenOptions.Store, when that has returned nil. Otherwise it
// is answered so that the sender tries again: when the delivery is returned, when memory
// or the store is full, when nobody calls Receive, and in any case after eight seconds,
// since senders give up after ten. A connection is not closed for that.
//
// A request that is sent again, as its answer was lost or late, is answered without a second
// delivery. It is known by its Idempotency-Key, which the handler of this package sends, or
// by its body, peer and time: five minutes. One that is still on its way waits for the outcome.
// Records of a handler of this package that do not come are reported after half a minute, by a
// warning on channel "logbook".
//
// Refused requests and connections are counted, and reported by such a warning, too, at most
// every ten seconds.
//
// It is safe for concurrent use.
type Subscriber struct {
	o      ListenOptions
	tokens [][sha256.Size]byte // hashes
	server *listener.Server    // nil without a listener, as http
	http   *http.Server

	serving  sync.WaitGroup  // the goroutine of http
	requests flow.Inflight   // with calls of Store that outlast theirs
	ctx      context.Context // ended by Close when it does not wait any longer
	stop     context.CancelFunc

	inbox   *inbox.Inbox
	closing sync.Once
	memory  memory
	slots   chan struct{} // one for each body that is decompressed, or is JSON
	ledger  *ledger
	refused refusal.Counter
	counts  counts
}

// counts are the counters of a subscriber.
type counts struct {
	handled, held                                                   atomic.Int64
	requests, repeats, missing, busy, interrupted                   atomic.Uint64
	unauthorized, malformed, tooLarge, tooSlow, unsupported, closed atomic.Uint64
}

func newSubscriber(source string, o ListenOptions) *Subscriber {
	s := &Subscriber{
		o: o, inbox: inbox.New(), slots: make(chan struct{}, runtime.GOMAXPROCS(0)), refused: refusal.Counter{Source: source},
	}
	s.memory.left = o.MaxMemory
	s.ledger = newLedger(s.gap)
	s.ctx, s.stop = flow.NewContext()
	for _, key := range o.Stored {
		if b, ok := parseKey(key); ok {
			s.ledger.remember(b)
		}
	}
	s.o.Stored = nil
	for _, t := range o.Tokens {
		s.tokens = append(s.tokens, sha256.Sum256([]byte(t)))
	}
	return s
}

// Addr returns the address of the socket, with the port that was chosen for port 0, or nil
// without a listener.
func (s *Subscriber) Addr() net.Addr {
	if s.server == nil {
		return nil
	}
	return s.server.Addr()
}

// Receive implements [queues.Subscriber]. Until the delivery is acknowledged, its request
// waits.
func (s *Subscriber) Receive(ctx context.Context) (queues.Delivery, error) {
	return s.inbox.Receive(ctx)
}

// refusedConn counts a connection that was refused.
func (s *Subscriber) refusedConn(p listener.Peer, err error) {
	s.counts.closed.Add(1)
	s.report(p.String(), err)
}

// report reports refused input.
func (s *Subscriber) report(peer string, err error) {
	if r := s.refused.Refuse(time.Now(), peer, err); r != nil {
		s.inbox.Notice(r)
	}
}

// gap reports records that did not come.
func (s *Subscriber) gap(instance string, missing span) {
	s.counts.missing.Add(missing.len())
	s.inbox.Notice(logbook.NewRecord(logbook.RecordData{
		Time: time.Now(), Level: logbook.LevelWarn, Channel: refusal.Channel,
		Template: "{missing} records of {instance} are missing: {first} to {last}",
		Attrs: []slog.Attr{
			slog.Uint64("missing", missing.len()), slog.String("instance", instance), slog.Uint64("first", missing.first), slog.Uint64("last", missing.last),
			slog.String("source", s.refused.Source),
		},
	}))
}

// Stats returns the counts so far: Handled are the records whose requests were
// acknowledged, and Held those that wait for it. The counters are
//
//	connections           accepted connections
//	requests              requests with records
//	repeats               requests that were sent again, and not taken twice
//	busy                  requests that were answered so that the sender tries again
//	interrupted           requests whose senders hung up
//	missing               records that were reported as missing
//	refused_unauthorized  requests without a valid token
//	refused_malformed     requests that are not OTLP
//	refused_too_large     requests beyond a limit
//	refused_too_slow      requests whose body took too long
//	refused_unsupported   requests for another path, or in another format
//	refused_connections   connections beyond a limit, or without a valid certificate
func (s *Subscriber) Stats() logbook.Stats {
	c := &s.counts
	var connections uint64
	if s.server != nil {
		connections, _ = s.server.Accepted()
	}
	stats := logbook.Stats{Handled: uint64(c.handled.Load()), Held: int(c.held.Load())}
	for _, counter := range []struct {
		name  string
		value uint64
	}{
		{"connections", connections}, {"requests", c.requests.Load()}, {"repeats", c.repeats.Load()}, {"busy", c.busy.Load()},
		{"interrupted", c.interrupted.Load()}, {"missing", c.missing.Load()}, {"refused_unauthorized", c.unauthorized.Load()},
		{"refused_malformed", c.malformed.Load()}, {"refused_too_large", c.tooLarge.Load()}, {"refused_too_slow", c.tooSlow.Load()},
		{"refused_unsupported", c.unsupported.Load()}, {"refused_connections", c.closed.Load()},
	} {
		stats.Counters = append(stats.Counters, logbook.Counter{Name: counter.name, Value: counter.value})
	}
	return stats
}

// Close stops accepting, and lets the requests in flight end, until the context ends. Their
// deliveries are still yielded by Receive, unless nobody calls it for a second. Then the
// requests are answered so that their senders try again elsewhere or later.
func (s *Subscriber) Close(ctx context.Context) (err error) {
	s.closing.Do(func() {
		err = s.inbox.Close(ctx, func(receiving context.Context) error {
			if s.o.Store == nil {
				ctx = receiving
			}
			return s.drain(ctx)
		})
	})
	return err
}

var errClosing = errors.New("the receiver stops")

func (s *Subscriber) drain(ctx context.Context) error {
	if s.http != nil {
		_ = s.http.Shutdown(ctx)
	}
	left := s.requests.Close(ctx)
	s.stop() // those that are read are answered now
	if left > 0 {
		answering, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		s.requests.Close(answering)
		cancel()
	}
	if s.http != nil {
		_ = s.http.Close()
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		s.server.Close(ended)
		s.serving.Wait()
		s.requests.Close(context.Background()) // they end now
	}
	s.ledger.close()
	if r := s.refused.Rest(time.Now()); r != nil {
		s.inbox.Notice(r)
	}
	if left > 0 {
		return fmt.Errorf("otlp: %d requests were not finished, and their senders will try again: %w", left, context.Cause(ctx))
	}
	return nil
}
