//go:build cgo && zmq && !windows

package zeromq_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pebbe/zmq4"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
	. "github.com/logbook-go/logbook/queues/zeromq"
)

// pusher returns a socket of the binding that pushes to a subscriber.
func pusher(t testing.TB, s *Subscriber) *zmq4.Socket {
	t.Helper()
	push := bindingSocket(t, zmq4.PUSH)
	if err := errors.Join(push.SetLinger(0), push.Connect(s.Address())); err != nil {
		t.Fatal(err)
	}
	return push
}

func send(t testing.TB, push *zmq4.Socket, frames ...any) {
	t.Helper()
	if _, err := push.SendMessage(frames...); err != nil {
		t.Fatal(err)
	}
}

// Everything that Python Logbook sent is received, with all of its fields.
func TestPythonSamples(t *testing.T) {
	s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{Pull: true})
	push := pusher(t, s)
	files, err := filepath.Glob("../../logbook/testdata/wire/*.json")
	if err != nil || len(files) < 16 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		sample, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		send(t, push, sample)
		r := receive(t, s, 1)[0]
		got, err := logbook.Wire().AppendFormat(nil, r)
		if err != nil || !bytes.Equal(got, bytes.TrimSpace(sample)) {
			t.Errorf("%s: got %s\nwant %s", file, got, sample)
		}
	}
	for _, number := range []string{"NaN", "Infinity", "-Infinity", "123456789012345678901234567890", `"\ud800"`} {
		send(t, push, `{"channel": null, "level": 11, "msg": "m", "extra": {"x": `+number+`}, "time": "2024-02-29T13:37:42.5Z"}`)
		if r := receive(t, s, 1)[0]; r.Message() != "m" {
			t.Errorf("%s: got %q", number, r.Message())
		}
	}
	closeNow(t, s)
	if n := s.Stats(); n.Count("refused_messages") != 0 || int(n.Handled) != len(files)+5 {
		t.Errorf("stats: %v", n)
	}
}

// Messages that are no record are counted, and reported; the next record is received.
func TestHostileMessages(t *testing.T) {
	rest := logbooktest.Record(t)
	s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{Pull: true, SocketOptions: SocketOptions{MaxMessageSize: 1 << 20}})
	push := pusher(t, s)
	good, err := json.Marshal(record("good"))
	if err != nil {
		t.Fatal(err)
	}
	bad := [][]any{
		{""}, {"no JSON"}, {"{"}, {"[]"}, {"null"}, {"{}"}, {`{"level": "x"}`}, {"\xff\xfe"}, {strings.Repeat("\x00", 1000)},
		{strings.Repeat("[", 1<<20)}, {strings.Repeat(`{"a":`, 200_000)},
		{"topic", good}, {good, ""}, {good, good},
	}
	for _, frames := range bad {
		send(t, push, frames...)
	}
	send(t, push, good)
	got := receive(t, s, 2)
	if len(got) != 2 || !strings.HasPrefix(got[0].Message(), "refused an input of tcp://127.0.0.1:") || got[1].Message() != "good" {
		t.Errorf("got %q", messages(got))
	}
	closeNow(t, s)
	if n := s.Stats(); n.Handled != 1 || n.Count("refused_messages") != uint64(len(bad)) {
		t.Errorf("stats: %v", n)
	}
	if got := rest.Records(); len(got) != 1 || !strings.HasPrefix(got[0].Message(), "refused 13 inputs of") {
		t.Errorf("at the end: %d records", len(got))
	}
}

// A peer that sends a message beyond the limit is disconnected, and others are not.
func TestOversized(t *testing.T) {
	seen := newEvents()
	s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{
		Pull: true, SocketOptions: SocketOptions{MaxMessageSize: 1000, Monitor: seen.add},
	})
	send(t, pusher(t, s), strings.Repeat("x", 1001))
	seen.wait(t, Disconnected)
	h := newHandler(t, s.Address(), &HandlerOptions{Push: true, SocketOptions: SocketOptions{MaxMessageSize: 1000}})
	reported := make(chan error, 1)
	defer logbook.PushApplication(logbook.Flags{Errors: func(e *logbook.HandlerError) { reported <- e }})()
	handle(t, h, record("%s", strings.Repeat("x", 1000)))
	handle(t, h, record("small"))
	got := receive(t, s, 2)
	if v, _ := got[0].Lookup("dropped"); v.Any() != int64(1) || got[1].Message() != "small" {
		t.Errorf("got %q", messages(got))
	}
	if err := <-reported; !strings.Contains(err.Error(), "MaxMessageSize") {
		t.Error(err)
	}
	closeNow(t, h)
	if n := h.Stats(); n.Handled != 1 || n.Dropped != 1 {
		t.Errorf("stats: %v", n)
	}
	closeNow(t, s)
}

// A peer that connects and says nothing holds up nobody.
func TestHalfOpen(t *testing.T) {
	defer SetHandshakeTime(100 * time.Millisecond)()
	seen := newEvents()
	s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{Pull: true, SocketOptions: SocketOptions{Monitor: seen.add}})
	const conns = 100
	dialAll(t, strings.TrimPrefix(s.Address(), "tcp://"), conns)
	h := newHandler(t, s.Address(), &HandlerOptions{Push: true})
	handle(t, h, record("hello"))
	for _, r := range receive(t, s, 1) {
		if r.Message() != "hello" && r.Channel() != "logbook" {
			t.Errorf("got %q", r.Message())
		}
	}
	for range conns {
		if e := seen.wait(t, HandshakeFailed); !errors.Is(e.Err, os.ErrDeadlineExceeded) {
			t.Error(e)
		}
	}
	closeNow(t, h)
	_ = s.Close(within(t))
	if n := s.Stats(); n.Count("refused_handshakes") != conns {
		t.Errorf("stats: %v", n)
	}
}
