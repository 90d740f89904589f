package otlp_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	codec "github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/otlp"
	"github.com/logbook-go/logbook/queues/spool"
)

// patience guards against tests that hang.
const patience = 2 * time.Minute

// listen returns a subscriber that is closed at the end of the test.
func listen(t testing.TB, address string, o *otlp.ListenOptions) *otlp.Subscriber {
	t.Helper()
	s, err := otlp.Listen(address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeNow(s) })
	return s
}

// handler returns a subscriber without a listener.
func handler(t testing.TB, o *otlp.ListenOptions) *otlp.Subscriber {
	t.Helper()
	s, err := otlp.NewSubscriber(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closeNow(s *otlp.Subscriber) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.Close(ctx)
}

// records returns n records, with a message that has their number.
func records(name string, n int) []*logbook.Record {
	rs := make([]*logbook.Record, n)
	for i := range rs {
		rs[i] = logbook.NewRecord(logbook.RecordData{
			Time: time.Unix(1700000000, 0).UTC(), Level: logbook.LevelInfo, Channel: "app", Message: fmt.Sprint(name, " ", i), Attrs: []slog.Attr{slog.Int("n", i)},
		})
	}
	return rs
}

// encoded returns a request with records.
func encoded(rs []*logbook.Record) []byte { return new(codec.Encoder).AppendRequest(nil, rs, nil) }

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	_, _ = z.Write(b)
	_ = z.Close()
	return out.Bytes()
}

const (
	protobuf = "application/x-protobuf"
	inJSON   = "application/json"
)

// request returns a request with a body. The headers are pairs of name and value.
func request(body []byte, headers ...string) *http.Request {
	r := httptest.NewRequest("POST", "/v1/logs", bytes.NewReader(body))
	r.Header.Set("Content-Type", protobuf)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// call returns the answer of a subscriber to a request.
func call(s *otlp.Subscriber, r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

// status returns the status of the answer to a request, and its body.
func status(s *otlp.Subscriber, r *http.Request) (code int, body string) {
	answer := call(s, r)
	b, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(b)
}

// want reports another answer to a request.
func want(t *testing.T, s *otlp.Subscriber, code int, r *http.Request) {
	t.Helper()
	if got, body := status(s, r); got != code {
		t.Errorf("status %d, %q, want %d", got, body, code)
	}
}

// store keeps the entries that a subscriber stores.
type store struct {
	mu      sync.Mutex
	entries []*spool.Entry
	fail    func(*spool.Entry) error // nil: never
}

func (s *store) Store(ctx context.Context, e *spool.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		if err := s.fail(e); err != nil {
			return err
		}
	}
	kept := *e
	kept.Body = bytes.Clone(e.Body)
	s.entries = append(s.entries, &kept)
	return nil
}

// records returns the messages of all records that are stored.
func (s *store) messages(t testing.TB) (messages []string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.entries {
		body := e.Body
		if e.Gzip {
			z, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(z); err != nil {
				t.Fatal(err)
			}
		}
		rs, err := codec.DecodeRequest(body)
		if err != nil || len(rs) != e.Records {
			t.Errorf("%d records, want %d: %v", len(rs), e.Records, err)
		}
		for _, r := range rs {
			messages = append(messages, r.Message())
		}
	}
	return messages
}

// keys returns the keys of the entries that are stored.
func (s *store) keys() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []string
	for _, e := range s.entries {
		keys = append(keys, e.Key)
	}
	return strings.Join(keys, " ")
}

// acknowledge receives until the subscriber is closed, and acknowledges with what ack returns.
// The records of senders and the notices are kept.
type acknowledger struct {
	mu      sync.Mutex
	records []*logbook.Record
	notices []string
	done    chan struct{}
}

func acknowledge(t testing.TB, s queues.Subscriber, ack func(d queues.Delivery) error) *acknowledger {
	a := &acknowledger{done: make(chan struct{})}
	go func() {
		defer close(a.done)
		for {
			d, err := s.Receive(context.Background())
			if err != nil {
				if !errors.Is(err, logbook.ErrClosed) {
					t.Error(err)
				}
				return
			}
			if d.Ack == nil {
				a.mu.Lock()
				a.notices = append(a.notices, d.Records[0].Message())
				a.mu.Unlock()
				continue
			}
			err = ack(d)
			if err == nil {
				a.mu.Lock()
				a.records = append(a.records, d.Records...)
				a.mu.Unlock()
			}
			d.Done(err)
		}
	}()
	return a
}

// finish closes the subscriber, and returns what was received.
func (a *acknowledger) finish(t testing.TB, s queues.Subscriber) (records []*logbook.Record, notices []string) {
	t.Helper()
	if err := s.Close(context.Background()); err != nil {
		t.Error(err)
	}
	<-a.done
	return a.records, a.notices
}

// notices returns the reports that a subscriber yields until it is closed.
func notices(t testing.TB, s *otlp.Subscriber) []string {
	t.Helper()
	a := acknowledge(t, s, func(queues.Delivery) error { return nil })
	_, notices := a.finish(t, s)
	return notices
}

// messages returns the messages of records, separated by commas.
func messages(rs []*logbook.Record) string {
	texts := make([]string, len(rs))
	for i, r := range rs {
		texts[i] = r.Message()
	}
	return strings.Join(texts, ", ")
}

func ok(queues.Delivery) error { return nil }
