package nats_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	client "github.com/nats-io/nats.go"

	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/nats"
	"github.com/logbook-go/logbook/queues/spool"
)

func TestConformance(t *testing.T) {
	address := start(t)
	logbooktest.TestHandler(t, func() logbook.Handler { return newHandler(t, address, nats.HandlerOptions{}) })
}

// Records arrive in their order, with all that they have, and are gone from the stream.
func TestReceive(t *testing.T) {
	address := start(t)
	h := newHandler(t, address, nats.HandlerOptions{Service: "shop", Overflow: queues.Block, Trace: func(context.Context) (id [16]byte, span [8]byte, flags byte) {
		id[0], span[0] = 1, 2
		return id, span, 1
	}})
	const n = 5000
	for i := range n {
		handle(t, h, record("%d", i))
	}
	logbook.InGoroutine(func() { logbook.New("app").Exception(errors.New("no tea"), "failed {n} times", "n", 3) }, h)
	flush(t, h)
	s := newSubscriber(t, address, nats.SubscriberOptions{})
	all := take(t, s, n+1)
	for i, r := range all[:n] {
		if r.Message() != fmt.Sprint(i) {
			t.Fatalf("record %d is %s", i, r.Message())
		}
	}
	r := all[n]
	if r.Message() != "failed 3 times" || r.Channel() != "app" || r.ErrorInfo().Message != "no tea" || r.Text("trace_id") != "01"+strings.Repeat("0", 30) || r.Text("resource.service.name") != "shop" {
		t.Errorf("%+v", r.Data())
	}
	closeSubscriber(t, s)
	if _, err := s.Receive(within(t)); !errors.Is(err, logbook.ErrClosed) {
		t.Errorf("receive after close: %v", err)
	}
	if left := messages(t, connect(t, address)); left != 0 {
		t.Errorf("%d messages left", left)
	}
	if stats := h.Stats(); stats.Handled != n+1 || stats.Dropped != 0 || stats.Count("messages") > n/10 || stats.Count("duplicates") != 0 {
		t.Error(stats)
	}
	if stats := s.Stats(); stats.Handled != n+1 || stats.Held != 0 || stats.Count("redelivered") != 0 || stats.Count("failures") != 0 {
		t.Error(stats)
	}
}

// What was logged before the server is there is sent when it is. A subscriber waits for the
// stream, and reports it once.
func TestLate(t *testing.T) {
	const nobody = "nats://127.0.0.1:1"
	failed := make(chan error, 100)
	h := newHandler(t, nobody, nats.HandlerOptions{})
	undo := logbook.PushApplication(reported(func(err error) { failed <- err }))
	handle(t, h, record("early"))
	var e *nats.Error
	if err := <-failed; !errors.As(err, &e) || !strings.Contains(err.Error(), "127.0.0.1:1") || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
	undo()
	var unsent *logbook.UnsentError
	if err := h.Close(expired()); !errors.As(err, &unsent) || unsent.Records != 1 {
		t.Error(err)
	}

	address := start(t)
	s, err := nats.NewSubscriber(address, &nats.SubscriberOptions{Stream: "LOGS"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(expired())
	if text := receive(t, s).Records[0].Message(); !strings.Contains(text, "stream LOGS") || !strings.Contains(text, "not found") || !strings.Contains(text, "try again") {
		t.Error(text)
	}
	missing, err := nats.NewHandler(address, &nats.HandlerOptions{Stream: "LOGS"})
	if err != nil {
		t.Fatal(err)
	}
	undo = logbook.PushApplication(reported(func(err error) { failed <- err }))
	handle(t, missing, record("a"))
	if err := <-failed; !strings.Contains(err.Error(), "no stream takes subject LOGS") {
		t.Error(err)
	}
	undo()
	h = newHandler(t, address, nats.HandlerOptions{})
	handle(t, h, record("b"))
	flush(t, h)
	if err := missing.Close(within(t)); err != nil { // sends what is left
		t.Error(err)
	}
	take(t, s, 2)
	closeSubscriber(t, s)
}

// A message that is returned comes again, as does one that was not acknowledged when the
// subscriber went.
func TestAcknowledgement(t *testing.T) {
	address := start(t)
	h := newHandler(t, address, nats.HandlerOptions{})
	handle(t, h, record("a"))
	flush(t, h)
	s := newSubscriber(t, address, nats.SubscriberOptions{AckWait: time.Second})
	d := receive(t, s)
	d.Done(errors.New("not now"))
	d = receive(t, s)
	if stats := s.Stats(); d.Records[0].Message() != "a" || stats.Count("returned") != 1 || stats.Count("redelivered") != 1 || stats.Held != 1 {
		t.Errorf("%s, %v", d.Records[0].Message(), stats)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Millisecond, cancel)
	if err := s.Close(ctx); err == nil || !strings.Contains(err.Error(), "1 records were not acknowledged") {
		t.Errorf("close: %v", err)
	}
	d.Done(nil) // too late
	s = newSubscriber(t, address, nats.SubscriberOptions{AckWait: time.Second})
	take(t, s, 1)
	closeSubscriber(t, s)
	if left := messages(t, connect(t, address)); left != 0 {
		t.Errorf("%d messages left", left)
	}
}

// Close waits for an acknowledgement, and returns what was not yielded at once.
func TestCloseWaits(t *testing.T) {
	address := start(t)
	h := newHandler(t, address, nats.HandlerOptions{})
	for range 3 {
		handle(t, h, record("a"))
		flush(t, h)
	}
	s := newSubscriber(t, address, nats.SubscriberOptions{})
	d := receive(t, s)
	for s.Stats().Held < 3 {
		time.Sleep(time.Millisecond)
	}
	closed := make(chan error)
	go func() { closed <- s.Close(within(t)) }()
	other := newSubscriber(t, address, nats.SubscriberOptions{})
	take(t, other, 2)
	select {
	case err := <-closed:
		t.Fatalf("closed before the acknowledgement: %v", err)
	default:
	}
	d.Done(nil)
	if err := <-closed; err != nil {
		t.Error(err)
	}
	closeSubscriber(t, other)
	if left := messages(t, connect(t, address)); left != 0 {
		t.Errorf("%d messages left", left)
	}
}

// While a message is being handled, it does not come again, also if it takes longer than
// AckWait. This holds for those, too, that wait to be yielded.
func TestSlowHandler(t *testing.T) {
	address := start(t)
	h := newHandler(t, address, nats.HandlerOptions{})
	for range 3 {
		handle(t, h, record("a"))
		flush(t, h)
	}
	s := newSubscriber(t, address, nats.SubscriberOptions{AckWait: 3 * time.Second, Prefetch: 3})
	first := receive(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
	defer cancel()
	<-ctx.Done()
	first.Done(nil)
	take(t, s, 2)
	closeSubscriber(t, s)
	if stats := s.Stats(); stats.Handled != 3 || stats.Count("redelivered") != 0 {
		t.Error(stats)
	}
}

// A message that is never acknowledged is terminated after MaxDeliver deliveries.
func TestMaxDeliver(t *testing.T) {
	address := start(t)
	h := newHandler(t, address, nats.HandlerOptions{})
	handle(t, h, record("poison"))
	flush(t, h)
	s := newSubscriber(t, address, nats.SubscriberOptions{MaxDeliver: 2})
	for range 2 {
		d := receive(t, s)
		if d.Records[0].Message() != "poison" {
			t.Fatal(d.Records[0].Message())
		}
		d.Done(errors.New("failed"))
	}
	if text := receive(t, s).Records[0].Message(); !strings.Contains(text, "message 1 was delivered 2 times") {
		t.Error(text)
	}
	closeSubscriber(t, s)
	if stats := s.Stats(); stats.Dropped != 1 || stats.Count("refused") != 1 || stats.Handled != 2 {
		t.Error(stats)
	}
	if left := messages(t, connect(t, address)); left != 0 {
		t.Errorf("%d messages left", left)
	}
}

// Messages that are no records are terminated, counted, and reported.
func TestBadMessages(t *testing.T) {
	address := start(t)
	js := connect(t, address)
	s := newSubscriber(t, address, nats.SubscriberOptions{})
	h := newHandler(t, address, nats.HandlerOptions{})
	handle(t, h, record("first"))
	take(t, s, 1)
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)
	for range 20 {
		_, _ = z.Write(zeros)
	}
	_ = z.Close()
	bad := []*client.Msg{
		{Data: []byte("hello")},
		{Data: []byte{0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f}},
		{Data: []byte(`{}`), Header: client.Header{"Content-Type": {"application/json"}}},
		{Data: []byte("x"), Header: client.Header{"Content-Encoding": {"gzip"}}},
		{Data: []byte("x"), Header: client.Header{"Content-Encoding": {"zstd"}}},
		{Data: bomb.Bytes(), Header: client.Header{"Content-Encoding": {"gzip"}}},
	}
	for _, m := range bad {
		m.Subject = "LOGS"
		if _, err := js.PublishMsg(within(t), m); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := js.Publish(within(t), "LOGS", nil); err != nil { // an empty request is valid
		t.Fatal(err)
	}
	handle(t, h, record("last"))
	var got []string
	for len(got) < 2 {
		d := receive(t, s)
		for _, r := range d.Records {
			got = append(got, r.Message())
		}
		d.Done(nil)
	}
	if !strings.HasPrefix(got[0], "refused an input of nats://127.0.0.1:") || !strings.Contains(got[0], "/LOGS: message 2: ") || got[1] != "last" {
		t.Errorf("%q", got)
	}
	closeSubscriber(t, s)
	if stats := s.Stats(); stats.Count("refused") != uint64(len(bad)) || stats.Dropped != 0 {
		t.Error(stats)
	}
	if left := messages(t, js); left != 0 {
		t.Errorf("%d messages left", left)
	}
}

// While the stream is full, records stay with the handler.
func TestFull(t *testing.T) {
	address := start(t)
	full := &nats.StreamOptions{MaxBytes: 4 << 20}
	h := newHandler(t, address, nats.HandlerOptions{Create: full})
	failed := make(chan error, 1000)
	defer logbook.PushApplication(reported(func(err error) { failed <- err }))()
	const n = 10
	for i := range n {
		handle(t, h, record("%d%s", i, strings.Repeat("x", 500_000)))
	}
	if err := <-failed; !strings.Contains(err.Error(), "maximum bytes exceeded") {
		t.Error(err)
	}
	s := newSubscriber(t, address, nats.SubscriberOptions{Create: full})
	for i, r := range take(t, s, n) {
		if r.Message()[0] != byte('0'+i) {
			t.Errorf("record %d is %.1s", i, r.Message())
		}
	}
	closeSubscriber(t, s)
	if stats := h.Stats(); stats.Handled != n || stats.Dropped != 0 || stats.Count("retries") == 0 {
		t.Error(stats)
	}
}

// With Keep several consumers receive the same records.
func TestKeep(t *testing.T) {
	address := start(t)
	keep := &nats.StreamOptions{Keep: true, MaxAge: time.Hour}
	h := newHandler(t, address, nats.HandlerOptions{Create: keep})
	handle(t, h, record("a"))
	flush(t, h)
	for _, name := range []string{"one", "two"} {
		s := newSubscriber(t, address, nats.SubscriberOptions{Create: keep, Durable: name})
		take(t, s, 1)
		closeSubscriber(t, s)
	}
	if left := messages(t, connect(t, address)); left != 1 {
		t.Errorf("%d messages left", left)
	}
}

// Records that are too large for a message are split among several, and one that alone is
// too large is dropped and reported.
func TestLarge(t *testing.T) {
	address := start(t, func(o *server.Options) { o.MaxPayload = 10_000 })
	h := newHandler(t, address, nats.HandlerOptions{})
	var failed []error
	var batch []*logbook.Record
	for i := range 20 {
		size := 1000
		if i == 7 {
			size = 20_000
		}
		batch = append(batch, record("%d%s", i, strings.Repeat("x", size)))
	}
	undo := logbook.PushApplication(reported(func(err error) { failed = append(failed, err) }))
	if err := h.HandleBatch(batch, logbook.ReasonBuffer); err != nil {
		t.Fatal(err)
	}
	flush(t, h)
	undo()
	if len(failed) != 1 || !strings.Contains(failed[0].Error(), "too large: a record takes 20") {
		t.Error(failed)
	}
	s := newSubscriber(t, address, nats.SubscriberOptions{})
	if got := take(t, s, 19); !strings.HasPrefix(got[7].Message(), "8x") {
		t.Error(got[7].Message()[:2])
	}
	closeSubscriber(t, s)
	if stats := h.Stats(); stats.Handled != 19 || stats.Dropped != 1 || stats.Count("messages") < 3 {
		t.Error(stats)
	}
}

// Entries of a spool are sent as they are, once.
func TestSendEntries(t *testing.T) {
	address := start(t, func(o *server.Options) { o.MaxPayload = 10_000 })
	h := newHandler(t, address, nats.HandlerOptions{})
	defer h.Close(expired())
	type sender interface {
		SendEntries([]*spool.Entry) (int, error)
	}
	unqueued := h.Unqueued().(sender)
	var entries []*spool.Entry
	var want []string
	for i := range 10 {
		var rs []*logbook.Record
		for j := range 30 {
			text := fmt.Sprint(i, " ", j)
			if i == 5 || i == 6 {
				text += strings.Repeat("x", 500)
			}
			rs = append(rs, record("%s", text))
			want = append(want, text)
		}
		e := &spool.Entry{Key: fmt.Sprintf("me:%d-%d", i*30+1, i*30+30), Records: 30, Body: new(otlp.Encoder).AppendRequest(nil, rs, nil)}
		if i%2 == 0 {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, _ = z.Write(e.Body)
			_ = z.Close()
			e.Gzip, e.Body = true, b.Bytes()
		}
		entries = append(entries, e)
	}
	for range 2 {
		if n, err := unqueued.SendEntries(entries); n != len(entries) || err != nil {
			t.Fatal(n, err)
		}
	}
	s := newSubscriber(t, address, nats.SubscriberOptions{})
	var got []string
	for _, r := range take(t, s, len(want)) {
		got = append(got, r.Message())
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
	closeSubscriber(t, s)
	huge := &spool.Entry{Key: "x", Records: 1, Body: new(otlp.Encoder).AppendRequest(nil, []*logbook.Record{record("%s", strings.Repeat("x", 20_000))}, nil)}
	if n, err := unqueued.SendEntries([]*spool.Entry{entries[0], huge, entries[1]}); n != 1 || err == nil || errors.As(err, new(*logbook.UnsentError)) {
		t.Error(n, err)
	}
}
