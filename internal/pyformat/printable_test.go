package pyformat

import (
	"errors"
	"log/slog"
	"testing"
)

// A value that contains itself is an error and does not crash the program.
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
		var e *ValueError
		if b, err := Append([]byte("kept"), slog.AnyValue(v), 0, nil); !errors.As(err, &e) || string(b) != "kept" {
			t.Errorf("%T: %q %v", v, b, err)
		}
	}
	list := &node{Name: "a", Next: &node{Name: "b"}}
	list.Next.(*node).Next = list // fmt does not follow it
	for _, v := range []any{[]any{1, nil, []string{"a"}}, map[string]any{"a": map[int]bool{1: true}}, list, []any(nil)} {
		if _, err := Append(nil, slog.AnyValue(v), 0, nil); err != nil {
			t.Errorf("%T: %v", v, err)
		}
	}
}
