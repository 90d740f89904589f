package otlp_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/otlp"
)

// received reads records from a subscriber until there are n.
func received(t *testing.T, s *otlp.Subscriber, n int) (rs []*logbook.Record) {
	t.Helper()
	for len(rs) < n {
		d, err := s.Receive(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		rs = append(rs, d.Records...)
		d.Done(nil)
	}
	return rs
}

// Records arrive at a subscriber as they were logged, with the resource of the sender.
func TestToSubscriber(t *testing.T) {
	s, err := otlp.Listen("tcp://127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(t.Context())
	h := newHandler(t, "otlp://"+s.Addr().String(), &otlp.HandlerOptions{Service: "shop", Gzip: true, Linger: -1})
	defer h.Close(t.Context())
	var logged []*logbook.Record
	keep := logbook.NewHandler(func(r *logbook.Record) error { logged = append(logged, r.Retain()); return nil }, &logbook.Options{Bubble: true})
	logbook.InGoroutine(func() {
		log := logbook.New("app").With("took", time.Second)
		log.Exception(&fs.PathError{Op: "open", Path: "/x", Err: fs.ErrNotExist}, "failed {took}", "n", 1)
		log.Notice("done", slog.Group("g", "at", time.Now()))
	}, h, keep)
	for i, r := range received(t, s, len(logged)) {
		got, want := r.Data(), logged[i].Data()
		last := got.Extra[len(got.Extra)-1]
		if last.Key != "resource" || r.Text("resource.service.name") != "shop" {
			t.Errorf("resource %v", last)
		}
		got.Extra, want.Extra = got.Extra[:len(got.Extra)-1], append([]slog.Attr{}, want.Extra...)
		if !got.Time.Equal(want.Time) || !slices.EqualFunc(got.Attrs, want.Attrs, slog.Attr.Equal) || !reflect.DeepEqual(got.Error, want.Error) || !reflect.DeepEqual(got.Source, want.Source) ||
			got.Message != want.Message || got.Template != want.Template || got.PID != want.PID || got.Goroutine != want.Goroutine || got.Level != want.Level || len(got.Extra) != 0 {
			t.Errorf("got\n%+v\nwant\n%+v", got, want)
		}
	}
}

// A connection that is cut before or after a batch was taken loses nothing, and brings nothing
// twice.
func TestHandlerAcrossCuts(t *testing.T) {
	s, err := otlp.NewSubscriber(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(t.Context())
	var n atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) % 3 {
		case 1:
			panic(http.ErrAbortHandler)
		case 2:
			s.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		s.ServeHTTP(w, r)
	}))
	defer server.Close()
	h := newHandler(t, server.URL, &otlp.HandlerOptions{BatchRecords: 10, Overflow: queues.Block, Linger: time.Minute})
	bind(t, h)
	const records = 95
	done := make(chan []*logbook.Record)
	go func() { done <- received(t, s, records) }()
	for i := range records {
		logbook.Info("m", "i", i)
	}
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		err := h.Flush(ctx) // ends the pause
		cancel()
		var unsent *logbook.UnsentError
		if err == nil {
			break
		} else if !errors.As(err, &unsent) {
			t.Fatal(err)
		}
	}
	for i, r := range <-done {
		if v, _ := r.Lookup("i"); v.Int64() != int64(i) {
			t.Fatalf("%v at %d", v, i)
		}
	}
	try(t, h.Close(t.Context()))
	if st := h.Stats(); st.Handled != records || st.Dropped != 0 {
		t.Error(st)
	}
}

// Behind a spool, records are sent as they were written, and a batch that failed comes again
// with its name.
func TestHandlerBehindSpool(t *testing.T) {
	failures, left := 2, 20
	all := make(chan struct{})
	s := newFakeReceiver(t, func(q sentRequest) (int, http.Header, string) {
		if failures--; failures >= 0 {
			return 503, nil, ""
		}
		if left -= len(q.records); left == 0 {
			close(all)
		}
		return 200, nil, ""
	})
	h, err := queues.NewSpool(newHandler(t, s.endpoint(), &otlp.HandlerOptions{Service: "shop"}), t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	bind(t, h)
	logRecords(20)
	<-all
	try(t, h.Close(t.Context()))
	if got := s.messages(); len(got) != 20 {
		t.Errorf("%d records", len(got))
	}
	if s.requests[0].key == "" || s.requests[0].key != s.requests[2].key || string(s.requests[0].body) != string(s.requests[2].body) {
		t.Errorf("keys %q, then %q", s.requests[0].key, s.requests[2].key)
	}
	for _, r := range s.taken {
		if got := r.Text("resource.service.name"); got != "shop" {
			t.Errorf("service %q", got)
		}
	}
}
