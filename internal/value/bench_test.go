package value_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/value"
)

type benchUser struct {
	Name    string    `json:"name"`
	Email   string    `json:"email"`
	Created time.Time `json:"createdAt"`
}

type wide struct {
	ID                          int64
	Name, Email, City, Zip      string
	Active, Admin, Trial        bool
	Score, Balance              float64
	Created, Updated            time.Time
	Timeout                     time.Duration
	Logins, Failures            int
	Tags                        []string
	Parent                      *int64
	Note                        string `json:"note,omitempty"`
	Language, Country, Currency string
}

func benchValues() []struct {
	name  string
	value any
} {
	at := time.Unix(1_700_000_000, 0).UTC()
	parent := int64(7)
	var ints []int
	var strings []string
	var times []time.Time
	var users []*benchUser
	var flat []benchUser
	for i := range 10 {
		ints = append(ints, i*37)
		strings = append(strings, fmt.Sprint("some string ", i))
		times = append(times, at.Add(time.Duration(i)*time.Second))
		u := benchUser{"Jane Doe", "jane@test.com", time.Date(1980, 1, 1, 12, 0, 0, 0, time.UTC)}
		flat = append(flat, u)
		users = append(users, &u)
	}
	var nested func(depth int) map[string]any
	nested = func(depth int) map[string]any {
		m := map[string]any{"id": depth, "name": "a name of a part", "ratio": 0.25, "ok": true}
		if depth > 0 {
			for i := range 3 {
				m[fmt.Sprint("part", i)] = nested(depth - 1)
			}
			m["list"] = []any{"a", 1, nil, "some more text in a list"}
		}
		return m
	}
	return []struct {
		name  string
		value any
	}{
		{"ints", ints}, {"strings", strings}, {"times", times}, {"struct", users[0]}, {"ten structs", flat}, {"ten pointers", users},
		{"struct by value", *users[0]},
		{"map", map[string]any{"id": 7, "name": "anna", "tags": []string{"a", "b"}, "score": 0.5, "at": at}},
		{"headers", map[string][]string{"Accept": {"*/*"}, "Host": {"localhost"}, "User-Agent": {"curl/8.1"}}},
		{"map of ints", map[string]int{"a": 1, "b": 2, "c": 3, "d": 4}},
		{"bytes", []byte("some bytes of a message that is not too long")},
		{"20 fields", &wide{ID: 7, Name: "anna", Email: "anna@example.com", City: "Rome", Zip: "00100", Active: true, Score: 0.5, Balance: 12.25, Created: at, Updated: at, Timeout: time.Second,
			Logins: 12, Failures: 1, Tags: strings[:3], Parent: &parent, Language: "it", Country: "IT", Currency: "EUR"}},
		{"10 KB map", nested(4)},
		{"error", errors.New("something failed")},
		{"errors", []error{errors.New("one"), errors.New("two"), errors.New("three")}},
		{"raw", json.RawMessage(`{"id": 7, "name": "anna", "tags": ["a", "b"]}`)},
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	for _, v := range benchValues() {
		b.Run(v.name, func(b *testing.B) {
			b.ReportAllocs()
			var buf []byte
			for b.Loop() {
				buf = value.AppendJSON(buf[:0], v.value)
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}

func BenchmarkEncodingJSON(b *testing.B) {
	for _, v := range benchValues() {
		b.Run(v.name, func(b *testing.B) {
			b.ReportAllocs()
			e := json.NewEncoder(discard{})
			e.SetEscapeHTML(false)
			for b.Loop() {
				if err := e.Encode(v.value); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
