package encode_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
)

var benchStrings = []struct{ name, s string }{
	{"3", "GET"},
	{"6", "status"},
	{"13", "192.168.1.117"},
	{"32", "request served without an error."},
	{"200", strings.Repeat("The quick brown fox. ", 10)[:200]},
	{"cyrillic", "Быстрая лисица перепрыгнула через собаку"},
	{"german", "Größenänderung für Straße übernommen"},
	{"chinese", "敏捷的棕色狐狸跳过了懒狗"},
	{"json", `{"a":"b","c":["d","e\n"],"f":{"g":"h"}}`},
	{"control", "\x1b[31mred\x1b[0m and\ttab\n"},
}

func BenchmarkJSONString(b *testing.B) {
	for _, s := range benchStrings {
		b.Run(s.name, func(b *testing.B) {
			buf := make([]byte, 0, 1024)
			for b.Loop() {
				buf = encode.AppendJSONString(buf[:0], s.s)
			}
		})
		b.Run(s.name+"/json.Marshal", func(b *testing.B) {
			for b.Loop() {
				json.Marshal(s.s)
			}
		})
		b.Run(s.name+"/AppendQuote", func(b *testing.B) {
			buf := make([]byte, 0, 1024)
			for b.Loop() {
				buf = strconv.AppendQuote(buf[:0], s.s)
			}
		})
	}
}

func BenchmarkText(b *testing.B) {
	for _, s := range benchStrings {
		b.Run(s.name, func(b *testing.B) {
			buf := make([]byte, 0, 1024)
			for b.Loop() {
				buf = encode.AppendText(buf[:0], s.s)
			}
		})
	}
}

func BenchmarkLogfmtValue(b *testing.B) {
	for _, s := range benchStrings {
		b.Run(s.name, func(b *testing.B) {
			buf := make([]byte, 0, 1024)
			for b.Loop() {
				buf = encode.AppendLogfmtValue(buf[:0], s.s)
			}
		})
	}
}

func BenchmarkInt(b *testing.B) {
	buf := make([]byte, 0, 64)
	for _, v := range []int64{7, 200, -77123, 1234567890, math.MaxInt64} {
		b.Run(fmt.Sprint(v), func(b *testing.B) {
			buf := buf
			for b.Loop() {
				buf = encode.AppendInt(buf[:0], v)
			}
		})
		b.Run(fmt.Sprint(v)+"/strconv", func(b *testing.B) {
			buf := buf
			for b.Loop() {
				buf = strconv.AppendInt(buf[:0], v, 10)
			}
		})
	}
	var mixed [4096]int64
	for i := range mixed {
		mixed[i] = int64(rand.Uint64() >> (20 + rand.Uint()%44))
	}
	b.Run("mixed", func(b *testing.B) {
		buf, i := buf, 0
		for b.Loop() {
			buf = encode.AppendInt(buf[:0], mixed[i%len(mixed)])
			i++
		}
	})
	b.Run("mixed/strconv", func(b *testing.B) {
		buf, i := buf, 0
		for b.Loop() {
			buf = strconv.AppendInt(buf[:0], mixed[i%len(mixed)], 10)
			i++
		}
	})
}

func BenchmarkJSONFloat(b *testing.B) {
	buf := make([]byte, 0, 64)
	// The formats are those of encoding/json.
	format := func(f float64) byte {
		if f != 0 && f < 1e-6 || f >= 1e21 {
			return 'e'
		}
		return 'f'
	}
	for _, f := range []float64{0, 1, 42, 0.5, 12.345, 99.999999, 1e12, math.Pi, 1e-9, 1.7e300} {
		b.Run(fmt.Sprint(f), func(b *testing.B) {
			buf := buf
			for b.Loop() {
				buf = encode.AppendJSONFloat(buf[:0], f)
			}
		})
		b.Run(fmt.Sprint(f)+"/strconv", func(b *testing.B) {
			buf, format := buf, format(f)
			for b.Loop() {
				buf = strconv.AppendFloat(buf[:0], f, format, -1, 64)
			}
		})
	}
}

func BenchmarkDuration(b *testing.B) {
	buf := make([]byte, 0, 64)
	for _, d := range []time.Duration{0, 321, 45 * time.Microsecond, 1234567, 2500 * time.Millisecond, 1500000001, 3*time.Hour + 25*time.Minute + 45*time.Second + 123456789} {
		b.Run(d.String(), func(b *testing.B) {
			buf := buf
			for b.Loop() {
				buf = encode.AppendDuration(buf[:0], d)
			}
		})
		b.Run(d.String()+"/String", func(b *testing.B) {
			buf := buf
			for b.Loop() {
				buf = append(buf[:0], d.String()...)
			}
		})
	}
}

func BenchmarkTime(b *testing.B) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		b.Fatal(err)
	}
	t := time.Date(2026, 7, 29, 12, 34, 56, 789012345, newYork)
	buf := make([]byte, 0, 64)
	b.Run("rfc3339/hit", func(b *testing.B) {
		var c encode.TimeCache
		buf := buf
		for b.Loop() {
			buf = c.AppendRFC3339(buf[:0], t)
		}
	})
	b.Run("text/hit", func(b *testing.B) {
		var c encode.TimeCache
		buf := buf
		for b.Loop() {
			buf = c.AppendText(buf[:0], t)
		}
	})
	b.Run("rfc3339/hit/parallel", func(b *testing.B) {
		var c encode.TimeCache
		b.RunParallel(func(pb *testing.PB) {
			buf := make([]byte, 0, 64)
			for pb.Next() {
				buf = c.AppendRFC3339(buf[:0], t)
			}
		})
	})
	b.Run("rfc3339/miss", func(b *testing.B) {
		var c encode.TimeCache
		buf, t := buf, t
		b.ReportAllocs()
		for b.Loop() {
			t = t.Add(time.Second)
			buf = c.AppendRFC3339(buf[:0], t)
		}
	})
	b.Run("rfc3339/two zones", func(b *testing.B) {
		var c encode.TimeCache
		buf, t, u := buf, t, t.UTC()
		b.ReportAllocs()
		for b.Loop() {
			buf = c.AppendRFC3339(buf[:0], t)
			t, u = u, t
		}
	})
	b.Run("rfc3339/AppendFormat", func(b *testing.B) {
		buf := buf
		for b.Loop() {
			buf = t.AppendFormat(buf[:0], layoutRFC3339)
		}
	})
	b.Run("rfc3339/AppendFormat RFC3339Nano", func(b *testing.B) {
		buf := buf
		for b.Loop() {
			buf = t.AppendFormat(buf[:0], time.RFC3339Nano)
		}
	})
	b.Run("text/AppendFormat", func(b *testing.B) {
		buf := buf
		for b.Loop() {
			buf = t.AppendFormat(buf[:0], layoutText)
		}
	})
}
