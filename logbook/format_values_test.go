package logbook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/logbook"
)

type (
	tint    int
	point   struct{ X, Y int }
	account struct {
		ID     int       `json:"id"`
		Email  string    `json:"email,omitempty"`
		Key    string    `json:"-"`
		Opened time.Time `json:"opened"`
		secret string
	}
	place   struct{ X, Y int }
	masked  string
	apiCode struct{ Code int }
)

func (c tint) String() string                  { return [...]string{"red", "green"}[c] }
func (p place) String() string                 { return fmt.Sprint(p.X, " of ", p.Y) }
func (masked) LogValue() slog.Value            { return slog.StringValue("***") }
func (e apiCode) Error() string                { return fmt.Sprint("code ", e.Code) }
func (e apiCode) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, `{"code":%d}`, e.Code), nil }

// kinds returns the kinds of values in the table of docs/values.md.
func kinds() []struct {
	name  string
	value any
} {
	when := time.Date(2026, 1, 2, 3, 4, 5, 60_000_000, time.UTC)
	name := "anna"
	cyclic := map[string]any{"n": 1}
	cyclic["self"] = cyclic
	return []struct {
		name  string
		value any
	}{
		{"string", "two words"},
		{"number", 42},
		{"float", 0.25},
		{"NaN, infinities", math.Inf(1)},
		{"boolean", true},
		{"duration", 1500 * time.Millisecond},
		{"time", when},
		{"nil", nil},
		{"nil pointer, of any type", (*url.URL)(nil)},
		{"pointer", &name},
		{"error", errors.New("disk full")},
		{"error with `MarshalJSON`", apiCode{7}},
		{"list", []int{1, 2}},
		{"nil list", []int(nil)},
		{"list of strings", []string{"a", "b c"}},
		{"list of errors", []error{errors.New("disk full"), nil}},
		{"map", map[string]any{"b": 1, "a": []any{true}}},
		{"nil map", map[string]int(nil)},
		{"map with other keys", map[any]any{2: "x", 1.5: nil}},
		{"struct", account{7, "", "hidden", when, "hidden"}},
		{"pointer to a struct", &point{1, 2}},
		{"bytes that are text", []byte("hello")},
		{"other bytes", []byte{0, 1, 255}},
		{"`json.Number`", json.Number("12.50")},
		{"`json.RawMessage`", json.RawMessage(`{"a": 1}`)},
		{"`String` method", tint(1)},
		{"`String` method of a struct", place{1, 2}},
		{"`MarshalText` method", netip.MustParseAddr("::1")},
		{"`LogValue` method, at any depth", []any{masked("hidden")}},
		{"slog group", slog.GroupValue(slog.Int("a", 1), slog.String("b", "x"))},
		{"slog attributes in a list", []any{slog.Int("a", 1)}},
		{"function, channel", func() {}},
		{"complex number", 1 + 2i},
		{"value that cannot be encoded", map[string]any{"f": func() {}, "n": 1}},
		{"value that contains itself", cyclic},
		{"method that panics", []any{jsonPanicker{}, 1}},
	}
}

// The tables in docs/values.md have the output for each kind of value. One has those whose text in
// a message is their JSON.
func TestValuesTable(t *testing.T) {
	cell := func(s string) string { return "`" + strings.ReplaceAll(s, "|", `\|`) + "`" }
	different := "| value | JSON | in a message | `key=value` |\n| --- | --- | --- | --- |\n"
	same := "| value | JSON, and in a message | `key=value` |\n| --- | --- | --- |\n"
	for _, kind := range kinds() {
		r := logbook.NewRecord(logbook.RecordData{Template: "{v}", Attrs: []slog.Attr{slog.Any("v", kind.value)}})
		b, err := logbook.JSON(nil).AppendFormat(nil, r)
		if err != nil {
			t.Fatal(err)
		}
		_, text, _ := strings.Cut(string(b), `"v":`)
		text = strings.TrimSuffix(text, "}")
		message := addresses.ReplaceAllString(r.Message(), "0x...")
		r.SetMessage("m") // the message names no attribute
		b, err = logbook.MustFormat("{record.attrs}").AppendFormat(nil, r)
		if err != nil {
			t.Fatal(err)
		}
		pair := strings.TrimSpace(addresses.ReplaceAllString(string(b), "0x..."))
		if message == text {
			same += fmt.Sprintf("| %s | %s | %s |\n", kind.name, cell(text), cell(pair))
		} else {
			different += fmt.Sprintf("| %s | %s | %s | %s |\n", kind.name, cell(text), cell(message), cell(pair))
		}
	}
	page, err := os.ReadFile("../docs/values.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{different, same} {
		if !strings.Contains(string(page), table) {
			t.Errorf("docs/values.md does not have this table:\n%s", table)
		}
	}
}

// slogAttrs keeps the attributes of a record.
type slogAttrs struct {
	slog.Handler
	attrs []slog.Attr
}

func (h *slogAttrs) Enabled(context.Context, slog.Level) bool { return true }

func (h *slogAttrs) Handle(_ context.Context, r slog.Record) error {
	h.attrs = h.attrs[:0]
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "v" {
			h.attrs = append(h.attrs, a)
		}
		return true
	})
	return nil
}

// The JSON of a value is the same if it is written at once, retained, passed to With, or sent
// through a slog.Handler or the wire form, except that in the wire form durations are text,
// times have at least six digits of a second, and numbers have the precision of a float64.
// Retained values are the same in every format.
func TestValuesAgree(t *testing.T) {
	formats := map[string]logbook.Formatter{
		"json": logbook.JSON(nil), "logfmt": logbook.Logfmt(nil), "console": logbook.Console(nil),
		"message": logbook.MustFormat("{record.message}"), "wire": logbook.Wire(),
	}
	show := func(f logbook.Formatter, r *logbook.Record) string {
		b, err := f.AppendFormat(nil, r)
		if err != nil {
			t.Fatal(err)
		}
		return addresses.ReplaceAllString(string(b), "0x")
	}
	value := func(line string) string {
		_, v, _ := strings.Cut(strings.TrimSuffix(line, "}"), `"v":`)
		return v
	}
	attrs, _ := changing()
	for _, kind := range kinds() {
		attrs = append(attrs, slog.Any(kind.name, kind.value))
	}
	for _, a := range attrs {
		if a.Key == "error" { // the record's error, which each format treats separately
			continue
		}
		name := a.Key
		a.Key = "v"
		made := func() *logbook.Record {
			return logbook.NewRecord(logbook.RecordData{Time: at, Template: "{v}", Attrs: []slog.Attr{a}, Goroutine: 1})
		}
		for way, r := range map[string]*logbook.Record{"retained": made().Retain(), "cloned": made().Clone(), "retained clone": made().Clone().Retain()} {
			for format, f := range formats {
				if got, want := show(f, r), show(f, made()); got != want {
					t.Errorf("%s, %s, %s:\ngot  %s\nwant %s", name, way, format, got, want)
				}
			}
		}

		want := value(show(logbook.JSON(nil), made()))
		h := recordAs(t, logbook.JSON(nil))
		logbook.With(a).Info("m")
		if got := value(addresses.ReplaceAllString(h.line(t), "0x")); got != want {
			t.Errorf("%s, With:\ngot  %s\nwant %s", name, got, want)
		}
		var foreign slogAttrs
		logbook.InGoroutine(func() { logbook.Info("m", a) }, compat.ToSlog(&foreign, nil))
		through := logbook.NewRecord(logbook.RecordData{Message: "m", Attrs: foreign.attrs})
		if got := value(show(logbook.JSON(nil), through)); got != want {
			t.Errorf("%s, ToSlog:\ngot  %s\nwant %s", name, got, want)
		}
		sent := new(logbook.Record)
		if err := sent.UnmarshalJSON([]byte(show(logbook.Wire(), made()))); err != nil {
			t.Fatal(err)
		}
		got := value(show(logbook.JSON(nil), sent))
		switch {
		case name == "duration":
			want = `"1.5s"`
		case name == "time":
			want = `"2026-01-02T03:04:05.060000Z"`
		case name == "`json.Number`":
			want = "12.5"
		}
		if got != want {
			t.Errorf("%s, wire:\ngot  %s\nwant %s", name, got, want)
		}
	}
}
