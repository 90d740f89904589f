package pyformat

import (
	"log/slog"
	"testing"
	"time"
)

func BenchmarkAppend(b *testing.B) {
	for _, bm := range []struct {
		name  string
		value slog.Value
		spec  string
	}{
		{"string", slog.StringValue("hello world"), ""},
		{"string:>20", slog.StringValue("hello world"), ">20"},
		{"int", slog.Int64Value(1234567), ""},
		{"int:,d", slog.Int64Value(1234567), ",d"},
		{"float", slog.Float64Value(3.14159), ""},
		{"float:.3f", slog.Float64Value(3.14159), ".3f"},
		{"duration:.3f", slog.DurationValue(1234567 * time.Microsecond), ".3f"},
	} {
		b.Run(bm.name, func(b *testing.B) {
			spec, err := ParseSpec(bm.spec)
			if err != nil {
				b.Fatal(err)
			}
			buf := make([]byte, 0, 256)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Append(buf, bm.value, 0, &spec); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

const defaultLayout = "%Y-%m-%d %H:%M:%S.%f%z"

func BenchmarkAppendTime(b *testing.B) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	for _, loc := range []*time.Location{time.UTC, zone} {
		t := time.Date(2024, 2, 29, 13, 37, 42, 5000000, time.UTC).In(loc)
		b.Run(loc.String(), func(b *testing.B) {
			buf := make([]byte, 0, 256)
			b.ReportAllocs()
			for b.Loop() {
				AppendTime(buf, t, defaultLayout)
			}
		})
		b.Run(loc.String()+"/stdlib", func(b *testing.B) {
			buf := make([]byte, 0, 256)
			for b.Loop() {
				t.AppendFormat(buf, "2006-01-02 15:04:05.000000-0700")
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("served {path!r} in {took:.3f}s at {time:%Y-%m-%d}"); err != nil {
			b.Fatal(err)
		}
	}
}
