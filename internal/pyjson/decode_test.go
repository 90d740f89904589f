package pyjson

import (
	"errors"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"
)

// equal compares two values of Decode. NaN equals NaN, and -0.0 is not 0.0.
func equal(a, b any) bool {
	switch a := a.(type) {
	case float64:
		b, ok := b.(float64)
		return ok && (math.Float64bits(a) == math.Float64bits(b) || a != a && b != b)
	case *big.Int:
		b, ok := b.(*big.Int)
		return ok && a.Cmp(b) == 0
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case Object:
		b, ok := b.(Object)
		return ok && slices.EqualFunc(a, b, func(m, n Member) bool {
			return m.Key == n.Key && equal(m.Value, n.Value)
		})
	}
	return a == b
}

func bigInt(t *testing.T, text string) *big.Int {
	t.Helper()
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		t.Fatalf("%q is not an integer", text)
	}
	return n
}

func TestDecode(t *testing.T) {
	digits := strings.Repeat("7", maxDigits)
	deep := any([]any{})
	for range maxDepth - 1 {
		deep = []any{deep}
	}
	tests := []struct {
		in   string
		want any
	}{
		{"null", nil},
		{"true", true},
		{" \t\r\nfalse\n ", false},

		{"0", int64(0)},
		{"-0", int64(0)},
		{"-17", int64(-17)},
		{"9223372036854775807", int64(math.MaxInt64)},
		{"-9223372036854775808", int64(math.MinInt64)},
		{"9223372036854775808", uint64(math.MaxInt64 + 1)},
		{"18446744073709551615", uint64(math.MaxUint64)},
		{"18446744073709551616", bigInt(t, "18446744073709551616")},
		{"-9223372036854775809", bigInt(t, "-9223372036854775809")},
		{digits, bigInt(t, digits)},
		{"-" + digits, bigInt(t, "-"+digits)},

		{"0.0", 0.0},
		{"-0.0", math.Copysign(0, -1)},
		{"-0e1", math.Copysign(0, -1)},
		{"2.5", 2.5},
		{"1E5", 100000.0},
		{"1e+2", 100.0},
		{"125e-2", 1.25},
		{"1e999", math.Inf(1)},
		{"-1e999", math.Inf(-1)},
		{"1e99999999999999999999", math.Inf(1)},
		{"1e-99999999999999999999", 0.0},
		{digits + digits + "e-8599", 7.777777777777778},
		{"NaN", math.NaN()},
		{"Infinity", math.Inf(1)},
		{"-Infinity", math.Inf(-1)},
		{"[NaN,-Infinity , Infinity]", []any{math.NaN(), math.Inf(-1), math.Inf(1)}},

		{`""`, ""},
		{`"plain"`, "plain"},
		{"\"\x7f\"", "\x7f"},
		{`"\"\\\/\b\f\n\r\t"`, "\"\\/\b\f\n\r\t"},
		{`"a\u00e9\u00E9b"`, "aééb"},
		{`"\u0000"`, "\x00"},
		{`"Größe 日本"`, "Größe 日本"},
		{`"\ud83c\udf89 \uD83C\uDF89"`, "🎉 🎉"},
		{`"\ud800"`, "\ufffd"},
		{`"\udf89"`, "\ufffd"},
		{`"\udf89\ud83c"`, "\ufffd\ufffd"},
		{`"\ud83cx"`, "\ufffdx"},
		{`"\ud83c\n"`, "\ufffd\n"},
		{`"\ud800\u0041"`, "\ufffdA"},
		{`"\ud800\ud83c\udf89"`, "\ufffd🎉"},
		{"\"a\xffb\"", "a\ufffdb"},
		{"\"\xe2\x82\"", "\ufffd\ufffd"},
		{"\"\xed\xa0\x80\"", "\ufffd\ufffd\ufffd"},

		{"[]", []any{}},
		{"[ ]", []any{}},
		{"[1, [2, [], 3], 4]", []any{int64(1), []any{int64(2), []any{}, int64(3)}, int64(4)}},
		{"{}", Object{}},
		{"{ }", Object{}},
		{`{"b": 1 , "a":{"c":[null]}}`, Object{{"b", int64(1)}, {"a", Object{{"c", []any{nil}}}}}},
		{`{"a": 1, "b": 2, "a": 3}`, Object{{"a", int64(1)}, {"b", int64(2)}, {"a", int64(3)}}},
		{"{\"\xff\": 1, \"\\ud800\": 2}", Object{{"\ufffd", int64(1)}, {"\ufffd", int64(2)}}},
		{strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth), deep},
	}
	for _, test := range tests {
		got, err := Decode([]byte(test.in))
		if err != nil {
			t.Errorf("Decode(%.60q): %v", test.in, err)
		} else if !equal(got, test.want) {
			t.Errorf("Decode(%.60q) = %#v, want %#v", test.in, got, test.want)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	tests := []struct {
		in     string
		offset int
	}{
		{"", 0},
		{"  ", 2},
		{"x", 0},
		{"\ufeff1", 0},
		{"\v1", 0},
		{"\u00a01", 0},
		{"\x00", 0},
		{"1 2", 2},
		{"1\x00", 1},
		{"truex", 4},
		{"tru", 3},
		{"nul!", 3},
		{"True", 0},

		{"-", 1},
		{"+1", 0},
		{".5", 0},
		{"00", 1},
		{"-01", 2},
		{"1.", 2},
		{"1.x", 2},
		{"1e", 2},
		{"1e+", 3},
		{"1.e5", 2},
		{"0x10", 1},
		{"1_000", 1},
		{"1\u0661", 1},
		{"nan", 1},
		{"-NaN", 1},
		{"-infinity", 1},
		{"Inf", 3},
		{"+Infinity", 0},

		{`"`, 1},
		{`"abc`, 4},
		{`"ab\`, 4},
		{"'a'", 0},
		{"\"a\tb\"", 2},
		{"\"é\nb\"", 3},
		{`"\x41"`, 2},
		{`"\u12"`, 5},
		{`"\u12g4"`, 5},
		{`"\u+123"`, 3},
		{`"\ud83c\u12"`, 11},
		{`"\u123`, 6},

		{"[", 1},
		{"[1", 2},
		{"[1,", 3},
		{"[1,]", 3},
		{"[,1]", 1},
		{"[1 2]", 3},
		{"[1}", 2},
		{"]", 0},
		{"{", 1},
		{`{"a"`, 4},
		{`{"a" 1}`, 5},
		{`{"a":}`, 5},
		{`{"a":1`, 6},
		{`{"a":1,}`, 7},
		{`{"a":1]`, 6},
		{`{a:1}`, 1},
		{`{1:1}`, 1},
		{`{"a":1 "b":2}`, 7},
	}
	for _, test := range tests {
		v, err := Decode([]byte(test.in))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("Decode(%q) = %v, %v, want a SyntaxError", test.in, v, err)
		} else if syntax.Offset != test.offset || v != nil {
			t.Errorf("Decode(%q) = %v, %v, want nil and offset %d", test.in, v, err, test.offset)
		}
	}
}

func TestDecodeLimits(t *testing.T) {
	digits := strings.Repeat("7", maxDigits+1)
	tests := []struct {
		name   string
		in     string
		offset int
	}{
		{"digits", "[" + digits + "]", 1},
		{"digits after a sign", "-" + digits, 0},
		{"arrays", strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1), maxDepth},
		{"objects", strings.Repeat(`{"":`, maxDepth) + "{}" + strings.Repeat("}", maxDepth), 4 * maxDepth},
		{"arrays without end", strings.Repeat("[", 1<<20), maxDepth},
		{"objects without end", strings.Repeat(`[{"":`, 1<<18), 5 * maxDepth / 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v, err := Decode([]byte(test.in))
			var limit *LimitError
			if !errors.As(err, &limit) {
				t.Fatalf("Decode = %v, %v, want a LimitError", v, err)
			}
			if limit.Offset != test.offset || v != nil {
				t.Errorf("Decode = %v, %v, want nil and offset %d", v, err, test.offset)
			}
		})
	}
}

func TestDepthCountsOpenContainersOnly(t *testing.T) {
	in := "[" + strings.Repeat("[],{},[0],", 10*maxDepth) + "0]"
	if _, err := Decode([]byte(in)); err != nil {
		t.Error(err)
	}
}

func TestDecodeKeepsNoReference(t *testing.T) {
	data := []byte(`{"key": ["value", "\u00e9"]}`)
	got, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	clear(data)
	if want := (Object{{"key", []any{"value", "é"}}}); !equal(got, want) {
		t.Errorf("the value changed with the data to %v, want %v", got, want)
	}
}

func TestErrorTexts(t *testing.T) {
	tests := []struct {
		in, want string
	}{
		{`{"secret": tru}`, "invalid JSON at byte 14: expected true"},
		{`{"secret": "abc`, "invalid JSON at byte 15: unexpected end"},
		{strings.Repeat("1", 5000), "JSON exceeds limits at byte 0: integer with more than 4300 digits"},
	}
	for _, test := range tests {
		if _, err := Decode([]byte(test.in)); err == nil || err.Error() != test.want {
			t.Errorf("the error is %v, want %s", err, test.want)
		}
	}
}

func TestObjectGet(t *testing.T) {
	o := Object{{"a", int64(1)}, {"b", nil}, {"a", int64(3)}}
	tests := []struct {
		key  string
		want any
		ok   bool
	}{
		{"a", int64(3), true},
		{"b", nil, true},
		{"c", nil, false},
	}
	for _, test := range tests {
		if got, ok := o.Get(test.key); got != test.want || ok != test.ok {
			t.Errorf("Get(%q) = %v, %v, want %v, %v", test.key, got, ok, test.want, test.ok)
		}
	}
}
