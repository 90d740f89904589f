package pyformat

import (
	"errors"
	"testing"
)

func TestParseSpec(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Spec
	}{
		{"", Spec{Precision: -1}},
		{"5", Spec{Width: 5, Precision: -1}},
		{"4096.4096f", Spec{Width: 4096, Precision: 4096, Verb: 'f'}},
		{"<", Spec{Align: '<', Precision: -1}},
		{"<<", Spec{Fill: '<', Align: '<', Precision: -1}},
		{"日^+#12_.3g", Spec{Fill: '日', Align: '^', Sign: '+', Alt: true, Width: 12, Group: '_', Precision: 3, Verb: 'g'}},
		{" d", Spec{Sign: ' ', Precision: -1, Verb: 'd'}},
		{"-012,", Spec{Sign: '-', Zero: true, Width: 12, Group: ',', Precision: -1}},
		{"0", Spec{Zero: true, Precision: -1}},
		{"00", Spec{Zero: true, Precision: -1}},
		{"*=05", Spec{Fill: '*', Align: '=', Width: 5, Precision: -1}},
		{".1%", Spec{Precision: 1, Verb: '%', Layout: ".1%"}},
		{"%d", Spec{Precision: -1, Layout: "%d", timeOnly: true}},
		{"%<5", Spec{Fill: '%', Align: '<', Width: 5, Precision: -1, Layout: "%<5"}},
	} {
		got, err := ParseSpec(tt.in)
		if err != nil || got != tt.want {
			t.Errorf("%q = %+v, %v; want %+v", tt.in, got, err, tt.want)
		}
		if got.IsZero() != (tt.in == "") {
			t.Errorf("%q: IsZero is %v", tt.in, got.IsZero())
		}
	}
	if !(*Spec)(nil).IsZero() {
		t.Error("nil is not the empty spec")
	}
}

// A spec that is invalid for every type is an error of ParseSpec.
func TestParseSpecErrors(t *testing.T) {
	for in, want := range map[string]string{
		",s":   "',' not allowed with format code 's'",
		",x":   "',' not allowed with format code 'x'",
		"_n":   "'_' not allowed with format code 'n'",
		"_c":   "'_' not allowed with format code 'c'",
		"+s":   "sign not allowed with format code 's'",
		" c":   "sign not allowed with format code 'c'",
		"#s":   "'#' not allowed with format code 's'",
		"=5s":  "alignment '=' not allowed with format code 's'",
		".2d":  "precision not allowed with format code 'd'",
		".2x":  "precision not allowed with format code 'x'",
		"z":    "unknown format code 'z'",
		"日":    "unknown format code '日'",
		"é5":   "invalid format spec",
		"\xff": `unknown format code '�'`,
		"__":   "',' and '_' must stand alone",
	} {
		_, err := ParseSpec(in)
		var e *SyntaxError
		if !errors.As(err, &e) || e.Msg != want || e.Source != in {
			t.Errorf("%q: %v, want %q", in, err, want)
		}
	}
}
