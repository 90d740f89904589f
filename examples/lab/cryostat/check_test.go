package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The check finds points that are missing, twice, or different, in a table with three readings.
func TestCheck(t *testing.T) {
	const complete = "2026-11-30T12:00:00.000001Z 38 3.8 0.8\n2026-11-30T12:00:00.05Z 38.1 3.9 0.81\n"
	at := func(text string) time.Time {
		v, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	first, second, third := at("2026-11-30T12:00:00.000001Z"), at("2026-11-30T12:00:00.05Z"), at("2026-11-30T12:00:00.1Z")
	rows := [][]any{
		{first, 38.0, nil, nil}, {first, nil, 3.8, nil}, {first, nil, nil, 0.8},
		{second, 38.1, nil, nil}, {second, nil, 3.9, nil}, {second, nil, nil, 0.81},
		{third, 38.2, nil, nil}, // not acknowledged
	}
	for _, tt := range []struct {
		name, acknowledged string
		more               [][]any
		want               counts
		exact              bool
	}{
		{"complete", complete, nil, counts{acknowledged: 6, stored: 7}, true},
		{"nothing acknowledged", "", nil, counts{stored: 7}, false},
		{"a reading is missing", complete + "2026-11-30T12:00:01Z 1 2 3\n", nil, counts{acknowledged: 9, stored: 7, missing: 3}, false},
		{"a value is another one", strings.Replace(complete, "3.9", "3.900000000000001", 1), nil, counts{acknowledged: 6, stored: 7, different: 1}, false},
		{"a point is there twice", complete, [][]any{{second, nil, 3.9, nil}}, counts{acknowledged: 6, stored: 8, twice: 1}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := openStore(t.Context(), "", filepath.Join(t.TempDir(), "points.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer s.close()
			for _, r := range [][][]any{rows, tt.more} {
				if _, err := s.NewEntries(t.Context(), layout.Table, append([]string{"time"}, stageNames...), r, nil); err != nil {
					t.Fatal(err)
				}
			}
			got, err := check(t.Context(), s, strings.NewReader(tt.acknowledged))
			if err != nil || *got != tt.want || got.exact() != tt.exact {
				t.Errorf("%v, %v", got, err)
			}
			for _, line := range []string{"x 1 2 3", "2026-11-30T12:00:01Z 1 2", "2026-11-30T12:00:01Z 1 2 x"} {
				if _, err := check(t.Context(), s, strings.NewReader(line)); err == nil {
					t.Errorf("%q: no error", line)
				}
			}
		})
	}
}
