package value_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/value"
)

// standard returns the output of encoding/json.
func standard(v any) (text string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	err = e.Encode(v)
	return strings.TrimSuffix(buf.String(), "\n"), err
}

// safe escapes terminal control characters in JSON. It undoes the second escape in strings
// with the option "string".
func safe(text string) string {
	var b []byte
	for _, r := range text {
		if r < 0x7f {
			b = append(b, byte(r))
		} else {
			b = encode.AppendJSONText(b, string(r))
		}
	}
	return strings.ReplaceAll(strings.ReplaceAll(string(b), "\ufffd", `\ufffd`), `\\u`, `\u`)
}

// compare checks that the output for a value is that of encoding/json, or valid JSON if
// encoding/json refuses the value.
func compare(t *testing.T, v any) {
	t.Helper()
	got := string(value.AppendJSON([]byte("before "), v))
	got, ok := strings.CutPrefix(got, "before ")
	if !ok || !json.Valid([]byte(got)) {
		t.Fatalf("%T: invalid: %s", v, got)
	}
	want, err := standard(v)
	switch {
	case err != nil:
		return
	case safe(got) != safe(want):
		t.Fatalf("%T %#v\ngot  %s\nwant %s", v, v, got, want)
	}
}

func check(t *testing.T, choices []byte) {
	t.Helper()
	g := newGenerator(choices)
	typ := g.typ(1 + g.n(3))
	v := g.value(typ, 6)
	compare(t, v.Interface())
	compare(t, v.Addr().Interface())
	list := reflect.MakeSlice(reflect.SliceOf(typ), 1, 1)
	list.Index(0).Set(v)
	compare(t, list.Interface())
	compare(t, map[string]any{"k": v.Interface()})
}

func TestZooAsEncodingJSON(t *testing.T) {
	for i := range 30 {
		for _, typ := range zoo {
			g := newGenerator([]byte{byte(i), byte(i >> 8)})
			v := g.value(typ, 6)
			compare(t, v.Interface())
			compare(t, v.Addr().Interface())
			compare(t, []any{v.Interface()})
		}
	}
}

func FuzzAsEncodingJSON(f *testing.F) {
	for i := range 300 {
		f.Add([]byte{byte(i), byte(i >> 8), byte(i * 7)})
	}
	f.Fuzz(func(t *testing.T, choices []byte) { check(t, choices) })
}
