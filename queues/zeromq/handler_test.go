//go:build cgo && zmq && !windows

package zeromq_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pebbe/zmq4"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
	"github.com/logbook-go/logbook/queues"
	. "github.com/logbook-go/logbook/queues/zeromq"
)

// A subscriber receives what a handler publishes, over each transport.
func TestPublish(t *testing.T) {
	for _, address := range []string{"tcp://127.0.0.1:*", "tcp://localhost:*", "tcp://[::1]:*", "ipc://" + t.TempDir() + "/logs"} {
		t.Run(address, func(t *testing.T) {
			h := newHandler(t, address, nil)
			s := subscribe(t, h, nil)
			log := logbook.New("app.gö")
			want := []string{"plain", "äöü", "hostile \x00\x1b\u2028"}
			logbook.InGoroutine(func() {
				for _, text := range want {
					log.Notice(text, "path", "/ä", "n", 7)
				}
			}, h)
			got := receive(t, s, len(want))
			for i, r := range got {
				if r.Message() != want[i] || r.Channel() != "app.gö" || r.Level() != logbook.LevelNotice || r.Text("path") != "/ä" || r.Text("n") != "7" {
					t.Errorf("got %+v", r.Data())
				}
				if r.Source().Function == "" || r.PID() == 0 || r.Goroutine() == 0 {
					t.Errorf("got %+v from %v", r.Data(), r.Source())
				}
			}
			closeNow(t, h)
			closeNow(t, s)
		})
	}
}

// Several handlers push to one subscriber, and it does not matter which end binds.
func TestPush(t *testing.T) {
	s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{Pull: true})
	var want []string
	for i := range 3 {
		h := newHandler(t, s.Address(), &HandlerOptions{Push: true})
		for j := range 10 {
			handle(t, h, record("%d of %d", j, i))
			want = append(want, fmt.Sprintf("%d of %d", j, i))
		}
		closeNow(t, h)
	}
	got := messages(receive(t, s, len(want)))
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	closeNow(t, s)
	if n := s.Stats(); n.Handled != 30 || n.Count("connects") != 3 {
		t.Errorf("stats: %v", n)
	}
}

func TestOtherEnds(t *testing.T) {
	h := newHandler(t, "tcp://127.0.0.1:*", &HandlerOptions{Push: true, End: Bind})
	s := newSubscriber(t, h.Address(), &SubscriberOptions{Pull: true, End: Connect})
	handle(t, h, record("pushed"))
	if got := messages(receive(t, s, 1)); got[0] != "pushed" {
		t.Errorf("got %q", got)
	}
	closeNow(t, h)
	closeNow(t, s)

	s = newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{End: Bind})
	h = newHandler(t, s.Address(), &HandlerOptions{End: Connect})
	received := make(chan error)
	go func() { // a socket that is bound subscribes when it is read
		_, err := s.Receive(context.Background())
		received <- err
	}()
	probe(t, h)
	if err := <-received; err != nil {
		t.Error(err)
	}
	closeNow(t, h)
	closeNow(t, s)
}

// The frame of a record is its wire form, and nothing else.
func TestBytes(t *testing.T) {
	pull := bindingSocket(t, zmq4.PULL)
	if err := pull.Bind("tcp://127.0.0.1:*"); err != nil {
		t.Fatal(err)
	}
	address, err := pull.GetLastEndpoint()
	if err != nil {
		t.Fatal(err)
	}
	h := newHandler(t, address, &HandlerOptions{Push: true})
	r := logbook.NewRecord(logbook.RecordData{Time: time.Date(2024, 2, 29, 13, 37, 42, 5_000_000, time.UTC), Level: logbook.LevelInfo, Message: "ä"})
	want, err := logbook.Wire().AppendFormat(nil, r)
	if err != nil {
		t.Fatal(err)
	}
	handle(t, h, r)
	got, err := pull.RecvMessageBytes(0)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || string(got[0]) != string(want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	closeNow(t, h)
}

// Records are dispatched in the background, as if they were logged here.
func TestDispatchInBackground(t *testing.T) {
	h := newHandler(t, "tcp://127.0.0.1:*", nil)
	s := subscribe(t, h, nil)
	got := make(chan string, 10)
	d := queues.DispatchInBackground(s, logbook.HandlerFunc(func(r *logbook.Record) error {
		got <- r.Message()
		return nil
	}))
	handle(t, h, record("hello"))
	if text := <-got; text != "hello" {
		t.Errorf("got %q", text)
	}
	if err := d.Stop(within(t)); err != nil {
		t.Error(err)
	}
	closeNow(t, s)
	if _, err := s.Receive(t.Context()); !errors.Is(err, logbook.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	closeNow(t, s)
	closeNow(t, h)
	closeNow(t, h)
}

// Close ends a Receive that waits, and so does the context.
func TestReceiveEnds(t *testing.T) {
	s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{Pull: true})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := s.Receive(ctx)
		ended <- err
		_, err = s.Receive(context.Background())
		ended <- err
	}()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	closeNow(t, s)
	if err := <-ended; !errors.Is(err, logbook.ErrClosed) || errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

// Subscribers with topics receive the records whose frames begin with one of them.
func TestTopics(t *testing.T) {
	h := newHandler(t, "tcp://127.0.0.1:*", nil)
	s := newSubscriber(t, h.Address(), &SubscriberOptions{Topics: []string{`{"channel": "db`, `{"channel": "app"`}})
	receive(t, s, probe(t, h))
	before := h.Stats()
	for _, channel := range []string{"web", "db.pool", "application", "db"} {
		handle(t, h, logbook.NewRecord(logbook.RecordData{Channel: channel, Message: channel}))
	}
	if got := messages(receive(t, s, 2)); !slices.Equal(got, []string{"db.pool", "db"}) {
		t.Errorf("got %q", got)
	}
	closeNow(t, h)
	if n := h.Stats(); n.Handled-before.Handled != 2 || n.Suppressed-before.Suppressed != 2 {
		t.Errorf("stats: %v", n)
	}
	closeNow(t, s)
}

// Many goroutines log at once.
func TestProducers(t *testing.T) {
	const producers, each = 64, 200
	s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{Pull: true})
	h := newHandler(t, s.Address(), &HandlerOptions{Push: true, Overflow: queues.Block})
	var wg sync.WaitGroup
	for p := range producers {
		wg.Go(func() {
			for i := range each {
				if err := h.Handle(record("%d %d", p, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	next := make([]int, producers)
	for _, r := range receive(t, s, producers*each) {
		var p, i int
		if _, err := fmt.Sscanf(r.Message(), "%d %d", &p, &i); err != nil || i != next[p] {
			t.Fatalf("got %q after %d of it: %v", r.Message(), next[p], err)
		}
		next[p]++
	}
	wg.Wait()
	closeNow(t, h)
	closeNow(t, s)
}

// Handlers with and without a peer keep the contract.
func TestContract(t *testing.T) {
	s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{Pull: true})
	d := queues.DispatchInBackground(s, logbook.HandlerFunc(func(*logbook.Record) error { return nil }))
	onlyErrors := func(r *logbook.Record) bool { return r.Level() >= logbook.LevelError }
	for name, o := range map[string]HandlerOptions{
		"publish": {},
		"push":    {Push: true, Level: logbook.LevelInfo, Filter: onlyErrors, Bubble: true},
		"nobody":  {Push: true, End: Bind, MaxRecords: 10, SendTimeout: time.Millisecond, Linger: time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			address := "tcp://127.0.0.1:*"
			if name == "push" {
				address = s.Address()
			}
			logbooktest.TestHandler(t, func() logbook.Handler { return logbook.Must(NewHandler(address, &o)) })
		})
	}
	if err := d.Stop(within(t)); err != nil {
		t.Error(err)
	}
	_ = s.Close(within(t)) // some records may be left
}

// Sockets in one program can share a context that was handed in.
func TestContextHandedIn(t *testing.T) {
	ctx, err := zmq4.NewContext()
	if err != nil {
		t.Fatal(err)
	}
	o := SocketOptions{Context: ctx}
	s := newSubscriber(t, "inproc://logs", &SubscriberOptions{Pull: true, SocketOptions: o})
	h := newHandler(t, "inproc://logs", &HandlerOptions{Push: true, SocketOptions: o})
	handle(t, h, record("hello"))
	if got := messages(receive(t, s, 1)); got[0] != "hello" {
		t.Errorf("got %q", got)
	}
	closeNow(t, h)
	closeNow(t, s)
	if err := ctx.Term(); err != nil {
		t.Error(err)
	}
}

// A socket that was handed in is used as it is.
func TestSocketHandedIn(t *testing.T) {
	pull := bindingSocket(t, zmq4.PULL)
	if err := pull.Bind("tcp://127.0.0.1:*"); err != nil {
		t.Fatal(err)
	}
	s := newSubscriber(t, "", &SubscriberOptions{Socket: pull})
	push := bindingSocket(t, zmq4.PUSH)
	if err := push.Connect(s.Address()); err != nil {
		t.Fatal(err)
	}
	h := newHandler(t, "", &HandlerOptions{Socket: push})
	handle(t, h, record("hello"))
	if got := messages(receive(t, s, 1)); got[0] != "hello" {
		t.Errorf("got %q", got)
	}
	closeNow(t, h)
	closeNow(t, s)

	var e *logbook.OptionError
	if _, err := NewHandler("", &HandlerOptions{Socket: bindingSocket(t, zmq4.SUB)}); !errors.As(err, &e) || e.Option != "Socket" {
		t.Errorf("a SUB socket for a handler: %v", err)
	}
}

// If the address cannot be used, the error says so.
func TestAddressInUse(t *testing.T) {
	s := newSubscriber(t, "tcp://127.0.0.1:*", &SubscriberOptions{Pull: true})
	_, err := NewHandler(s.Address(), nil)
	var e *Error
	if !errors.As(err, &e) || e.Op != "bind" || e.Address != s.Address() || !errors.Is(err, zmq4.EADDRINUSE) {
		t.Errorf("got %v", err)
	}
	closeNow(t, s)
}

// libzmq would replace the socket of another program.
func TestBindTwice(t *testing.T) {
	address := "ipc://" + t.TempDir() + "/s"
	first := newSubscriber(t, address, &SubscriberOptions{Pull: true})
	if s, err := NewSubscriber(address, &SubscriberOptions{Pull: true}); s != nil || !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("%v, %v", s, err)
	}
	closeNow(t, first)
	newSubscriber(t, address, &SubscriberOptions{Pull: true})
}
