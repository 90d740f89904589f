//go:build !race

package pyformat

import (
	"log/slog"
	"testing"
	"time"
)

func TestAppendAllocs(t *testing.T) {
	at := time.Date(2024, 2, 29, 13, 37, 42, 5000000, time.FixedZone("", 3600))
	buf := make([]byte, 0, 1024)
	for _, tt := range []struct {
		value slog.Value
		specs []string
	}{
		{slog.StringValue("hello"), []string{"", ">20", ".2", "日^9s"}},
		{slog.Int64Value(-1234567), []string{"", "+,d", "#020x", "b", ".3f"}},
		{slog.Uint64Value(65), []string{"", "5c", ".2f"}},
		{slog.Float64Value(1234567.891), []string{"", ".3f", "+020,.2f", "#g", "e", "%"}},
		{slog.BoolValue(true), []string{"", ">6", "d"}},
		{slog.DurationValue(1234567 * time.Microsecond), []string{"", ">20", ".3f"}},
		{slog.TimeValue(at), []string{"", ">40", defaultLayout, "%c %Z %j %V"}},
	} {
		for _, s := range tt.specs {
			spec, err := ParseSpec(s)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Append(buf, tt.value, 0, &spec); err != nil {
				t.Errorf("%v with %q: %v", tt.value, s, err)
			}
			if n := testing.AllocsPerRun(100, func() { _, _ = Append(buf, tt.value, 0, &spec) }); n != 0 {
				t.Errorf("%v with %q: %v allocations", tt.value, s, n)
			}
		}
	}
}
