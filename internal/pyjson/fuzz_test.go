package pyjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"unicode/utf8"
)

func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/records/*.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no records: %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, seed := range []string{
		"", "-", "[NaN, -Infinity]", "[1e999, -0, -0.0, 18446744073709551616]", `{"a":1,"a":[{}]}`,
		`"\ud83c\udf89\ud800\u0041"`, "\"\xff\xed\xa0\x80\"", "[1,]", "{\"\x01\":0}", "[[[[[[", "1 2", "\ufeff{}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Decode(data)
		checkReader(t, data, v, err)
		if err != nil {
			checkRefusal(t, data, err)
			return
		}
		again := Append(nil, v)
		w, err := Decode(again)
		if err != nil {
			t.Fatalf("%q was read and written as %q, which is refused: %v", data, again, err)
		}
		if !equal(v, w) {
			t.Errorf("%q was read and written as %q, which is another value", data, again)
		}

		if !json.Valid(data) {
			// The two grammars differ only in Python's literals.
			if !bytes.Contains(data, []byte("NaN")) && !bytes.Contains(data, []byte("Infinity")) {
				t.Errorf("Decode accepts %q, encoding/json refuses it", data)
			}
			return
		}
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		var std any
		if err := d.Decode(&std); err != nil {
			t.Fatal(err)
		}
		if !same(v, std) {
			t.Errorf("Decode reads %q as %#v, encoding/json as %#v", data, v, std)
		}
	})
}

// checkRefusal checks an error of Decode against encoding/json.
func checkRefusal(t *testing.T, data []byte, err error) {
	var syntax *SyntaxError
	var limit *LimitError
	switch {
	case errors.As(err, &limit):
		if len(data) <= maxDepth {
			t.Errorf("%q is beyond no limit: %v", data, err)
		}
	case errors.As(err, &syntax):
		if syntax.Offset < 0 || syntax.Offset > len(data) {
			t.Errorf("%q has %d bytes, but %v", data, len(data), err)
		}
		if json.Valid(data) {
			t.Errorf("encoding/json accepts %q: %v", data, err)
		}
	default:
		t.Errorf("%q is refused with %T: %v", data, err, err)
	}
}

// same compares a value of Decode with one of encoding/json.
func same(v, std any) bool {
	switch std := std.(type) {
	case json.Number:
		if f, ok := v.(float64); ok {
			want, _ := strconv.ParseFloat(std.String(), 64)
			return math.Float64bits(f) == math.Float64bits(want)
		}
		return string(Append(nil, v)) == std.String() || std == "-0" && v == int64(0)
	case []any:
		a, ok := v.([]any)
		return ok && slices.EqualFunc(a, std, same)
	case map[string]any:
		o, ok := v.(Object)
		keys := map[string]bool{}
		for _, m := range o {
			keys[m.Key] = true
		}
		for key, want := range std {
			got, found := o.Get(key)
			ok = ok && found && same(got, want)
		}
		return ok && len(keys) == len(std)
	}
	return v == std
}

func FuzzAppendString(f *testing.F) {
	for _, seed := range []string{"", "plain", "\"\\/\x00\x7f\n", "Größe 日本 🎉\u2028", "\xff\xed\xa0\x80", "a\ufffd"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := AppendString(nil, s)
		if !json.Valid(b) {
			t.Fatalf("AppendString(%q) = %q is not valid JSON", s, b)
		}
		for _, c := range b {
			if c < ' ' || c > '~' {
				t.Fatalf("AppendString(%q) = %q is not printable ASCII on one line", s, b)
			}
		}
		want := string([]rune(s)) // invalid bytes become U+FFFD
		if utf8.ValidString(s) && want != s {
			t.Fatalf("%q is valid but was changed", s)
		}
		if got, err := Decode(b); err != nil || got != want {
			t.Errorf("AppendString(%q) = %q reads as %q, %v", s, b, got, err)
		}
		var std string
		if err := json.Unmarshal(b, &std); err != nil || std != want {
			t.Errorf("encoding/json reads %q as %q, %v", b, std, err)
		}
	})
}

func FuzzAppendFloat(f *testing.F) {
	for _, seed := range []float64{0, 1, -0.1, 1e15, 1e16, 1e-4, 1e-5, math.MaxFloat64, 5e-324} {
		f.Add(math.Float64bits(seed))
	}
	f.Fuzz(func(t *testing.T, bits uint64) {
		want := math.Float64frombits(bits)
		b := AppendFloat(nil, want)
		if got, err := Decode(b); err != nil || !equal(got, want) {
			t.Errorf("AppendFloat(%g) = %s reads as %v, %v", want, b, got, err)
		}
	})
}

// checkReader checks that a Reader reads what Decode has read, and that Skip accepts it.
func checkReader(t *testing.T, data []byte, want any, refused error) {
	t.Helper()
	r := NewReader(data)
	v, err := read(r)
	if err == nil {
		err = r.End()
	}
	if (err == nil) != (refused == nil) || err == nil && !equal(v, want) {
		t.Errorf("the Reader read %v, %v from %q, Decode %v, %v", v, err, data, want, refused)
	}
	r = NewReader(data)
	if err = r.Skip(); err == nil {
		err = r.End()
	}
	if (err == nil) != (refused == nil) {
		t.Errorf("Skip returned %v for %q, Decode %v", err, data, refused)
	}
}

// read is Decode by means of a Reader.
func read(r *Reader) (any, error) {
	switch r.Next() {
	case '{':
		o := Object{}
		err := r.Object(func(key string) error {
			v, err := read(r)
			o = append(o, Member{key, v})
			return err
		})
		return o, err
	case '[':
		a := []any{}
		err := r.Array(func() error {
			v, err := read(r)
			a = append(a, v)
			return err
		})
		return a, err
	}
	return r.Value()
}
