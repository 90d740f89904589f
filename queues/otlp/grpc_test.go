package otlp_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/queues/otlp"
	"github.com/logbook-go/logbook/queues/spool"
)

const export = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"

// message returns a message of gRPC with its header.
func message(flag byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{flag}, uint32(len(body))), body...)
}

// rpc calls a method over HTTP/2 without TLS.
func rpc(t testing.TB, c *http.Client, url string, body []byte, headers ...string) (answer *http.Response, content []byte) {
	t.Helper()
	r, err := http.NewRequest("POST", url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/grpc")
	r.Header.Set("Te", "trailers")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err = c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if content, err = io.ReadAll(answer.Body); err != nil {
		t.Fatal(err)
	}
	return answer, content
}

// h2c returns a client for HTTP/2 without TLS.
func h2c(t testing.TB) *http.Client {
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}

func TestGRPC(t *testing.T) {
	var full error
	st := store{fail: func(*spool.Entry) error { return full }}
	s := listen(t, "tcp://127.0.0.1:0", &otlp.ListenOptions{Store: st.Store, Tokens: []string{"hunter2"}, MaxBody: 1 << 20})
	c, base := h2c(t), "http://"+s.Addr().String()
	authorized := []string{"Authorization", "Bearer hunter2"}
	plain := encoded(records("a", 2))
	for name, tt := range map[string]struct {
		url     string
		body    []byte
		headers []string
		status  string
	}{
		"plain":            {export, message(0, plain), authorized, "0"},
		"again":            {export, message(0, plain), authorized, "0"},
		"proto":            {export, message(0, plain), append([]string{"Content-Type", "application/grpc+proto"}, authorized...), "0"},
		"gzip":             {export, message(1, gzipped(encoded(records("b", 2)))), append([]string{"Grpc-Encoding", "gzip"}, authorized...), "0"},
		"not compressed":   {export, message(0, encoded(records("c", 2))), append([]string{"Grpc-Encoding", "gzip"}, authorized...), "0"},
		"empty":            {export, message(0, nil), authorized, "0"},
		"no token":         {export, message(0, plain), nil, "16"},
		"another method":   {"/opentelemetry.proto.collector.trace.v1.TraceService/Export", message(0, plain), authorized, "12"},
		"another encoding": {export, message(1, plain), append([]string{"Grpc-Encoding", "snappy"}, authorized...), "12"},
		"a wrong flag":     {export, message(1, plain), authorized, "3"},
		"no protobuf":      {export, message(0, []byte("hello")), authorized, "3"},
		"no header":        {export, []byte{0, 0}, authorized, "3"},
		"nothing":          {export, nil, authorized, "3"},
		"too short":        {export, message(0, plain)[:20], authorized, "3"},
		"two messages":     {export, append(message(0, plain), message(0, plain)...), authorized, "3"},
		"4 GiB":            {export, []byte{0, 0xff, 0xff, 0xff, 0xff}, authorized, "8"},
		"too long inside":  {export, message(1, gzipped(make([]byte, 1<<20+1))), append([]string{"Grpc-Encoding", "gzip"}, authorized...), "8"},
	} {
		answer, body := rpc(t, c, base+tt.url, tt.body, tt.headers...)
		status := answer.Trailer.Get("Grpc-Status") + answer.Header.Get("Grpc-Status")
		if answer.StatusCode != 200 || status != tt.status || answer.Header.Get("Content-Type") != "application/grpc" || answer.ProtoMajor != 2 {
			t.Errorf("%s: %s, %v, %v, want %s", name, answer.Status, answer.Header, answer.Trailer, tt.status)
		}
		if tt.status == "0" && !bytes.Equal(body, make([]byte, 5)) || tt.status != "0" && (len(body) > 0 || answer.Header.Get("Grpc-Message") == "") {
			t.Errorf("%s: body %q, %v", name, body, answer.Header)
		}
	}
	got := st.messages(t)
	slices.Sort(got)
	if strings.Join(got, ", ") != "a 0, a 1, b 0, b 1, c 0, c 1" {
		t.Errorf("stored %q", got)
	}
	full = errors.New("full: 100 % é")
	answer, _ := rpc(t, c, base+export, message(0, encoded(records("d", 1))), authorized...)
	details, err := base64.RawStdEncoding.DecodeString(answer.Header.Get("Grpc-Status-Details-Bin"))
	if answer.Header.Get("Grpc-Status") != "14" || answer.Header.Get("Grpc-Message") != "full: 100 %25 %C3%A9" || err != nil || !bytes.Contains(details, []byte("google.rpc.RetryInfo")) {
		t.Errorf("%v, %q", answer.Header, details)
	}
	full = nil
	if answer, _ := rpc(t, c, base+export, message(0, encoded(records("d", 1))), authorized...); answer.Trailer.Get("Grpc-Status") != "0" {
		t.Errorf("%v, %v", answer.Header, answer.Trailer)
	}
}
