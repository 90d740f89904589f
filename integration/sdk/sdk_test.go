package sdk

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/contrib/bridges/otelslog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/trace"

	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
	otlpqueue "github.com/logbook-go/logbook/queues/otlp"
)

// receiver decodes what it receives.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	records []*logbook.Record
}

func newReceiver(t testing.TB, keep bool) *receiver {
	s := new(receiver)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !keep {
			_, _ = io.Copy(io.Discard, r.Body)
			return
		}
		var in io.Reader = r.Body
		if r.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Error(err)
				return
			}
			in = z
		}
		body, err := io.ReadAll(in)
		if err != nil {
			t.Error(err)
		}
		rs, err := otlp.DecodeRequest(body)
		if err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.records = append(s.records, rs...)
	}))
	t.Cleanup(s.Close)
	return s
}

// newProvider returns the SDK, with its batch processor and exporter.
func newProvider(t testing.TB, url string, o ...otlploghttp.Option) *sdklog.LoggerProvider {
	exporter, err := otlploghttp.New(context.Background(), append([]otlploghttp.Option{otlploghttp.WithEndpointURL(url + "/v1/logs")}, o...)...)
	if err != nil {
		t.Fatal(err)
	}
	return sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewBatchProcessor(exporter)),
		sdklog.WithResource(resource.NewSchemaless(attribute.String("service.name", "shop"), attribute.Int("process.pid", 42))))
}

// What slog logs through otelslog and the SDK's exporter becomes the record that it was, as
// far as the SDK keeps it.
func TestExporter(t *testing.T) {
	for name, compression := range map[string]otlploghttp.Compression{"plain": otlploghttp.NoCompression, "gzip": otlploghttp.GzipCompression} {
		t.Run(name, func(t *testing.T) {
			s := newReceiver(t, true)
			p := newProvider(t, s.URL, otlploghttp.WithCompression(compression))
			log := slog.New(otelslog.NewHandler("app", otelslog.WithLoggerProvider(p), otelslog.WithSource(true), otelslog.WithVersion("1.2")))
			span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled})
			ctx := trace.ContextWithSpanContext(context.Background(), span)
			before := time.Now()
			log.InfoContext(ctx, "m", "s", "text", "n", 7, "f", 0.5, "ok", true, "took", time.Second, "big", uint64(math.MaxUint64), "nil", nil, "bytes", []byte{1},
				"list", []any{1, "x"}, slog.Group("g", "a", 1, slog.Group("h", "b", 2)))
			log.Error("failed", "error", fmt.Errorf("reading: %w", &fs.PathError{Op: "open", Path: "/x", Err: fs.ErrNotExist}))
			log.Log(ctx, slog.Level(2), "notice")
			if err := p.Shutdown(t.Context()); err != nil {
				t.Fatal(err)
			}
			if len(s.records) != 3 {
				t.Fatalf("%d records", len(s.records))
			}
			r := s.records[0]
			if r.Level() != logbook.LevelInfo || r.Message() != "m" || r.Channel() != "app" || r.PID() != 42 || r.Time().Before(before) || r.Time().After(time.Now()) {
				t.Errorf("%+v", r.Data())
			}
			for key, want := range map[string]string{
				"s": "text", "n": "7", "f": "0.5", "ok": "true", "took": "1000000000", "list": `[1,"x"]`, "g.a": "1", "g.h.b": "2",
				"trace_id": "01" + strings.Repeat("00", 15), "span_id": "0200000000000000", "trace_flags": "1", "resource.service.name": "shop", "scope.version": "1.2",
			} {
				if got := r.Text(key); got != want {
					t.Errorf("%s is %q, want %q", key, got, want)
				}
			}
			if src := r.Source(); !strings.HasSuffix(src.File, "sdk_test.go") || src.Line == 0 || !strings.Contains(src.Function, "TestExporter") {
				t.Errorf("source %+v", src)
			}
			r = s.records[1]
			if e := r.ErrorInfo(); r.Level() != logbook.LevelError || e == nil || e.Message != "reading: open /x: file does not exist" || e.Type == "" {
				t.Errorf("error %+v", e)
			}
			if r := s.records[2]; r.Level() != logbook.LevelNotice {
				t.Errorf("level %v", r.Level())
			}
		})
	}
}

// The cost of a log call with five attributes, while the batches are sent to a receiver that
// discards them. They are flushed
// every 1,000 records, which does not count, so that no queue is full.
func BenchmarkCall(b *testing.B) {
	text := strings.Repeat("a line of log ", 15)[:200]
	b.Run("slog, otelslog and the SDK", func(b *testing.B) {
		s := newReceiver(b, false)
		p := newProvider(b, s.URL)
		log := slog.New(otelslog.NewHandler("app", otelslog.WithLoggerProvider(p), otelslog.WithSource(true)))
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			log.LogAttrs(context.Background(), slog.LevelInfo, text,
				slog.String("user", "anna"), slog.String("path", "/cart"), slog.Int("n", i), slog.Duration("took", time.Millisecond), slog.Bool("ok", true))
			if i%1000 == 999 {
				b.StopTimer()
				if err := p.ForceFlush(context.Background()); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		}
		b.StopTimer()
		_ = p.Shutdown(context.Background())
	})
	b.Run("logbook and its exporter", func(b *testing.B) {
		s := newReceiver(b, false)
		h, err := otlpqueue.NewHandler(strings.Replace(s.URL, "http:", "otlp:", 1), nil)
		if err != nil {
			b.Fatal(err)
		}
		defer logbook.PushApplication(h)()
		log := logbook.New("app")
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			log.LogAttrs(context.Background(), logbook.LevelInfo, text,
				slog.String("user", "anna"), slog.String("path", "/cart"), slog.Int("n", i), slog.Duration("took", time.Millisecond), slog.Bool("ok", true))
			if i%1000 == 999 {
				b.StopTimer()
				if err := h.Flush(context.Background()); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		}
		b.StopTimer()
		if st := h.Stats(); st.Dropped > 0 {
			b.Error(st)
		}
		if err := h.Close(context.Background()); err != nil && !errors.Is(err, logbook.ErrClosed) {
			b.Error(err)
		}
	})
}
