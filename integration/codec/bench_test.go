package codec

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/slim/otlp/collector/logs/v1"
	"google.golang.org/protobuf/proto"

	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
)

// ordinary returns n records of 200 bytes of text and five attributes, without caller.
func ordinary(n int) []*logbook.Record {
	log, text := logbook.New("shop.cart"), strings.Repeat("a line of log ", 15)[:200]
	return logged(func() {
		for i := range n {
			log.LogAttrs(context.Background(), logbook.LevelInfo, text,
				slog.String("user", "anna"), slog.String("path", "/cart/items"), slog.Int("n", i), slog.Duration("took", 1500*time.Microsecond), slog.Bool("ok", true))
		}
	}, logbook.Flags{Introspection: logbook.IntrospectionOff})
}

const records = 1000

func perRecord(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/records, "ns/record")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkEncode compares the encoder with the generated Marshal, which does not include
// building the messages.
func BenchmarkEncode(b *testing.B) {
	rs := ordinary(records)
	var e otlp.Encoder
	body := e.AppendRequest(nil, rs, nil)
	b.Run("logbook", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			body = e.AppendRequest(body[:0], rs, nil)
		}
		perRecord(b)
	})
	var m collector.ExportLogsServiceRequest
	if err := proto.Unmarshal(body, &m); err != nil {
		b.Fatal(err)
	}
	b.Run("generated, Marshal alone", func(b *testing.B) {
		b.ReportAllocs()
		out := make([]byte, 0, len(body))
		for b.Loop() {
			var err error
			if out, err = (proto.MarshalOptions{}).MarshalAppend(out[:0], &m); err != nil {
				b.Fatal(err)
			}
		}
		perRecord(b)
	})
}

// BenchmarkDecode compares the decoder, which makes records, with the generated Unmarshal,
// which makes messages.
func BenchmarkDecode(b *testing.B) {
	body := new(otlp.Encoder).AppendRequest(nil, ordinary(records), nil)
	b.Run("logbook", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := otlp.DecodeRequest(body); err != nil {
				b.Fatal(err)
			}
		}
		perRecord(b)
	})
	b.Run("logbook, check alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := otlp.CountRecords(body); err != nil {
				b.Fatal(err)
			}
		}
		perRecord(b)
	})
	b.Run("generated, Unmarshal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := proto.Unmarshal(body, new(collector.ExportLogsServiceRequest)); err != nil {
				b.Fatal(err)
			}
		}
		perRecord(b)
	})
}
