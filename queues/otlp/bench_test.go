package otlp_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
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

// BenchmarkReceive measures the records that producers with one request in flight each get
// acknowledged, in batches of 1,000 records of 200 bytes and five attributes. The producers are
// in this process, and send bodies that are encoded before.
func BenchmarkReceive(b *testing.B) {
	const producers, size = 8, 1000
	rs := make([]*logbook.Record, size)
	for i := range rs {
		rs[i] = logbook.NewRecord(logbook.RecordData{
			Time: time.Now(), Level: logbook.LevelInfo, Channel: "app", Message: strings.Repeat("x", 200),
			Attrs: []slog.Attr{slog.String("method", "GET"), slog.String("path", "/a/b/c"), slog.Int("status", 200), slog.Duration("took", time.Millisecond), slog.Bool("cached", true)},
		})
	}
	body := new(codec.Encoder).AppendRequest(nil, rs, nil)
	for _, bb := range []struct {
		name string
		gzip bool
		open func(b *testing.B) *otlp.ListenOptions // nil: deliveries
	}{
		{"spool=always", false, toSpool(spool.SyncAlways)},
		{"spool=always,gzip", true, toSpool(spool.SyncAlways)},
		{"spool=never", false, toSpool(spool.SyncNever)},
		{"store=none", false, func(*testing.B) *otlp.ListenOptions {
			return &otlp.ListenOptions{Store: func(context.Context, *spool.Entry) error { return nil }}
		}},
		{"deliveries", false, func(*testing.B) *otlp.ListenOptions { return nil }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			sent, encoding := body, ""
			if bb.gzip {
				sent, encoding = gzipped(body), "gzip"
			}
			s := listen(b, "tcp://127.0.0.1:0", bb.open(b))
			a := acknowledge(b, s, func(d queues.Delivery) error {
				for _, r := range d.Records {
					r.Release()
				}
				return nil
			})
			url := "http://" + s.Addr().String() + "/v1/logs"
			transport := &http.Transport{MaxIdleConnsPerHost: producers, MaxConnsPerHost: producers}
			b.Cleanup(transport.CloseIdleConnections)
			var wg sync.WaitGroup
			b.ResetTimer()
			for p := range producers {
				wg.Go(func() {
					for i := p; i < b.N; i += producers {
						r, err := http.NewRequest("POST", url, bytes.NewReader(sent))
						if err != nil {
							b.Error(err)
							return
						}
						r.Header.Set("Content-Type", protobuf)
						if encoding != "" {
							r.Header.Set("Content-Encoding", encoding)
						}
						first := i / producers * size
						r.Header.Set("Idempotency-Key", fmt.Sprintf("p%d:%d-%d", p, first+1, first+size))
						answer, err := transport.RoundTrip(r)
						if err != nil {
							b.Error(err)
							return
						}
						_, _ = io.Copy(io.Discard, answer.Body)
						_ = answer.Body.Close()
						if answer.StatusCode != 200 {
							b.Error(answer.Status)
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "records/s")
			closeNow(s)
			<-a.done
		})
	}
}

// BenchmarkBesideSlowPeers measures an honest producer alone, and beside peers that send a byte
// of a request in a second: these should take less than a fifth of its rate.
func BenchmarkBesideSlowPeers(b *testing.B) {
	for _, peers := range []int{0, 1000} {
		b.Run(fmt.Sprint("peers=", peers), func(b *testing.B) {
			o := &otlp.ListenOptions{MaxConnections: 2*peers + 8, MaxPerAddress: 2*peers + 8, Store: func(context.Context, *spool.Entry) error { return nil }}
			s := listen(b, "tcp://127.0.0.1:0", o)
			conns := make([]net.Conn, peers)
			for i := range conns {
				c, err := net.Dial("tcp", s.Addr().String())
				if err != nil {
					b.Fatal(err)
				}
				defer c.Close()
				conns[i] = c
				if _, err := io.WriteString(c, "POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: 1000000\r\n\r\n"); err != nil {
					b.Fatal(err)
				}
			}
			done, stopped := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(stopped)
				tick := time.NewTicker(time.Second)
				defer tick.Stop()
				for {
					for _, c := range conns {
						_, _ = c.Write([]byte("x"))
					}
					select {
					case <-done:
						return
					case <-tick.C:
					}
				}
			}()
			transport := new(http.Transport)
			defer transport.CloseIdleConnections()
			honest := &http.Client{Transport: transport}
			b.ResetTimer()
			for i := range b.N {
				sendHonest(b, honest, "http://"+s.Addr().String()+"/v1/logs", "honest", i, 100)
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N*100)/b.Elapsed().Seconds(), "records/s")
			close(done)
			<-stopped
		})
	}
}

// toSpool stores entries in a log.
func toSpool(sync spool.Sync) func(b *testing.B) *otlp.ListenOptions {
	return func(b *testing.B) *otlp.ListenOptions {
		l, err := spool.Open(b.TempDir(), &spool.Options{Sync: sync, MaxBytes: 1 << 30, DropOldest: true})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = l.Close(context.Background()) })
		return &otlp.ListenOptions{Store: func(ctx context.Context, e *spool.Entry) error { return l.Append(ctx, e) }}
	}
}
