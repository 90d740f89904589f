package text_test

import (
	"errors"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/logbook-go/logbook/internal/text"
)

func TestWhole(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "a": "a", "ä": "ä", "ä"[:1]: "", "aä"[:2]: "a", "a€"[:3]: "a", "a😀"[:4]: "a", "a😀": "a😀",
		"\x80\x80": "\x80\x80", "a\xff": "a\xff", "\xbf\xbf\xbf\xbf\xbf": "\xbf\xbf\xbf\xbf\xbf",
	} {
		if got := text.Whole(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
		if got := text.Whole([]byte(s)); string(got) != want {
			t.Errorf("%q as bytes: %q, want %q", s, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		s     string
		limit int
		want  string
	}{
		{"abc", 3, "abc"}, {"abcd", 3, "a.."}, {"aäc", 3, "a.."}, {"äää", 5, "ä.."}, {"äää", 4, "ä.."}, {"abcd", 2, ".."}, {"abcd", 1, ".."},
	} {
		if got := text.Cut(tt.s, tt.limit, ".."); got != tt.want {
			t.Errorf("%q to %d: %q, want %q", tt.s, tt.limit, got, tt.want)
		}
	}
}

func FuzzCut(f *testing.F) {
	f.Add("aä€😀", 3)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		if limit < 3 || !utf8.ValidString(s) {
			return
		}
		got := text.Cut(s, limit, "...")
		if len(got) > limit || !utf8.ValidString(got) || len(s) > limit && !strings.HasPrefix(s, strings.TrimSuffix(got, "...")) {
			t.Errorf("%q to %d: %q", s, limit, got)
		}
	})
}

func TestParseSize(t *testing.T) {
	for s, want := range map[string]int64{
		"1": 1, "4096": 4096, "64B": 64, "64 b": 64, "100kB": 100_000, "100KB": 100_000, "1k": 1024, "1K": 1024, "64KiB": 64 << 10, "64kib": 64 << 10,
		"10MB": 10_000_000, "10MiB": 10 << 20, "10m": 10 << 20, "1GB": 1e9, "1GiB": 1 << 30, "2 g": 2 << 30, "8589934591GiB": 8589934591 << 30,
		"": 0, "0": 0, "-1": 0, "+1B": 1, "KiB": 0, "1.5k": 0, "1TB": 0, "1kk": 0, "1i": 0, "k1": 0, "1 k B": 0, "0x10": 0, "8589934592GiB": 0, "9223372036854775808": 0, "1\n": 0,
	} {
		got, err := text.ParseSize(s)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v, want %d", s, got, err, want)
		}
	}
	for n, want := range map[int64]string{0: "0B", 1: "1B", 1000: "1000B", 1024: "1KiB", 64 << 10: "64KiB", 1 << 20: "1MiB", 3 << 30: "3GiB", 1<<30 + 1<<20: "1025MiB"} {
		if got := text.FormatSize(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"500ms": 500 * time.Millisecond, "5s": 5 * time.Second, "1h30m": 90 * time.Minute, "7d": 168 * time.Hour, "1d12h": 36 * time.Hour,
		"0s": 0, "0d": 0, "0": 0, "-1s": -time.Second, "65535d": 65535 * 24 * time.Hour,
	} {
		if got, err := text.ParseDuration(s); got != want || err != nil {
			t.Errorf("%q: %v, %v, want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "5", "d", "-1d", "1.5d", "1d-1h", "1d5", "1dd", "soon", "70000d", "1d2562047h47m", "99999999h"} {
		if got, err := text.ParseDuration(s); err == nil {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func FuzzUnits(f *testing.F) {
	f.Add("10MiB")
	f.Add("1d12h")
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := text.ParseSize(s); err == nil {
			if again, err := text.ParseSize(text.FormatSize(n)); again != n || n < 1 || err != nil {
				t.Errorf("%q: %d, then %d, %v", s, n, again, err)
			}
		}
		if d, err := text.ParseDuration(s); err == nil {
			if again, err := text.ParseDuration(d.String()); again != d || err != nil {
				t.Errorf("%q: %v, then %v, %v", s, d, again, err)
			}
		}
	})
}

type lazy struct{ v any }

func (l lazy) LogValue() slog.Value { return slog.AnyValue(l.v) }

func TestEachLeaf(t *testing.T) {
	var got []string
	text.EachLeaf(slog.Group("a",
		slog.Int("b", 1), slog.Group("", slog.Bool("c", true)), slog.Any("d", lazy{"x"}), slog.Attr{},
		slog.Group("e", slog.Time("f", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))), slog.Group("empty"),
	), func(name string, v slog.Value) { got = append(got, name+"="+string(text.AppendValue(nil, v))) })
	if want := "a.b=1 a.c=true a.d=x a.e.f=2026-01-02T03:04:05Z"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := string(text.AppendValue([]byte("v="), slog.AnyValue(errors.New("no\nroute")))); got != "v=no\nroute" {
		t.Errorf("%q", got)
	}
	if got := string(text.AppendValue(nil, slog.Float64Value(math.Inf(1)))); got != "inf" {
		t.Errorf("%q", got)
	}
}
