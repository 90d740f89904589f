package pipe

import (
	"bytes"
	"encoding/json"
	"testing"
)

// The file has the shares of levels and the lengths that the documentation names.
func TestLines(t *testing.T) {
	var b bytes.Buffer
	n, err := writeLines(&b, 1e6)
	if err != nil || b.Len() < 1e6 {
		t.Fatalf("%d bytes, error %v", b.Len(), err)
	}
	levels := map[string]int{}
	for line := range bytes.Lines(b.Bytes()) {
		var v struct{ Level string }
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		levels[v.Level]++
		if len(line) < 150 || len(line) > 480 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	total := 0
	for level, limits := range map[string][2]int{"DEBUG": {25, 35}, "INFO": {55, 65}, "WARN": {5, 9}, "ERROR": {2, 4}} {
		total += levels[level]
		if percent := 100 * levels[level] / n; percent < limits[0] || percent > limits[1] {
			t.Errorf("%d %% %s", percent, level)
		}
	}
	if total != n {
		t.Errorf("%d lines, want %d", total, n)
	}
	var again bytes.Buffer
	if _, err := writeLines(&again, 1e6); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Errorf("a different text, error %v", err)
	}
}
