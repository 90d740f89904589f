package otlp_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	codec "github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/otlp"
	"github.com/logbook-go/logbook/queues/spool"
)

// fakeReceiver is a server that keeps what it takes.
type fakeReceiver struct {
	*httptest.Server
	mu       sync.Mutex
	taken    []*logbook.Record
	requests []sentRequest
	answer   func(q sentRequest) (status int, header http.Header, body string) // nil: take everything
}

type sentRequest struct {
	key, contentType, encoding, authorization string
	bytes                                     int
	records                                   []*logbook.Record
	body                                      []byte
}

func newFakeReceiver(t *testing.T, answer func(q sentRequest) (int, http.Header, string)) *fakeReceiver {
	s := &fakeReceiver{answer: answer}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		q := sentRequest{r.Header.Get("Idempotency-Key"), r.Header.Get("Content-Type"), r.Header.Get("Content-Encoding"), r.Header.Get("Authorization"), len(body), nil, body}
		if q.encoding == "gzip" {
			z, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			if body, err = io.ReadAll(z); err != nil {
				t.Error(err)
			}
		}
		if q.records, err = codec.DecodeRequest(body); err != nil || r.URL.Path != "/v1/logs" {
			t.Error(r.URL.Path, err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.requests = append(s.requests, q)
		status, text := 200, ""
		if s.answer != nil {
			var header http.Header
			status, header, text = s.answer(q)
			for name, values := range header {
				w.Header()[name] = values
			}
		}
		if status == 0 {
			panic(http.ErrAbortHandler)
		}
		if status == 200 {
			s.taken = append(s.taken, q.records...)
		}
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", "application/x-protobuf")
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(s.Close)
	return s
}

// endpoint returns the address of the receiver for the handler.
func (s *fakeReceiver) endpoint() string { return strings.Replace(s.URL, "http://", "otlp://", 1) }

func (s *fakeReceiver) messages() (texts []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.taken {
		texts = append(texts, r.Message())
	}
	return texts
}

// keys returns the numbers of the requests so far, without the instance.
func (s *fakeReceiver) keys(t *testing.T) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []string
	for _, q := range s.requests {
		instance, numbers, _ := strings.Cut(q.key, ":")
		if len(q.records) > 0 && q.records[0].Text("resource.service.instance.id") != instance {
			t.Errorf("key %q of instance %q", q.key, q.records[0].Text("resource.service.instance.id"))
		}
		keys = append(keys, numbers)
	}
	return strings.Join(keys, " ")
}

func newHandler(t *testing.T, endpoint string, o *otlp.HandlerOptions) *otlp.Handler {
	t.Helper()
	h, err := otlp.NewHandler(endpoint, o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func try(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

// errorsOf returns a function that binds the handler, and the errors reported so far.
func bind(t *testing.T, h logbook.Handler) (reported func() []string) {
	var mu sync.Mutex
	var texts []string
	undo := logbook.PushApplication(h, logbook.Flags{Errors: func(e *logbook.HandlerError) {
		mu.Lock()
		defer mu.Unlock()
		texts = append(texts, e.Err.Error())
	}})
	t.Cleanup(undo)
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(texts)
	}
}

func logRecords(n int) {
	for i := range n {
		logbook.Info("m", "i", i)
	}
}

// Records arrive in batches, in order, with everything that they have.
func TestHandler(t *testing.T) {
	s := newFakeReceiver(t, nil)
	h := newHandler(t, s.endpoint(), &otlp.HandlerOptions{
		Service: "shop", Resource: []slog.Attr{slog.String("deployment.environment.name", "test")}, BatchRecords: 10, Token: "t0ken", Gzip: true, Overflow: queues.Block,
		Trace: func(context.Context) (id [16]byte, span [8]byte, flags byte) { return [16]byte{1}, [8]byte{2}, 1 },
	})
	reported := bind(t, h)
	for i := range 25 {
		logbook.New("app").Info("{i} done", "i", i, "took", time.Second)
	}
	try(t, h.Flush(t.Context()))
	if got := s.keys(t); got != "1-10 11-20 21-25" {
		t.Errorf("requests %s", got)
	}
	for i, r := range s.taken {
		if r.Message() != fmt.Sprintf("%d done", i) || r.Channel() != "app" || r.Text("took") != "1s" || r.Text("resource.service.name") != "shop" ||
			r.Text("resource.deployment.environment.name") != "test" || r.Text("span_id") != "0200000000000000" || r.Template() != "{i} done" {
			t.Errorf("%d: %+v", i, r.Data())
		}
	}
	if q := s.requests[0]; q.contentType != "application/x-protobuf" || q.encoding != "gzip" || q.authorization != "Bearer t0ken" {
		t.Errorf("%+v", q)
	}
	try(t, h.Close(t.Context()))
	if s := h.Stats(); s.Handled != 25 || s.Dropped != 0 || s.Held != 0 || s.Count("requests") != 3 || len(reported()) > 0 {
		t.Errorf("%v, %q", s, reported())
	}
}

// A receiver that cannot take a batch now gets the same bytes again, with the same key.
func TestRetries(t *testing.T) {
	for _, status := range []int{429, 502, 503, 504, 0} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			failures := 2
			s := newFakeReceiver(t, func(sentRequest) (int, http.Header, string) {
				if failures--; failures >= 0 {
					return status, nil, ""
				}
				return 200, nil, ""
			})
			h := newHandler(t, s.endpoint(), &otlp.HandlerOptions{BatchRecords: 10, Overflow: queues.Block})
			bind(t, h)
			logRecords(15)
			for h.Flush(t.Context()) != nil {
			}
			if got := s.messages(); len(got) != 15 {
				t.Errorf("%d records", len(got))
			}
			if got := s.keys(t); got != "1-10 1-10 1-10 11-15" {
				t.Errorf("requests %s", got)
			}
			if !bytes.Equal(s.requests[0].body, s.requests[2].body) {
				t.Error("other bytes")
			}
			try(t, h.Close(t.Context()))
			if s := h.Stats(); s.Handled != 15 || s.Dropped != 0 || s.Count("retries") < 2 {
				t.Error(s)
			}
		})
	}
}

// The time of Retry-After is passed on to the queue.
func TestRetryAfter(t *testing.T) {
	s := newFakeReceiver(t, func(sentRequest) (int, http.Header, string) { return 503, http.Header{"Retry-After": {"3"}}, "" })
	h := newHandler(t, s.endpoint(), nil)
	defer h.Close(t.Context())
	now := time.Now()
	err := h.Unqueued().Handle(logbook.NewRecord(logbook.RecordData{Message: "m"}))
	var unsent *logbook.UnsentError
	if !errors.As(err, &unsent) || unsent.Records != 1 || unsent.Retry.Before(now.Add(3*time.Second)) || unsent.Retry.After(time.Now().Add(3*time.Second)) {
		t.Errorf("%#v", err)
	}
}

// What a fakeReceiver refuses for good is dropped, counted and reported, and not tried again.
func TestRefusals(t *testing.T) {
	status := codecStatus("no such thing")
	for _, test := range []struct {
		status     int
		header     http.Header
		body, want string
	}{
		{401, nil, status, "3 records: 401 Unauthorized: no such thing"},
		{404, http.Header{"Content-Type": {"text/plain"}}, "404 page not found\n", "3 records: 404 Not Found: 404 page not found"},
		{408, nil, "", "3 records: 408 Request Timeout"},
		{500, nil, status, "3 records: 500 Internal Server Error: no such thing"},
		{301, http.Header{"Location": {"http://127.0.0.1:1/"}}, "", "3 records: 301 Moved Permanently"},
		{403, http.Header{"Content-Type": {"text/plain"}}, "Bearer s3cret is wrong", "3 records: 403 Forbidden: Bearer [redacted] is wrong"},
	} {
		t.Run(strconv.Itoa(test.status), func(t *testing.T) {
			s := newFakeReceiver(t, func(sentRequest) (int, http.Header, string) { return test.status, test.header, test.body })
			h := newHandler(t, s.endpoint(), &otlp.HandlerOptions{Token: "s3cret"})
			reported := bind(t, h)
			logRecords(3)
			try(t, h.Flush(t.Context()))
			try(t, h.Close(t.Context()))
			if got := reported(); len(got) != 1 || got[0] != "otlp: "+s.URL+": "+test.want {
				t.Errorf("%q, want %s", got, test.want)
			}
			if st := h.Stats(); st.Handled != 0 || st.Dropped != 3 || st.Count("requests") != 1 {
				t.Error(st)
			}
		})
	}
}

// codecStatus returns a google.rpc.Status.
func codecStatus(message string) string { return "\x12" + string(rune(len(message))) + message }

// A batch that was taken in part is not sent again; the rest counts as dropped.
func TestPartialSuccess(t *testing.T) {
	s := newFakeReceiver(t, func(sentRequest) (int, http.Header, string) { return 200, nil, "\x0a\x09\x08\x02\x12\x05short" })
	h := newHandler(t, s.endpoint(), nil)
	reported := bind(t, h)
	logRecords(5)
	try(t, h.Flush(t.Context()))
	try(t, h.Close(t.Context()))
	if got := reported(); len(got) != 1 || got[0] != "otlp: "+s.URL+": 2 records: 200 OK: short" {
		t.Errorf("%q", got)
	}
	if st := h.Stats(); st.Handled != 3 || st.Dropped != 2 || st.Count("rejected") != 2 || st.Count("requests") != 1 {
		t.Error(st)
	}
	if err := h.Unqueued().Handle(logbook.NewRecord(logbook.RecordData{Message: "m"})); !errors.Is(err, nil) && !strings.Contains(err.Error(), "closed") {
		t.Error(err)
	}
}

// A batch that is too large for the receiver is sent in parts. So is one with a record that it
// refuses.
func TestSplits(t *testing.T) {
	for name, test := range map[string]struct {
		answer func(q sentRequest) (int, http.Header, string)
		want   string
		lost   uint64
	}{
		"413": {func(q sentRequest) (int, http.Header, string) {
			if len(q.records) > 3 {
				return 413, nil, ""
			}
			return 200, nil, ""
		}, "1-10 1-5 1-2 3-5 6-10 6-7 8-10", 0},
		"a record of its own too large": {func(q sentRequest) (int, http.Header, string) {
			for _, r := range q.records {
				if r.Text("i") == "7" {
					return 413, nil, ""
				}
			}
			return 200, nil, ""
		}, "1-10 1-5 6-10 6-7 8-10 8-8 9-10", 1},
		"400 for one record": {func(q sentRequest) (int, http.Header, string) {
			for _, r := range q.records {
				if r.Text("i") == "2" {
					return 400, nil, ""
				}
			}
			return 200, nil, ""
		}, "1-10 1-5 1-2 3-5 3-3 4-5 6-10", 1},
		"400 for everything": {func(q sentRequest) (int, http.Header, string) { return 400, nil, "" }, "1-10 1-5 1-2 1-1 2-2 3-5 3-3 4-5 4-4 5-5 6-10", 10},
		"busy in between": {func() func(q sentRequest) (int, http.Header, string) {
			busy := 2
			return func(q sentRequest) (int, http.Header, string) {
				if len(q.records) > 5 {
					return 413, nil, ""
				}
				if strings.HasSuffix(q.key, ":6-10") {
					if busy--; busy >= 0 {
						return 503, nil, ""
					}
				}
				return 200, nil, ""
			}
		}(), "1-10 1-5 6-10 6-10 6-10", 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newFakeReceiver(t, test.answer)
			h := newHandler(t, s.endpoint(), &otlp.HandlerOptions{BatchRecords: 10, Linger: time.Minute})
			bind(t, h)
			logRecords(10)
			for h.Flush(t.Context()) != nil {
			}
			try(t, h.Close(t.Context()))
			if got := s.keys(t); got != test.want {
				t.Errorf("requests %s, want %s", got, test.want)
			}
			if st := h.Stats(); st.Dropped != test.lost || st.Handled != 10-test.lost || len(s.messages()) != int(st.Handled) {
				t.Error(st)
			}
		})
	}
}

// A batch has at most BatchBytes.
func TestBatchBytes(t *testing.T) {
	s := newFakeReceiver(t, nil)
	h := newHandler(t, s.endpoint(), &otlp.HandlerOptions{BatchBytes: 3000, Linger: time.Minute})
	bind(t, h)
	for range 20 {
		logbook.Info(strings.Repeat("x", 500))
	}
	logbook.Info(strings.Repeat("y", 5000))
	try(t, h.Close(t.Context()))
	for _, q := range s.requests {
		if q.bytes > 3000 && len(q.records) > 1 {
			t.Errorf("%d bytes, %d records", q.bytes, len(q.records))
		}
	}
	if n := len(s.messages()); n != 21 || len(s.requests) > 20 {
		t.Errorf("%d records in %d requests", n, len(s.requests))
	}
}

// Without a fakeReceiver, records wait, and Close counts those that are left.
func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	try(t, l.Close())
	h := newHandler(t, "otlp://"+address, nil)
	reported := bind(t, h)
	logRecords(3)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var unsent *logbook.UnsentError
	if err := h.Close(ctx); !errors.As(err, &unsent) || unsent.Records != 3 {
		t.Error(err)
	}
	for h.Stats().Held > 0 { // a batch that was on its way
		runtime.Gosched()
	}
	if st := h.Stats(); st.Dropped != 3 || st.Handled != 0 {
		t.Error(st)
	}
	if err := h.Handle(logbook.NewRecord(logbook.RecordData{Message: "m"})); !errors.Is(err, logbook.ErrClosed) {
		t.Error(err)
	}
	_ = reported
}

// Entries of a spool are sent as they are.
func TestSendEntries(t *testing.T) {
	body := func(n int) []byte {
		var rs []*logbook.Record
		for i := range n {
			rs = append(rs, logbook.NewRecord(logbook.RecordData{Message: fmt.Sprint(i), Channel: "c"}))
		}
		return new(codec.Encoder).AppendRequest(nil, rs, nil)
	}
	zipped := new(bytes.Buffer)
	z := gzip.NewWriter(zipped)
	_, _ = z.Write(body(4))
	try(t, z.Close())
	entries := []*spool.Entry{
		{Key: "i:1-2", Records: 2, Body: body(2)}, {Key: "sha256:00", Records: 1, Body: body(1)}, {Key: "i:3-6", Records: 4, Body: zipped.Bytes(), Gzip: true}, {Key: "i:7-7", Records: 1, Body: body(1)},
	}
	type sender interface {
		SendEntries([]*spool.Entry) (int, error)
	}
	keys := func(s *fakeReceiver) (keys []string) {
		for _, q := range s.requests {
			keys = append(keys, q.key)
		}
		return keys
	}
	send := func(t *testing.T, answer func(sentRequest) (int, http.Header, string)) (*fakeReceiver, int, error) {
		s := newFakeReceiver(t, answer)
		h := newHandler(t, s.endpoint(), nil)
		defer h.Close(t.Context())
		n, err := h.Unqueued().(sender).SendEntries(entries)
		return s, n, err
	}

	s, n, err := send(t, nil)
	if got := strings.Join(keys(s), " "); n != 4 || err != nil || got != "i:1-2 sha256:00 i:3-6 i:7-7" || len(s.messages()) != 8 {
		t.Errorf("%d, %v, %s", n, err, got)
	}
	if !bytes.Equal(s.requests[2].body, zipped.Bytes()) {
		t.Error("other bytes")
	}
	refuse := func(status int) func(q sentRequest) (int, http.Header, string) {
		return func(q sentRequest) (int, http.Header, string) {
			if len(q.records) > 2 {
				return status, nil, ""
			}
			return 200, nil, ""
		}
	}
	s, n, err = send(t, refuse(413))
	if got := strings.Join(keys(s), " "); n != 4 || err != nil || got != "i:1-2 sha256:00 i:3-6 i:3-4 i:5-6 i:7-7" || len(s.messages()) != 8 {
		t.Errorf("413: %d, %v, %s", n, err, got)
	}
	var unsent *logbook.UnsentError
	s, n, err = send(t, refuse(503))
	if n != 2 || !errors.As(err, &unsent) || unsent.Records != 5 || len(s.messages()) != 3 {
		t.Errorf("503: %d, %v", n, err)
	}
	var failed *otlp.Error
	s, n, err = send(t, refuse(400))
	if n != 2 || errors.As(err, &unsent) && unsent == nil || !errors.As(err, &failed) || failed.Records != 4 || failed.Status != 400 || len(s.messages()) != 3 {
		t.Errorf("400: %d, %v", n, err)
	}
}

// Invalid endpoints and options are refused, and no credential is repeated.
func TestHandlerOptions(t *testing.T) {
	for _, test := range []struct {
		endpoint string
		o        otlp.HandlerOptions
		want     string // "": valid
	}{
		{"otlp://localhost", otlp.HandlerOptions{}, ""}, {"otlps://logs.example.com:443/otlp/v1/logs", otlp.HandlerOptions{Token: "x"}, ""},
		{"http://[::1]:4318", otlp.HandlerOptions{Token: "x"}, ""}, {"https://example.com", otlp.HandlerOptions{}, ""}, {"otlp://example.com", otlp.HandlerOptions{}, ""},
		{"otlp://example.com", otlp.HandlerOptions{Token: "s3cret", Insecure: true}, ""},
		{"otlp://example.com", otlp.HandlerOptions{Token: "s3cret"}, "invalid Insecure: want it, or TLS"},
		{"otlp://example.com", otlp.HandlerOptions{Header: http.Header{"Api-Key": {"s3cret"}}}, "invalid Insecure: want it, or TLS"},
		{"", otlp.HandlerOptions{}, "invalid endpoint"}, {"localhost:4318", otlp.HandlerOptions{}, "invalid endpoint"}, {"tcp://localhost", otlp.HandlerOptions{}, "invalid endpoint"},
		{"otlp://user:s3cret@localhost", otlp.HandlerOptions{}, "invalid endpoint"}, {"otlp://localhost?token=s3cret", otlp.HandlerOptions{}, "invalid endpoint"},
		{"otlp://%zz:s3cret@", otlp.HandlerOptions{}, "invalid endpoint"}, {"otlp:///v1/logs", otlp.HandlerOptions{}, "invalid endpoint"},
		{"otlp://localhost", otlp.HandlerOptions{Token: "a\nb"}, "invalid Token"}, {"otlp://localhost", otlp.HandlerOptions{Timeout: -1}, "invalid Timeout: want 0 or more"},
		{"otlp://localhost", otlp.HandlerOptions{BatchRecords: -1}, "invalid BatchRecords"}, {"otlp://localhost", otlp.HandlerOptions{BatchBytes: -1}, "invalid BatchBytes"},
		{"otlp://localhost", otlp.HandlerOptions{MaxRecords: -1}, "invalid MaxRecords"}, {"otlp://localhost", otlp.HandlerOptions{MaxBytes: -1}, "invalid MaxBytes"},
		{"otlp://localhost", otlp.HandlerOptions{Overflow: 9}, "invalid Overflow: got 9"},
	} {
		h, err := otlp.NewHandler(test.endpoint, &test.o)
		if err == nil {
			try(t, h.Close(t.Context()))
		}
		var option *logbook.OptionError
		if (err == nil) != (test.want == "") || err != nil && (!errors.As(err, &option) || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "s3cret")) {
			t.Errorf("%s %+v: %v, want %s", test.endpoint, test.o, err, test.want)
		}
	}
}

// The handler keeps the contract, with a queue and without.
func TestConformance(t *testing.T) {
	s := newFakeReceiver(t, nil)
	logbooktest.TestHandler(t, func() logbook.Handler { return newHandler(t, s.endpoint(), nil) })
	t.Run("unqueued", func(t *testing.T) {
		logbooktest.TestHandler(t, func() logbook.Handler { return newHandler(t, s.endpoint(), nil).Unqueued() })
	})
}
