package pyjson

import (
	"math"
	"math/big"
	"strings"
	"testing"
)

func TestAppendString(t *testing.T) {
	tests := []struct {
		in, want string
	}{
		{"", `""`},
		{"plain ~ text", `"plain ~ text"`},
		{`"\/`, `"\"\\/"`},
		{"<a href='x'>&", `"<a href='x'>&"`},
		{"\b\f\n\r\t", `"\b\f\n\r\t"`},
		{"\x00\x01\v\x1b\x1f", `"\u0000\u0001\u000b\u001b\u001f"`},
		{"\x7f", `"\u007f"`},
		{"\u0080é\u2028\uffff", `"\u0080\u00e9\u2028\uffff"`},
		{"a🎉b\U0010ffff", `"a\ud83c\udf89b\udbff\udfff"`},
		{"a\xffb", `"a\ufffdb"`},
		{"\xe2\x82", `"\ufffd\ufffd"`},
		{"\xed\xa0\x80", `"\ufffd\ufffd\ufffd"`},
		{"\ufffd", `"\ufffd"`},
	}
	for _, test := range tests {
		if got := string(AppendString([]byte("> "), test.in)); got != "> "+test.want {
			t.Errorf("AppendString(%q) = %s, want > %s", test.in, got, test.want)
		}
	}
}

func TestAppendFloat(t *testing.T) {
	tests := []struct {
		in   float64
		want string
	}{
		{0, "0.0"},
		{math.Copysign(0, -1), "-0.0"},
		{1, "1.0"},
		{-17, "-17.0"},
		{0.1, "0.1"},
		{1.5, "1.5"},
		{1.0 / 3, "0.3333333333333333"},
		{1e15, "1000000000000000.0"},
		{9999999999999998, "9999999999999998.0"},
		{1e16, "1e+16"},
		{-1e16, "-1e+16"},
		{123456789012345678, "1.2345678901234568e+17"},
		{1e22, "1e+22"},
		{1e300, "1e+300"},
		{1.5e300, "1.5e+300"},
		{math.MaxFloat64, "1.7976931348623157e+308"},
		{0.0001, "0.0001"},
		{math.Nextafter(0.0001, 0), "9.999999999999999e-05"},
		{0.00001, "1e-05"},
		{-1e-7, "-1e-07"},
		{5e-324, "5e-324"},
		{math.NaN(), "NaN"},
		{math.Inf(1), "Infinity"},
		{math.Inf(-1), "-Infinity"},
	}
	for _, test := range tests {
		if got := string(AppendFloat([]byte("> "), test.in)); got != "> "+test.want {
			t.Errorf("AppendFloat(%g) = %s, want > %s", test.in, got, test.want)
		}
	}
}

func TestAppend(t *testing.T) {
	digits := strings.Repeat("7", maxDigits)
	deepest := Object{{"a", int64(1)}}
	nested := func(levels int) any {
		v := any(deepest)
		for range levels {
			v = []any{v}
		}
		return v
	}
	tests := []struct {
		name string
		in   any
		want string
	}{
		{"nil", nil, "null"},
		{"true", true, "true"},
		{"false", false, "false"},
		{"string", "é", `"\u00e9"`},
		{"smallest int64", int64(math.MinInt64), "-9223372036854775808"},
		{"largest uint64", uint64(math.MaxUint64), "18446744073709551615"},
		{"big", bigInt(t, "-18446744073709551616"), "-18446744073709551616"},
		{"float", 1e16, "1e+16"},
		{"empty array", []any{}, "[]"},
		{"nil array", []any(nil), "[]"},
		{"array", []any{int64(1), []any{nil, "x"}}, `[1, [null, "x"]]`},
		{"empty object", Object{}, "{}"},
		{"object", Object{{"b", int64(1)}, {"a\n", Object{{"", true}}}}, `{"b": 1, "a\n": {"": true}}`},
		{"duplicates", Object{{"a", int64(1)}, {"a", int64(2)}}, `{"a": 1, "a": 2}`},
		{"another type", []any{struct{}{}, 1, []byte("x")}, "[null, null, null]"},
		{"nil big", (*big.Int)(nil), "null"},
		{"as many digits as Python reads", bigInt(t, "-"+digits), "-" + digits},
		{"too many digits", []any{bigInt(t, digits+"0")}, "[null]"},
		{"as deep as Decode reads", nested(maxDepth - 1),
			strings.Repeat("[", maxDepth-1) + `{"a": 1}` + strings.Repeat("]", maxDepth-1)},
		{"too deep", nested(maxDepth), strings.Repeat("[", maxDepth) + "null" + strings.Repeat("]", maxDepth)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := string(Append([]byte("> "), test.in))
			if got != "> "+test.want {
				t.Errorf("Append = %.200s, want > %.200s", got, test.want)
			}
			if _, err := Decode([]byte(got[2:])); err != nil {
				t.Errorf("Decode refuses what Append wrote: %v", err)
			}
		})
	}
}
