package nats_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	client "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/logbook-go/logbook/internal/leaktest"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/nats"
)

func TestMain(m *testing.M) {
	if config := os.Getenv(serverConfig); config != "" {
		serve(config)
		return
	}
	leaktest.Main(m)
}

// patience guards against hanging, on a very busy machine.
const patience = 2 * time.Minute

func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func expired() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// start runs a server with JetStream until the end of the test, and returns its address.
func start(t testing.TB, change ...func(*server.Options)) (address string) {
	t.Helper()
	o := &server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, JetStream: true, StoreDir: t.TempDir()}
	for _, fn := range change {
		fn(o)
	}
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(patience) {
		t.Fatal("the server is not ready")
	}
	return "nats://" + s.Addr().String()
}

// connect returns a client of the test.
func connect(t *testing.T, address string, options ...client.Option) jetstream.JetStream {
	t.Helper()
	nc, err := client.Connect(address, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// messages returns the number of messages in the stream of the tests.
func messages(t *testing.T, js jetstream.JetStream) uint64 {
	t.Helper()
	s, err := js.Stream(within(t), "LOGS")
	if err != nil {
		t.Fatal(err)
	}
	return s.CachedInfo().State.Msgs
}

var small = &nats.StreamOptions{MaxBytes: 64 << 20}

func newHandler(t testing.TB, address string, o nats.HandlerOptions) *nats.Handler {
	t.Helper()
	o.Stream = "LOGS"
	if o.Create == nil {
		o.Create = small
	}
	h, err := nats.NewHandler(address, &o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close(expired()) })
	return h
}

func newSubscriber(t testing.TB, address string, o nats.SubscriberOptions) *nats.Subscriber {
	t.Helper()
	o.Stream = "LOGS"
	if o.Create == nil {
		o.Create = small
	}
	s, err := nats.NewSubscriber(address, &o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(expired()) })
	return s
}

func record(format string, args ...any) *logbook.Record {
	return logbook.NewRecord(logbook.RecordData{
		Time: time.Now(), Level: logbook.LevelInfo, Channel: "app", Message: fmt.Sprintf(format, args...),
	})
}

func handle(t *testing.T, h logbook.Handler, r *logbook.Record) {
	t.Helper()
	if err := h.Handle(r); err != nil {
		t.Error(err)
	}
}

func flush(t testing.TB, h *nats.Handler) {
	t.Helper()
	if err := h.Flush(within(t)); err != nil {
		t.Fatal(err)
	}
}

func receive(t testing.TB, s *nats.Subscriber) queues.Delivery {
	t.Helper()
	d, err := s.Receive(within(t))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// take receives and acknowledges n records.
func take(t *testing.T, s *nats.Subscriber, n int) (all []*logbook.Record) {
	t.Helper()
	for len(all) < n {
		d := receive(t, s)
		all = append(all, d.Records...)
		d.Done(nil)
	}
	if len(all) > n {
		t.Fatalf("%d records, want %d", len(all), n)
	}
	return all
}

func closeSubscriber(t *testing.T, s *nats.Subscriber) {
	t.Helper()
	if err := s.Close(within(t)); err != nil {
		t.Error(err)
	}
}

// reported calls fn for each error of a handler.
func reported(fn func(error)) logbook.Flags {
	return logbook.Flags{Errors: func(e *logbook.HandlerError) { fn(e.Err) }}
}
