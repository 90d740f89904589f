package pyformat

import (
	"log/slog"
	"strings"
	"testing"
)

// A value that contains itself or is too large is cut, with a mark.
func TestEndlessValues(t *testing.T) {
	m := map[string]any{}
	m["self"] = m
	s := make([]any, 1)
	s[0] = s
	type node struct {
		Name string
		Next any
	}
	n := &node{Name: "a"}
	n.Next = []any{m}
	wide := any("x")
	for range 40 {
		wide = []any{wide, wide}
	}
	for _, v := range []any{m, s, n, wide, map[any]any{1: m}} {
		b, err := Append([]byte("kept"), slog.AnyValue(v), 0, nil)
		if text := string(b); err != nil || !strings.HasPrefix(text, "kept") || !strings.Contains(text, "cycle") && !strings.Contains(text, "(cut)") {
			t.Errorf("%T: %.200q %v", v, b, err)
		}
	}
}
