package otlp_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/otlp"
	"github.com/logbook-go/logbook/queues/spool"
)

const jsonBody = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"in JSON"},"attributes":[{"key":"x","value":{"doubleValue":null}}]}]}]}]}`

// Each request gets the answer of the specification, in its own encoding.
func TestAnswers(t *testing.T) {
	valid := encoded(records("a", 2))
	deep := []byte(`{"resourceLogs":` + strings.Repeat("[", 1<<20))
	for name, tt := range map[string]struct {
		r      *http.Request
		status int
		body   string // of the answer: "" is any with an error
		header string // of the answer, and a part of its value
		value  string
	}{
		"protobuf":           {request(valid), 200, "\n", "Content-Type", protobuf},
		"gzip":               {request(gzipped(encoded(records("b", 1))), "Content-Encoding", "GZIP"), 200, "\n", "Content-Type", protobuf},
		"identity":           {request(encoded(records("c", 1)), "Content-Encoding", "identity"), 200, "\n", "Content-Type", protobuf},
		"JSON":               {request([]byte(jsonBody), "Content-Type", "application/json; charset=utf-8"), 200, "{}", "Content-Type", inJSON},
		"empty":              {request(nil), 200, "\n", "Content-Type", protobuf},
		"empty JSON":         {request([]byte("{}"), "Content-Type", inJSON), 200, "{}", "Content-Type", inJSON},
		"no protobuf":        {request([]byte("hello")), 400, "", "Content-Type", protobuf},
		"no JSON":            {request([]byte("hello"), "Content-Type", inJSON), 400, `{"code":3,"message":"`, "Content-Type", inJSON},
		"no gzip":            {request(valid, "Content-Encoding", "gzip"), 400, "", "", ""},
		"a part of gzip":     {request(gzipped(valid)[:30], "Content-Encoding", "gzip"), 400, "", "", ""},
		"deep JSON":          {request(deep, "Content-Type", inJSON), 413, "", "", ""},
		"a wrong key":        {request(valid, "Idempotency-Key", "x:1-3"), 400, "", "", ""},
		"another type":       {request(valid, "Content-Type", "text/csv"), 415, "", "Content-Type", "text/plain"},
		"no type":            {request(valid, "Content-Type", ""), 415, "", "Content-Type", "text/plain"},
		"gRPC over HTTP/1.1": {request(valid, "Content-Type", "application/grpc"), 415, "", "", ""},
		"another encoding":   {request(valid, "Content-Encoding", "br"), 415, "", "Accept-Encoding", "gzip"},
		"too long":           {request(make([]byte, 1<<20+1)), 413, "", "", ""},
		"too long, chunked":  {chunked(make([]byte, 1<<20+1)), 413, "", "", ""},
		"too long inside":    {request(gzipped(make([]byte, 1<<20+1)), "Content-Encoding", "gzip"), 413, "", "", ""},
		"GET":                {other("GET", "/v1/logs"), 405, "", "Allow", "POST"},
		"another path":       {other("POST", "/v1/traces"), 404, "", "", ""},
	} {
		var st store
		s := handler(t, &otlp.ListenOptions{Store: st.Store, MaxBody: 1 << 20})
		answer := call(s, tt.r)
		body, _ := io.ReadAll(answer.Body)
		if answer.StatusCode != tt.status || !strings.Contains(answer.Header.Get(tt.header), tt.value) {
			t.Errorf("%s: %s, %v, %q, want %d", name, answer.Status, answer.Header, body, tt.status)
		}
		switch {
		case tt.body == "" && len(body) == 0, tt.body == "\n" && len(body) > 0, len(tt.body) > 1 && !strings.HasPrefix(string(body), tt.body):
			t.Errorf("%s: body %q, want %q", name, body, tt.body)
		}
		if stored := len(st.messages(t)) > 0; stored != (tt.status == 200 && !strings.Contains(name, "empty")) {
			t.Errorf("%s: stored: %v", name, stored)
		}
		notices := notices(t, s)
		refused := slices.ContainsFunc(notices, func(text string) bool { return strings.Contains(text, "refused an input of otlp: ") })
		if refused != (tt.status != 200) {
			t.Errorf("%s: reports %q", name, notices)
		}
	}
}

// chunked returns a request whose length is not known.
func chunked(body []byte) *http.Request {
	r := request(nil)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), -1
	return r
}

func other(method, path string) *http.Request {
	r := request(nil)
	r.Method, r.URL.Path = method, path
	return r
}

// The entries have what a spool needs.
func TestEntries(t *testing.T) {
	var st store
	s := handler(t, &otlp.ListenOptions{Store: st.Store})
	plain, compressed := encoded(records("a", 2)), gzipped(encoded(records("b", 3)))
	want(t, s, 200, request(plain, "Idempotency-Key", "x:y:5-6"))
	want(t, s, 200, request(compressed, "Content-Encoding", "gzip"))
	want(t, s, 200, request([]byte(jsonBody), "Content-Type", inJSON))
	if len(st.entries) != 3 {
		t.Fatalf("%d entries", len(st.entries))
	}
	for i, tt := range []struct {
		key  string
		gzip bool
		n    int
		body []byte
	}{{"x:y:5-6", false, 2, plain}, {"sha256:", true, 3, compressed}, {"sha256:", false, 1, nil}} {
		e := st.entries[i]
		if !strings.HasPrefix(e.Key, tt.key) || len(e.Key) > 255 || e.Peer != "192.0.2.1" || e.Gzip != tt.gzip || e.Records != tt.n || e.Number != 0 {
			t.Errorf("entry %d: %+v", i, e)
		}
		if tt.body != nil && !bytes.Equal(e.Body, tt.body) {
			t.Errorf("entry %d: body %q, want %q", i, e.Body, tt.body)
		}
	}
	if got := strings.Join(st.messages(t), ", "); got != "a 0, a 1, b 0, b 1, b 2, in JSON" {
		t.Errorf("stored %s", got)
	}
	if stats := s.Stats(); stats.Handled != 6 || stats.Held != 0 || stats.Count("requests") != 3 {
		t.Errorf("%v", stats)
	}
}

// A request that cannot be stored now is answered so that the sender tries again soon, and is
// stored then.
func TestTryAgain(t *testing.T) {
	st := store{fail: func(*spool.Entry) error { return new(spool.FullError) }}
	stored := handler(t, &otlp.ListenOptions{Store: st.Store})
	body := encoded(records("a", 1))
	returned := handler(t, nil)
	fail := true
	a := acknowledge(t, returned, func(queues.Delivery) error {
		if fail {
			return errors.New("a sink fails")
		}
		return nil
	})
	for name, s := range map[string]*otlp.Subscriber{"stored": stored, "returned": returned} {
		answer := call(s, request(body))
		if after, err := strconv.Atoi(answer.Header.Get("Retry-After")); answer.StatusCode != 503 || err != nil || after < 1 || after > 5 {
			t.Errorf("%s: %s, %v", name, answer.Status, answer.Header)
		}
		if stats := s.Stats(); stats.Handled != 0 || stats.Held != 0 || stats.Count("busy") != 1 {
			t.Errorf("%s: %v", name, stats)
		}
	}
	st.fail, fail = nil, false
	want(t, stored, 200, request(body))
	want(t, returned, 200, request(body))
	if got := strings.Join(st.messages(t), ", "); got != "a 0" {
		t.Errorf("stored %q", got)
	}
	if rs, _ := a.finish(t, returned); messages(rs) != "a 0" || returned.Stats().Handled != 1 {
		t.Errorf("received %q", messages(rs))
	}
	want(t, returned, 503, request(body)) // it is closed
}

// A body that never fits the spool is not to be sent again.
func TestTooLargeForStore(t *testing.T) {
	st := store{fail: func(*spool.Entry) error { return &spool.SizeError{Bytes: 2, Limit: 1} }}
	s := handler(t, &otlp.ListenOptions{Store: st.Store})
	want(t, s, 413, request(encoded(records("a", 1))))
	if n := s.Stats().Count("refused_too_large"); n != 1 {
		t.Errorf("%d counted", n)
	}
}

func TestTokens(t *testing.T) {
	var st store
	s := handler(t, &otlp.ListenOptions{Store: st.Store, Tokens: []string{"old", "hunter2"}})
	for i, header := range []string{"", "hunter2", "Bearer", "Bearer ", "Bearer hunter", "Bearer hunter22", "Basic hunter2", "Bearer hunter2 "} {
		r := request(encoded(records("a", 1)), "Authorization", header)
		answer := call(s, r)
		if b, _ := io.ReadAll(answer.Body); answer.StatusCode != 401 || answer.Header.Get("WWW-Authenticate") != "Bearer" || strings.Contains(string(b), "hunter") {
			t.Errorf("%q: %s, %q", header, answer.Status, b)
		}
		if n, _ := io.Copy(io.Discard, r.Body); n == 0 {
			t.Errorf("%q: the body was read", header)
		}
		if n := s.Stats().Count("refused_unauthorized"); n != uint64(i+1) {
			t.Errorf("%q: %d counted", header, n)
		}
	}
	if len(st.entries) > 0 {
		t.Errorf("stored %s", st.keys())
	}
	want(t, s, 200, request(encoded(records("a", 1)), "Authorization", "Bearer hunter2"))
	want(t, s, 200, request(encoded(records("b", 1)), "Authorization", "bearer old"))
	if n := len(st.entries); n != 2 {
		t.Errorf("%d entries", n)
	}
	if got := notices(t, s); len(got) != 2 || !strings.HasSuffix(got[0], "a token is missing or invalid") || strings.Contains(strings.Join(got, ""), "hunter") {
		t.Errorf("reports %q", got)
	}
}
