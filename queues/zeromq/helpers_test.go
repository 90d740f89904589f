//go:build cgo && zmq && !windows

package zeromq_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	. "github.com/logbook-go/logbook/queues/zeromq"
)

// patience guards against hanging, on a very busy machine.
const patience = 2 * time.Minute

func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func newHandler(t testing.TB, address string, o *HandlerOptions) *Handler {
	t.Helper()
	h, err := NewHandler(address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close(expired()) })
	return h
}

func newSubscriber(t testing.TB, address string, o *SubscriberOptions) *Subscriber {
	t.Helper()
	s, err := NewSubscriber(address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(expired()) })
	return s
}

func closeNow(t testing.TB, c logbook.Closer) {
	t.Helper()
	if err := c.Close(within(t)); err != nil {
		t.Errorf("close: %v", err)
	}
}

func expired() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// receive returns the next n records.
func receive(t testing.TB, s *Subscriber, n int) (rs []*logbook.Record) {
	t.Helper()
	ctx := within(t)
	for len(rs) < n {
		d, err := s.Receive(ctx)
		if err != nil {
			t.Fatalf("after %d of %d records: %v", len(rs), n, err)
		}
		rs = append(rs, d.Records...)
	}
	return rs
}

func messages(rs []*logbook.Record) (texts []string) {
	for _, r := range rs {
		texts = append(texts, r.Message())
	}
	return texts
}

func record(format string, args ...any) *logbook.Record {
	return logbook.NewRecord(logbook.RecordData{Time: time.Now(), Level: logbook.LevelInfo, Channel: "app", Message: fmt.Sprintf(format, args...)})
}

func handle(t testing.TB, h logbook.Handler, r *logbook.Record) {
	t.Helper()
	if err := h.Handle(r); err != nil {
		t.Fatal(err)
	}
}

// probe publishes until somebody subscribes, and returns the number of records that were
// sent then.
func probe(t testing.TB, h *Handler) int {
	t.Helper()
	ctx := within(t)
	for before := h.Stats().Handled; h.Stats().Handled == before; {
		handle(t, h, record("probe"))
		if err := h.Flush(ctx); err != nil {
			t.Fatal(err)
		}
	}
	return 1
}

// subscribe returns a subscriber of a handler that has received a record.
func subscribe(t testing.TB, h *Handler, o *SubscriberOptions) *Subscriber {
	t.Helper()
	s := newSubscriber(t, h.Address(), o)
	receive(t, s, probe(t, h))
	return s
}

// events keeps events for a test.
type events chan Event

func newEvents() events { return make(events, 10_000) }

func (e events) add(ev Event) {
	select {
	case e <- ev:
	default:
		panic("too many events")
	}
}

// wait waits for an event of the kind, and returns it.
func (e events) wait(t testing.TB, kind EventKind) Event {
	t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		select {
		case ev := <-e:
			if ev.Kind == kind {
				return ev
			}
		case <-timeout.C:
			t.Fatalf("no event %q", kind)
		}
	}
}

func unsent(err error) int {
	var e *logbook.UnsentError
	if errors.As(err, &e) {
		return e.Records
	}
	return 0
}

// counted adds up what was received: the records, and the losses that records report.
type counted struct{ records, lost int }

func (c *counted) add(rs []*logbook.Record) {
	for _, r := range rs {
		if v, ok := r.Lookup("dropped"); ok && r.Level() == logbook.LevelWarn {
			c.lost += int(v.Int64())
		} else {
			c.records++
		}
	}
}

// receive receives until n records are received or reported as lost.
func (c *counted) receive(t testing.TB, s *Subscriber, n int) {
	t.Helper()
	ctx := within(t)
	for c.records+c.lost < n {
		d, err := s.Receive(ctx)
		if err != nil {
			t.Fatalf("%d received, %d reported as lost, of %d: %v", c.records, c.lost, n, err)
		}
		c.add(d.Records)
	}
}
