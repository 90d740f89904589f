//go:build cgo && zmq && !windows

package zeromq_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pebbe/zmq4"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
	. "github.com/logbook-go/logbook/queues/zeromq"
)

type keyPair struct{ public, secret string }

func newKeys(t testing.TB) keyPair {
	t.Helper()
	public, secret, err := NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	return keyPair{public, secret}
}

// The binding derives the same public keys.
func TestKeysOfBinding(t *testing.T) {
	keys := newKeys(t)
	if public, err := zmq4.AuthCurvePublic(keys.secret); public != keys.public || err != nil {
		t.Errorf("got %q, %v, want %q", public, err, keys.public)
	}
}

func TestCurve(t *testing.T) {
	server, client := newKeys(t), newKeys(t)
	atServer := SocketOptions{Curve: &Curve{SecretKey: server.secret, ClientKeys: []string{newKeys(t).public, client.public}}}
	atClient := SocketOptions{Curve: &Curve{SecretKey: client.secret, ServerKey: server.public}}

	s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{Pull: true, SocketOptions: atServer})
	h := newHandler(t, s.Address(), &HandlerOptions{Push: true, SocketOptions: atClient})
	handle(t, h, record("pushed"))
	if got := messages(receive(t, s, 1)); got[0] != "pushed" {
		t.Errorf("got %q", got)
	}
	closeNow(t, h)
	closeNow(t, s)

	h = newHandler(t, "tcp://127.0.0.1:*", &HandlerOptions{SocketOptions: atServer})
	s = subscribe(t, h, &SubscriberOptions{SocketOptions: atClient})
	closeNow(t, s)
	closeNow(t, h)
	if n := h.Stats(); n.Count("connects") != 1 || n.Count("refused_handshakes") != 0 {
		t.Errorf("stats: %v", n)
	}
}

// Clients that are not allowed deliver nothing, are counted, and are reported once.
func TestRefusedClients(t *testing.T) {
	defer SetHandshakeTime(200 * time.Millisecond)()
	server, client := newKeys(t), newKeys(t)
	stranger := newKeys(t)
	for name, c := range map[string]struct {
		curve *Curve
		want  string
	}{
		"wrong key":        {&Curve{SecretKey: stranger.secret, ServerKey: server.public}, stranger.public},
		"no key":           {nil, ErrHandshake.Error()},
		"wrong server key": {&Curve{SecretKey: client.secret, ServerKey: stranger.public}, ErrHandshake.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			rest := logbooktest.Record(t) // of what is reported when the subscriber closes
			s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{
				Pull: true, SocketOptions: SocketOptions{Curve: &Curve{SecretKey: server.secret, ClientKeys: []string{client.public}}},
			})
			seen := newEvents()
			h := newHandler(t, s.Address(), &HandlerOptions{
				Push: true, SocketOptions: SocketOptions{
					Curve: c.curve, ReconnectMin: 5 * time.Millisecond, ReconnectMax: 20 * time.Millisecond, Monitor: seen.add,
				},
			})
			handle(t, h, record("intruder"))
			reports := receive(t, s, 1)
			report := reports[0]
			if report.Channel() != "logbook" || report.Level() != logbook.LevelWarn || !strings.Contains(report.Message(), c.want) || !strings.Contains(report.Message(), s.Address()) {
				t.Errorf("got %q", report.Message())
			}
			if peer := report.Text("peer"); c.want == stranger.public && peer != "127.0.0.1" {
				t.Errorf("peer %q", peer)
			}
			for s.Stats().Count("refused_handshakes") < 3 { // it tries again and again
				seen.wait(t, Disconnected)
			}
			if n := unsent(h.Close(expired())); n != 1 {
				t.Errorf("%d unsent", n)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			for ctx.Err() == nil {
				d, _ := s.Receive(ctx)
				reports = append(reports, d.Records...) // another one on a very busy machine
			}
			closeNow(t, s)
			reports = append(reports, rest.Records()...)
			var reported uint64
			for _, r := range reports {
				v, _ := r.Lookup("refused")
				reported += uint64(v.Int64())
			}
			n := s.Stats()
			if n.Handled != 0 || n.Count("connects") != 0 || reported != n.Count("refused_handshakes") || len(reports) >= int(reported) {
				t.Errorf("%d reports of %d; stats: %v", len(reports), reported, n)
			}
		})
	}
}

// The client counts that it is refused, and reports it in its program.
func TestRefusedClientKnows(t *testing.T) {
	server, client := newKeys(t), newKeys(t)
	s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{
		Pull: true, SocketOptions: SocketOptions{Curve: &Curve{SecretKey: server.secret, ClientKeys: []string{server.public}}},
	})
	got := make(chan *logbook.Record, 10)
	defer logbook.PushApplication(logbook.HandlerFunc(func(r *logbook.Record) error {
		got <- r.Retain()
		return nil
	}))()
	h := newHandler(t, s.Address(), &HandlerOptions{
		Push: true, SocketOptions: SocketOptions{Curve: &Curve{SecretKey: client.secret, ServerKey: server.public}},
	})
	if r := <-got; !strings.Contains(r.Message(), ErrUnauthorized.Error()) {
		t.Errorf("got %q", r.Message())
	}
	_ = h.Close(expired())
	closeNow(t, s)
	if h.Stats().Count("refused_handshakes") == 0 {
		t.Errorf("stats: %v", h.Stats())
	}
}

// If nobody answers whether a key is allowed, or the program forgot to check keys at all,
// libzmq accepts nobody, or the socket is refused.
func TestAbsentAuthenticator(t *testing.T) {
	server, client := newKeys(t), newKeys(t)
	ctx, err := zmq4.NewContext()
	if err != nil {
		t.Fatal(err)
	}
	guarded := func() *zmq4.Socket {
		pull, err := ctx.NewSocket(zmq4.PULL)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(pull.ServerAuthCurve("logs", server.secret), pull.Bind("tcp://127.0.0.1:*")); err != nil {
			t.Fatal(err)
		}
		return pull
	}
	var e *logbook.OptionError
	if _, err := NewSubscriber("", &SubscriberOptions{Socket: guarded()}); !errors.As(err, &e) || e.Option != "Socket" {
		t.Errorf("a socket whose keys nobody checks: %v", err)
	}

	silent, err := ctx.NewSocket(zmq4.REP)
	if err != nil {
		t.Fatal(err)
	}
	if err := silent.Bind(AddressOfAuthenticator); err != nil {
		t.Fatal(err)
	}
	defer SetHandshakeTime(100 * time.Millisecond)()
	s := newSubscriber(t, "", &SubscriberOptions{Socket: guarded()})
	seen := newEvents()
	h := newHandler(t, s.Address(), &HandlerOptions{
		Push: true, SocketOptions: SocketOptions{Curve: &Curve{SecretKey: client.secret, ServerKey: server.public}, Monitor: seen.add},
	})
	handle(t, h, record("intruder"))
	seen.wait(t, HandshakeFailed)
	seen.wait(t, HandshakeFailed)
	if n := unsent(h.Close(expired())); n != 1 {
		t.Errorf("%d unsent", n)
	}
	closeNow(t, s)
	if n := s.Stats(); n.Handled+n.Dropped != 0 {
		t.Errorf("stats: %v", n)
	}
	if err := errors.Join(silent.Close(), ctx.Term()); err != nil {
		t.Error(err)
	}
}

// A handler that met the wrong peer connects to the right one later, and has lost nothing.
func TestPeerIsReplaced(t *testing.T) {
	defer logbook.PushApplication(logbook.HandlerFunc(func(*logbook.Record) error { return nil }))()
	server, client := newKeys(t), newKeys(t)
	wrong := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{Pull: true})
	seen := newEvents()
	h := newHandler(t, wrong.Address(), &HandlerOptions{Push: true, SocketOptions: SocketOptions{
		Curve:        &Curve{SecretKey: client.secret, ServerKey: server.public},
		ReconnectMin: 5 * time.Millisecond, ReconnectMax: 20 * time.Millisecond, Monitor: seen.add,
	}})
	for i := range 100 {
		handle(t, h, record("%d", i))
	}
	seen.wait(t, HandshakeFailed)
	closeNow(t, wrong)
	right := newSubscriber(t, wrong.Address(), &SubscriberOptions{
		Pull: true, SocketOptions: SocketOptions{Curve: &Curve{SecretKey: server.secret, ClientKeys: []string{client.public}}},
	})
	for i, r := range receive(t, right, 100) {
		if want := strconv.Itoa(i); r.Message() != want {
			t.Fatalf("got %q, want %q", r.Message(), want)
		}
	}
	closeNow(t, h)
	closeNow(t, right)
}
