package database

import (
	"math"
	"reflect"
	"testing"
	"time"
)

// Points are read as they were written.
func TestBody(t *testing.T) {
	at := time.Date(2026, 11, 30, 12, 0, 0, 123456000, time.UTC)
	body := []byte{bodyVersion}
	values := []any{nil, true, false, int64(math.MinInt64), int64(7), 1.5, math.Inf(-1), "", "text °C"}
	for i, v := range values {
		body = appendPoint(body, "name "+string(rune('a'+i)), at.Add(time.Duration(i)*time.Hour), v)
	}
	i := 0
	err := points(body, func(p point) {
		if p.name != "name "+string(rune('a'+i)) || !p.at.Equal(at.Add(time.Duration(i)*time.Hour)) || !reflect.DeepEqual(p.value, values[i]) {
			t.Errorf("point %d: %+v", i, p)
		}
		i++
	})
	if err != nil || i != len(values) {
		t.Error(i, err)
	}
}

// FuzzBody reads bodies that somebody has changed.
func FuzzBody(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{bodyVersion})
	f.Add(appendPoint(appendPoint([]byte{bodyVersion}, "a", time.Unix(1, 0), 1.5), "b", time.Unix(2, 0), "text"))
	f.Fuzz(func(t *testing.T, body []byte) {
		var again []byte
		err := points(body, func(p point) {
			again = append(again, p.bytes...)
			b := append([]byte{bodyVersion}, appendPoint(nil, p.name, p.at, p.value)...)
			if err := points(b, func(q point) {
				x, _ := p.value.(float64)
				if q.name != p.name || !q.at.Equal(p.at) || !math.IsNaN(x) && !reflect.DeepEqual(q.value, p.value) {
					t.Errorf("got %+v, want %+v", q, p)
				}
			}); err != nil {
				t.Error(err)
			}
		})
		if err == nil && string(again) != string(body[1:]) {
			t.Error("bytes are missing")
		}
	})
}
