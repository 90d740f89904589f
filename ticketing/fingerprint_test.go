package ticketing_test

import (
	"encoding/json"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// The vectors were recorded from Python Logbook 1.5.3.
func TestCallSite(t *testing.T) {
	text, err := os.ReadFile("testdata/hash_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	type vector struct {
		Level    int
		Channel  *string
		Filename string
		Lineno   int
		Salt     *string
		SHA1     string
	}
	var golden struct {
		Vectors       []vector
		FromScenarios []vector `json:"from_scenarios"`
	}
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden.Vectors) < 9 || len(golden.FromScenarios) < 5 {
		t.Fatalf("%d and %d vectors", len(golden.Vectors), len(golden.FromScenarios))
	}
	for _, v := range append(golden.Vectors, golden.FromScenarios...) {
		channel := ""
		if v.Channel != nil {
			channel = *v.Channel
		}
		parts := []string{strconv.Itoa(v.Level), channel, v.Filename, strconv.Itoa(v.Lineno)}
		if v.Salt != nil {
			parts = append(parts, *v.Salt)
		}
		if got := ticketing.Hash(parts...); string(got) != v.SHA1 {
			t.Errorf("%q: got %s, want %s", parts, got, v.SHA1)
		}
		if v.Salt == nil || v.Level == 2 { // without a salt it is no ticket, and 2 is INFO of Logbook 0.4
			continue
		}
		b, err := ticketing.NewBase(&ticketing.HandlerOptions{Key: ticketing.KeyCallSite, HashSalt: v.Salt})
		if err != nil {
			t.Fatal(err)
		}
		r := logbook.NewRecord(logbook.RecordData{
			Level: logbook.LevelFromWire(int64(v.Level)), Channel: channel, Source: &slog.Source{File: v.Filename, Line: v.Lineno},
		})
		if got := b.Fingerprint(r); string(got) != v.SHA1 {
			t.Errorf("%q: got %s, want %s", parts, got, v.SHA1)
		}
	}
}

func record(function, template, message string) *logbook.Record {
	return logbook.NewRecord(logbook.RecordData{
		Level: logbook.LevelError, Channel: "app", Template: template, Message: message,
		Source: &slog.Source{Function: function, File: "/build/1/main.go", Line: len(message)},
	})
}

func TestFunc(t *testing.T) {
	const salt = "apphash-generic"
	for _, tt := range []struct{ function, template, message, wantFunction, wantText string }{
		{"example.org/a/b.(*T).Serve", "served {path}", "served /x/1", "example.org/a/b.(*T).Serve", "served {path}"},
		{"example.org/a/b.(*T).Serve.func1", "", "user 17 failed", "example.org/a/b.(*T).Serve", "user # failed"},
		{"main.main.func2.1", "", "x", "main.main", "x"},
		{"main.main.gowrap1", "", "x", "main.main", "x"},
		{"main.run.func3.deferwrap12", "", "x", "main.run", "x"},
		{"main.run-range1", "", "x", "main.run", "x"},
		{"main.(*T).Run-fm", "", "x", "main.(*T).Run", "x"},
		{"main.func1", "", "x", "main", "x"},
		{"main.glob..func1", "", "x", "main.glob.", "x"},
		{"main.sum64", "", "x", "main.sum64", "x"},
		{"app.views.index", "", "x", "app.views.index", "x"},
		{"", "", "x", "", "x"},
	} {
		want := ticketing.Hash("func/1", "14", "app", tt.wantFunction, tt.wantText, salt)
		if got := ticketing.KeyFunc.Fingerprint(record(tt.function, tt.template, tt.message), salt); got != want {
			t.Errorf("%s %q: not the hash of %q and %q", tt.function, tt.message, tt.wantFunction, tt.wantText)
		}
	}
}

// The fingerprint of a call is the same for the record and for its JSON.
func TestFuncOfReceivedRecord(t *testing.T) {
	r := record("main.serve", "served {path}", "served /x/1")
	data, err := r.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	received := logbook.NewRecord(logbook.RecordData{})
	if err := received.UnmarshalJSON(data); err != nil {
		t.Fatal(err)
	}
	for _, k := range []ticketing.Key{ticketing.KeyFunc, ticketing.KeyCallSite} {
		if k.Fingerprint(r, "") != k.Fingerprint(received, "") {
			t.Errorf("%v differs", k)
		}
	}
}

func TestReduce(t *testing.T) {
	for message, want := range map[string]string{
		"":                                     "",
		"plain text, nothing else.":            "plain text, nothing else.",
		"user 4711 at 10.0.0.7:80":             "user # at #",
		`not in "guests" or 'b c' or ` + "`x`": "not in ? or ? or ?",
		"don't, can't 'quote'":                 "don't, can't ?",
		"it's 'open":                           "it's 'open",
		"'a\nb'":                               "'a\nb'",
		"id=0f8fad5b-d9cb-469f-a165-70867728950e": "id=#",
		"id deadbeef":              "id deadbeef",
		"addr 0xc000123, fe80::1.": "addr #, #.",
		"took 1.5s, 12ms, -3":      "took #, #, -#",
		"2026-11-29T10:00:00Z up":  "# up",
		"host-17 sha256 utf8":      "host-# sha# utf#",
		"/users/42/x?n=7":          "/users/#/x?n=#",
		"größe 5 日本5":              "größe # 日本#",
		"50%":                      "#%",
		strings.Repeat("x", 2000):  strings.Repeat("x", 1024),
	} {
		if got := ticketing.Reduce(message); got != want {
			t.Errorf("%q: got %q, want %q", message, got, want)
		}
	}
}

func TestParseKey(t *testing.T) {
	for _, k := range []ticketing.Key{ticketing.KeyFunc, ticketing.KeyCallSite} {
		if got, err := ticketing.ParseKey(k.String()); got != k || err != nil {
			t.Errorf("%v: %v, %v", k, got, err)
		}
	}
	if _, err := ticketing.ParseKey("func/2"); err == nil {
		t.Error("func/2 was parsed")
	}
}

func FuzzReduce(f *testing.F) {
	f.Add(`user 4711 at fe80::1 "x"`)
	f.Fuzz(func(t *testing.T, s string) {
		if got := ticketing.Reduce(s); len(got) > len(s) || strings.ContainsAny(got, "0123456789") {
			t.Errorf("%q: got %q", s, got)
		}
	})
}
