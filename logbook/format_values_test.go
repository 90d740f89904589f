package logbook_test

import (
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

// kinds are the lines of the table in docs/values.md.
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
		{"text", "two words"},
		{"number", 42},
		{"float", 0.25},
		{"NaN, infinities", math.Inf(1)},
		{"truth value", true},
		{"duration", 1500 * time.Millisecond},
		{"time", when},
		{"nil", nil},
		{"nil pointer, of any type", (*url.URL)(nil)},
		{"pointer", &name},
		{"error", errors.New("disk full")},
		{"error with `MarshalJSON`", apiCode{7}},
		{"list", []int{1, 2}},
		{"list of texts", []string{"a", "b c"}},
		{"list of errors", []error{errors.New("disk full"), nil}},
		{"map", map[string]any{"b": 1, "a": []any{true}}},
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
		{"value that refuses", map[string]any{"f": func() {}, "n": 1}},
		{"value that contains itself", cyclic},
		{"method that panics", []any{jsonPanicker{}, 1}},
	}
}

// Each kind of value has a line in docs/values.md, which shows what it looks like.
func TestValuesTable(t *testing.T) {
	cell := func(s string) string { return "`" + strings.ReplaceAll(s, "|", `\|`) + "`" }
	var table strings.Builder
	table.WriteString("| value | JSON | in a message | `key=value` |\n| --- | --- | --- | --- |\n")
	for _, kind := range kinds() {
		r := logbook.NewRecord(logbook.RecordData{Template: "{v}", Attrs: []slog.Attr{slog.Any("v", kind.value)}})
		b, err := logbook.JSON(nil).AppendFormat(nil, r)
		if err != nil {
			t.Fatal(err)
		}
		_, text, _ := strings.Cut(string(b), `"v":`)
		message := r.Message()
		r.SetMessage("m") // which names no attribute
		b, err = logbook.MustFormat("{record.attrs}").AppendFormat(nil, r)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s |\n", kind.name, cell(strings.TrimSuffix(text, "}")), cell(message), cell(strings.TrimSpace(string(b))))
	}
	page, err := os.ReadFile("../docs/values.md")
	if err != nil || !strings.Contains(string(page), table.String()) {
		t.Errorf("docs/values.md does not have this table (%v):\n%s", err, table.String())
	}
}
