package otlp_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/otlp"
)

// field returns a field of protobuf.
func field(number int, content []byte) []byte {
	b := binary.AppendUvarint(nil, uint64(number)<<3|2)
	return append(binary.AppendUvarint(b, uint64(len(content))), content...)
}

// inRecord returns a request whose only record has the fields.
func inRecord(fields []byte) []byte { return field(1, field(2, field(2, fields))) }

// hostileBodies returns bodies that would take much memory or time.
func hostileBodies() map[string][]byte {
	deep := []byte("x")
	for range 2000 {
		deep = field(5, field(1, deep))
	}
	return map[string][]byte{
		"deep":          inRecord(field(5, deep)),
		"deep groups":   bytes.Repeat([]byte{0x0b}, 1<<20),
		"long length":   {0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 'x'},
		"empty records": field(1, field(2, bytes.Repeat([]byte{0x12, 0}, 4<<20))),
		"attributes":    inRecord(bytes.Repeat([]byte{0x32, 0}, 64<<10)),
		"elements":      inRecord(field(5, field(5, bytes.Repeat([]byte{0x0a, 0}, 500<<10)))),
	}
}

// hostileStreams returns what hostile peers send on a connection.
func hostileStreams() (streams [][]byte) {
	head := func(length int64, headers string) string {
		return fmt.Sprintf("POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: %d\r\n%s\r\n", length, headers)
	}
	inJSON := func(s string) string {
		return strings.Replace(head(int64(len(s)), ""), "x-protobuf", "json", 1) + s
	}
	chunked := strings.Replace(head(0, ""), "Content-Length: 0", "Transfer-Encoding: chunked", 1)
	preface := "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	settings := "\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	noise := string(gzipped([]byte(strings.Repeat("noise", 100))))
	for _, s := range []string{
		"", "P", "POST /v1/logs HTTP/1.1\r\n", "\x16\x03\x01\x02\x00\x01", noise,
		"POST /v1/logs HTTP/1.1\r\n" + strings.Repeat("X: y\r\n", 1<<16), "POST /" + strings.Repeat("x", 1<<20),
		head(16<<20, ""), head(1<<32, ""), head(1<<40, "") + "x", head(-1, ""),
		head(16<<20, "") + strings.Repeat("x", 1<<20), head(16<<20, "Expect: 100-continue\r\n"),
		chunked + "ffffffff\r\nx", chunked + "fffffffffffffffff\r\nx", chunked + "1000000\r\n" + strings.Repeat("x", 1<<20), chunked + strings.Repeat("1;"+strings.Repeat("x", 1000)+"\r\nx\r\n", 1000),
		preface, preface + settings, preface + strings.Repeat(settings, 1000), preface + settings + "\x00\xff\xff\x01\x00\x00\x00\x00\x01x",
		inJSON(strings.Repeat("[", 1<<20)), inJSON(`{"resourceLogs":` + strings.Repeat(`[{"scopeLogs":`, 1<<16)),
		inJSON(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[` + strings.Repeat("{},", 1<<19) + `{}]}]}]}`),
		inJSON(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":` + strings.Repeat(`{"arrayValue":{"values":[`, 1<<15)),
	} {
		streams = append(streams, []byte(s))
	}
	bodies := hostileBodies()
	bodies["bomb"] = make([]byte, 64<<20)
	for name, body := range bodies {
		compressed := gzipped(body)
		streams = append(streams, append([]byte(head(int64(len(compressed)), "Content-Encoding: gzip\r\n")), compressed...))
		if name != "bomb" {
			streams = append(streams, append([]byte(head(int64(len(body)), "")), body...))
		}
	}
	return streams
}

// send posts a batch until it is taken.
func sendHonest(t testing.TB, c *http.Client, url string, name string, batch, size int) {
	t.Helper()
	body := encoded(records(fmt.Sprint(name, " ", batch), size))
	for end := time.Now().Add(patience); time.Now().Before(end); {
		r, err := http.NewRequest("POST", url, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", protobuf)
		r.Header.Set("Idempotency-Key", fmt.Sprintf("%s:%d-%d", name, batch*size+1, (batch+1)*size))
		answer, err := c.Do(r)
		if err != nil { // its connection made room for another one before its first request
			continue
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode == 200 {
			return
		}
		if answer.StatusCode != 503 {
			t.Fatal(answer.Status)
		}
	}
	t.Fatalf("batch %d was not taken", batch)
}

// Hostile peers cost a bounded memory, and an honest one gets through. There are 1,000 of
// them with LOGBOOK_TORTURE_PEERS=1000.
func TestHostilePeers(t *testing.T) {
	peers := 50
	if n, err := strconv.Atoi(os.Getenv("LOGBOOK_TORTURE_PEERS")); err == nil {
		peers = n
	}
	streams := hostileStreams()
	// As by GOMEMLIMIT: how much garbage there is beyond depends on how busy the machine is.
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(200 << 20))
	for _, kind := range []string{"entries", "deliveries"} {
		t.Run(kind, func(t *testing.T) {
			var st store
			o := &otlp.ListenOptions{MaxConnections: peers/2 + 1, MaxPerAddress: peers/2 + 1} // so that the honest one comes when all are taken
			if kind == "entries" {
				o.Store = st.Store
			}
			s := listen(t, "tcp://127.0.0.1:0", o)
			var got atomic.Int64
			a := acknowledge(t, s, func(d queues.Delivery) error { // those of hostile peers are not kept
				if !strings.HasPrefix(d.Records[0].Message(), "honest") {
					return errors.New("hostile")
				}
				got.Add(int64(len(d.Records)))
				return nil
			})
			var most atomic.Uint64
			stop, stopped := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(stopped)
				tick := time.NewTicker(5 * time.Millisecond)
				defer tick.Stop()
				for {
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					most.Store(max(most.Load(), m.HeapInuse))
					select {
					case <-tick.C:
					case <-stop:
						return
					}
				}
			}()
			var writers sync.WaitGroup
			for i := range peers {
				c, err := net.Dial("tcp", s.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				writers.Go(func() { // until the subscriber closes it
					go func() { _, _ = io.Copy(io.Discard, c) }()
					_, _ = c.Write(streams[i%len(streams)])
				})
			}
			const batches, size = 100, 100
			transport := new(http.Transport)
			defer transport.CloseIdleConnections()
			honest, start := &http.Client{Transport: transport, Timeout: patience}, time.Now()
			for batch := range batches {
				sendHonest(t, honest, "http://"+s.Addr().String()+"/v1/logs", "honest", batch, size)
			}
			took := time.Since(start)
			closeNow(s)
			<-a.done
			writers.Wait()
			close(stop)
			<-stopped
			t.Logf("%d peers: %d MiB of heap, %.0f records/s of the honest one, %v", peers, most.Load()>>20, batches*size/took.Seconds(), s.Stats())
			for _, m := range st.messages(t) {
				if strings.HasPrefix(m, "honest") {
					got.Add(1)
				}
			}
			if most.Load() > 256<<20 || got.Load() != batches*size {
				t.Errorf("%d MiB of heap, %d records of the honest peer", most.Load()>>20, got.Load())
			}
		})
	}
}

// The bodies alone are refused, or cost what their records do.
func TestHostileBodies(t *testing.T) {
	var st store
	s := handler(t, &otlp.ListenOptions{Store: st.Store})
	for name, body := range hostileBodies() {
		for _, compressed := range []bool{false, true} {
			r := request(body)
			if compressed {
				r = request(gzipped(body), "Content-Encoding", "gzip")
			}
			code, _ := status(s, r)
			if code != 400 && code != 413 && !(code == 200 && (name == "attributes" || name == "elements")) {
				t.Errorf("%s, compressed: %v: status %d", name, compressed, code)
			}
		}
	}
}
