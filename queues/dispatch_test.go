package queues_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
	"github.com/logbook-go/logbook/queues"
)

// source is a subscriber that yields what is sent to it.
type source struct {
	deliveries chan queues.Delivery
	err        error // at the end
	closed     chan struct{}
	once       sync.Once
}

func newSource(end error) *source {
	return &source{deliveries: make(chan queues.Delivery), err: end, closed: make(chan struct{})}
}

func (s *source) Receive(ctx context.Context) (queues.Delivery, error) {
	select {
	case d, ok := <-s.deliveries:
		if !ok {
			return d, s.err
		}
		return d, nil
	case <-s.closed:
		return queues.Delivery{}, logbook.ErrClosed
	case <-ctx.Done():
		return queues.Delivery{}, ctx.Err()
	}
}

func (s *source) Close(context.Context) error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

// send yields records with these messages. acked gets the error of the acknowledgement.
func (s *source) send(acked func(error), messages ...string) {
	s.deliveries <- delivery(acked, messages...)
}

func delivery(acked func(error), messages ...string) queues.Delivery {
	d := queues.Delivery{Ack: acked}
	for _, m := range messages {
		d.Records = append(d.Records, logbook.NewRecord(logbook.RecordData{Level: logbook.LevelInfo, Channel: "c", Message: m}))
	}
	return d
}

func messages(rec *logbooktest.Recorder) string {
	var all []string
	for _, r := range rec.Records() {
		all = append(all, r.Message())
	}
	return strings.Join(all, " ")
}

// A delivery goes to the handlers of the context, and is acknowledged after them.
func TestDispatchOnce(t *testing.T) {
	rec := logbooktest.NewRecorder()
	s := newSource(io.EOF)
	var acked []string
	go s.send(func(err error) { acked = append(acked, fmt.Sprint(messages(rec), err)) }, "1", "2")
	try(t, queues.DispatchOnce(rec.Context(t.Context()), s))
	if len(acked) != 1 || acked[0] != "1 2<nil>" {
		t.Errorf("%q", acked)
	}
	go s.send(nil, "3")
	try(t, queues.DispatchOnce(rec.Context(t.Context()), s))
	if messages(rec) != "1 2 3" {
		t.Error(messages(rec))
	}
	if err := queues.DispatchOnce(ended(t), s); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A delivery whose handling did not end is returned to the source.
func TestDispatchPanic(t *testing.T) {
	for name, handle := range map[string]func(*logbook.Record) error{
		"raise": func(*logbook.Record) error { return errors.New("no") },
		"exit":  func(*logbook.Record) error { runtime.Goexit(); return nil },
	} {
		s := newSource(io.EOF)
		acked := make(chan error, 2)
		go s.send(func(err error) { acked <- err }, "1")
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer func() { _ = recover() }()
			ctx := logbook.Bind(t.Context(), logbook.NewHandler(handle, nil), logbook.Flags{Errors: logbook.RaiseErrors})
			_ = queues.DispatchOnce(ctx, s)
		}()
		<-done
		if err := <-acked; err == nil || len(acked) != 0 {
			t.Errorf("%s: acknowledged with %v", name, err)
		}
	}
}

func TestDispatchForever(t *testing.T) {
	failure := errors.New("broken")
	for _, tt := range []struct{ end, want error }{{io.EOF, nil}, {fmt.Errorf("x: %w", logbook.ErrClosed), nil}, {failure, failure}} {
		rec := logbooktest.NewRecorder()
		s := newSource(tt.end)
		go func() {
			s.send(nil, "1")
			s.send(nil, "2", "3")
			close(s.deliveries)
		}()
		if err := queues.DispatchForever(rec.Context(t.Context()), s); err != tt.want || messages(rec) != "1 2 3" {
			t.Errorf("%v: %v, %s", tt.end, err, messages(rec))
		}
	}
	if err := queues.DispatchForever(ended(t), newSource(nil)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// The setup is bound to the goroutine of the dispatcher, and to no other.
func TestDispatchInBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := logbooktest.NewRecorder()
		s := newSource(io.EOF)
		d := queues.DispatchInBackground(s, rec)
		s.send(nil, "1")
		s.send(nil, "2")
		synctest.Wait()
		if d.Err() != nil || messages(rec) != "1 2" {
			t.Errorf("%v, %s", d.Err(), messages(rec))
		}
		try(t, d.Stop(t.Context()))
		try(t, d.Stop(t.Context()))
		<-d.Done()
		if d.Err() != nil {
			t.Error(d.Err())
		}

		failure := errors.New("broken")
		s = newSource(failure)
		d = queues.DispatchInBackground(s, rec)
		close(s.deliveries)
		<-d.Done()
		if d.Err() != failure || d.Stop(t.Context()) != failure {
			t.Error(d.Err())
		}
	})
}

// Stop waits for the delivery in progress, within its context.
func TestDispatcherStopWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &sink{gate: make(chan struct{})}
		s := newSource(io.EOF)
		d := queues.DispatchInBackground(s, sink)
		s.send(nil, "1", "2")
		if err := d.Stop(ended(t)); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		close(sink.gate)
		try(t, d.Stop(t.Context()))
		if sink.all() != "1, 2" {
			t.Error(sink.all())
		}
	})
}
