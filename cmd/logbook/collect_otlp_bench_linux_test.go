package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
)

// BenchmarkCollectOTLP sends records of 200 bytes and five attributes to the program, which
// keeps them in a spool and writes them to a sink. The producers are in this process, and share
// the processors with the program: each encodes a batch, sends it, and waits for the
// acknowledgement; without one it sends the batch again. It reports
//
//	acked/s        records that were acknowledged, in a second
//	written/s      records that were in the sink at the end, in a second from the start
//	cpu-ns/record  processor time of the program
//	MiB            memory of the program, at most, until all was acknowledged
//
// The sink "away" is a server that is down: all work is that up to the acknowledgement. Run it
// with -benchtime 1000000x, so that the start of the program does not count much. It needs
// some 550 bytes on the disk for each record, and as many for the file.
func BenchmarkCollectOTLP(b *testing.B) {
	for _, load := range []struct {
		producers, batch int
		sink             string
	}{
		{1, 1000, "away"}, {8, 1000, "away"}, {64, 1000, "away"}, {1000, 100, "away"}, {8, 100, "away"},
		{1, 1000, "json"}, {8, 1000, "json"}, {64, 1000, "json"}, {1000, 100, "json"},
	} {
		b.Run(fmt.Sprintf("producers=%d/batch=%d/sink=%s", load.producers, load.batch, load.sink), func(b *testing.B) {
			dir := b.TempDir()
			sinks := map[string]string{"away": "redis://" + freePort(b), "json": "json:" + filepath.Join(dir, "all.json")}
			address := freePort(b)
			cmd := command(b, "collect", "--from", "otlp://"+address+"?max_connections=4000&max_per_address=4000",
				"--to", sinks[load.sink], "--spool", filepath.Join(dir, "spool"), "--spool-size", "8GiB", "--grace", "10m")
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				b.Fatal(err)
			}
			connect(b, address)
			b.ResetTimer()
			start := time.Now()
			produceOTLP(b, "http://"+address+"/v1/logs", load.producers, load.batch)
			acked := time.Since(start)
			peak := peakMemory(b, cmd.Process.Pid)
			if load.sink == "away" { // what is left stays in the spool
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
			} else {
				_ = cmd.Process.Signal(os.Interrupt)
				if err := cmd.Wait(); err != nil {
					b.Errorf("%v\n%s", err, stderr.String())
				}
				checkRecords(b, filepath.Join(dir, "all.json"), b.N)
				b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "written/s")
			}
			b.StopTimer()
			state := cmd.ProcessState
			b.ReportMetric(float64(b.N)/acked.Seconds(), "acked/s")
			b.ReportMetric(float64(state.UserTime()+state.SystemTime())/float64(b.N), "cpu-ns/record")
			b.ReportMetric(float64(peak>>20), "MiB")
			b.ReportMetric(0, "ns/op") // says less than acked/s
		})
	}
}

// connect waits until somebody listens on an address.
func connect(tb testing.TB, address string) {
	tb.Helper()
	for range 1000 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	tb.Fatalf("nobody listens on %s", address)
}

// produceOTLP sends b.N records, each producer with one request in flight. A batch that is not
// acknowledged is sent again after 100 ms.
func produceOTLP(b *testing.B, url string, producers, batch int) {
	transport := &http.Transport{MaxIdleConnsPerHost: producers}
	defer transport.CloseIdleConnections()
	rs := benchRecords(batch)
	var left atomic.Int64
	left.Store(int64(b.N))
	var working sync.WaitGroup
	for range producers {
		working.Go(func() {
			encoder, instance := new(otlp.Encoder), otlp.NewInstance()
			o := &otlp.EncodeOptions{Resource: otlp.Resource("bench", instance)}
			var body []byte
			for first := 1; ; first += batch {
				n := min(batch, batch+int(left.Add(-int64(batch))))
				if n <= 0 {
					return
				}
				body = encoder.AppendRequest(body[:0], rs[:n], o)
				for {
					status, err := postBatch(transport, url, fmt.Sprintf("%s:%d-%d", instance, first, first+n-1), body)
					if err == nil && status == 200 {
						break
					}
					if err == nil && status != 503 {
						b.Errorf("status %d", status)
						return
					}
					time.Sleep(100 * time.Millisecond)
				}
			}
		})
	}
	working.Wait()
}

// postBatch sends a request.
func postBatch(t http.RoundTripper, url, key string, body []byte) (status int, err error) {
	r, err := http.NewRequest("POST", url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/x-protobuf")
	r.Header.Set("Idempotency-Key", key)
	answer, err := t.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

// benchRecords returns records of 200 bytes of text and five attributes.
func benchRecords(n int) []*logbook.Record {
	text := strings.Repeat("a line of log ", 15)[:200]
	var rs []*logbook.Record
	keep := logbook.NewHandler(func(r *logbook.Record) error { rs = append(rs, r.Retain()); return nil }, nil)
	logbook.InGoroutine(func() {
		for i := range n {
			logbook.New("shop.cart").LogAttrs(context.Background(), logbook.LevelInfo, text,
				slog.String("user", "anna"), slog.String("path", "/cart/items"), slog.Int("n", i), slog.Duration("took", 1500*time.Microsecond), slog.Bool("ok", true))
		}
	}, keep)
	return rs
}

// checkRecords checks the number of records of the producers in a file. There may be others,
// which report refused requests.
func checkRecords(tb testing.TB, path string, want int) {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	n := 0
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if bytes.Contains(lines.Bytes(), []byte(`"channel":"shop.cart"`)) {
			n++
		}
	}
	if n != want {
		tb.Errorf("%d records, want %d", n, want)
	}
}
