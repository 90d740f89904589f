package otlp_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
)

// ordinary returns n retained records of 200 bytes of text and five attributes.
func ordinary(n int) []*logbook.Record {
	log, text := logbook.New("shop.cart"), strings.Repeat("a line of log ", 15)[:200]
	return logged(func() {
		for i := range n {
			log.LogAttrs(context.Background(), logbook.LevelInfo, text,
				slog.String("user", "anna"), slog.String("path", "/cart/items"), slog.Int("n", i), slog.Duration("took", 1500*time.Microsecond), slog.Bool("ok", true))
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	rs := ordinary(1000)
	o := &otlp.EncodeOptions{Resource: otlp.Resource("shop", otlp.NewInstance())}
	var e otlp.Encoder
	var body []byte
	b.ReportAllocs()
	for b.Loop() {
		body = e.AppendRequest(body[:0], rs, o)
	}
	perRecord(b, len(rs))
	b.ReportMetric(float64(len(body))/float64(len(rs)), "B/record")
}

func perRecord(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/record")
}

func BenchmarkDecode(b *testing.B) {
	body := new(otlp.Encoder).AppendRequest(nil, ordinary(1000), nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := otlp.DecodeRequest(body); err != nil {
			b.Fatal(err)
		}
	}
	perRecord(b, 1000)
}

func BenchmarkCount(b *testing.B) {
	body := new(otlp.Encoder).AppendRequest(nil, ordinary(1000), nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := otlp.CountRecords(body); err != nil {
			b.Fatal(err)
		}
	}
	perRecord(b, 1000)
}
