package pyformat

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParse(t *testing.T) {
	spec := func(s string) Spec {
		v, err := ParseSpec(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	field := func(offset, end int, name, specText string, path ...Step) *Field {
		return &Field{Offset: offset, End: end, Name: name, Path: path, Spec: spec(specText)}
	}
	converted := field(0, 8, "x", ">5")
	converted.Conversion = 'r'
	width, verb := field(4, 7, "w", ""), field(8, 14, "p", "d")
	nested := field(1, 16, "x", "")
	nested.Nested = &Template{[]Segment{{">", width}, {".", verb}, {"f", nil}}}

	for _, tt := range []struct {
		in   string
		want []Segment
	}{
		{"", nil},
		{"plain", []Segment{{"plain", nil}}},
		{"{{}}", []Segment{{"{}", nil}}},
		{"a{{{x}}}b", []Segment{{"a{", field(3, 6, "x", "")}, {"}b", nil}}},
		{"{}{0}", []Segment{{"", field(0, 2, "", "")}, {"", field(2, 5, "0", "")}}},
		{"{ x y }", []Segment{{"", field(0, 7, " x y ", "")}}},
		{"{a.b[c.d]}", []Segment{{"", field(0, 10, "a", "", Step{"b", false}, Step{"c.d", true})}}},
		{"{a[}:!{]}", []Segment{{"", field(0, 9, "a", "", Step{"}:!{", true})}}},
		{"{.b}", []Segment{{"", field(0, 4, "", "", Step{"b", false})}}},
		{"{[0]}", []Segment{{"", field(0, 5, "", "", Step{"0", true})}}},
		{"{x!r:>5}", []Segment{{"", converted}}},
		{"{x:}", []Segment{{"", field(0, 4, "x", "")}}},
		{"{t:%H:%M}", []Segment{{"", field(0, 9, "t", "%H:%M")}}},
		{"{t:%H{{}}}", []Segment{{"", field(0, 10, "t", "%H{}")}}},
	} {
		got, err := Parse(tt.in)
		if err != nil {
			t.Errorf("%q: %v", tt.in, err)
		} else if !reflect.DeepEqual(got.Segments, tt.want) {
			t.Errorf("%q = %+v, want %+v", tt.in, got.Segments, tt.want)
		}
	}

	got, err := Parse("_{x:>{w}.{p:d}f}")
	if err != nil {
		t.Fatal(err)
	}
	width.Offset, width.End = 5, 8
	verb.Offset, verb.End = 9, 14
	nested.Offset, nested.End = 1, 16
	if want := []Segment{{"_", nested}}; !reflect.DeepEqual(got.Segments, want) {
		t.Errorf("nested = %+v, want %+v", got.Segments[0].Field.Nested, nested.Nested)
	}
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct {
		in     string
		offset int
		msg    string
	}{
		{"ab{", 2, "'{' is not closed"},
		{"ab{x", 2, "'{' is not closed"},
		{"ab{x!", 2, "'{' is not closed"},
		{"ab{x!r", 2, "'{' is not closed"},
		{"ab{x:>5", 2, "'{' is not closed"},
		{"ab{x:{y}", 2, "'{' is not closed"},
		{"a}b", 1, "single '}'"},
		{"{x}}", 3, "single '}'"},
		{"{a{b}}", 2, "'{' in a field name"},
		{"{a[b}", 2, "'[' is not closed"},
		{"{a.}", 2, "empty attribute"},
		{"{a..b}", 2, "empty attribute"},
		{"{a[]}", 2, "empty attribute"},
		{"{a[b]c}", 5, "only '.' or '[' may follow ']'"},
		{"{a!x}", 3, "unknown conversion (known: !r, !s, !a)"},
		{"{a!}}", 3, "unknown conversion (known: !r, !s, !a)"},
		{"{a!rr}", 4, "':' or '}' must follow the conversion"},
		{"{a:{b:{c}}}", 6, "fields nest too deep"},
		{"{a:{b.}}", 5, "empty attribute"},
		{"{a:{b!x}}", 6, "unknown conversion (known: !r, !s, !a)"},
		{"{a:5q}", 4, "unknown format code 'q'"},
		{"{a:5\x00}", 4, `unknown format code '\x00'`},
		{"{a:ddd}", 4, "invalid format spec"},
		{"{a:4097}", 3, "width is over 4096"},
		{"{a:99999999999999999999999}", 3, "width is over 4096"},
		{"{a:.4097f}", 4, "precision is over 4096"},
		{"{a:.f}", 4, "precision missing"},
		{"{a:,_}", 4, "',' and '_' must stand alone"},
		{"{a:{{}}}", 3, "invalid format spec"},
	} {
		_, err := Parse(tt.in)
		var e *SyntaxError
		if !errors.As(err, &e) {
			t.Errorf("%q: %v, want a SyntaxError", tt.in, err)
			continue
		}
		if e.Source != tt.in || e.Offset != tt.offset || e.Msg != tt.msg {
			t.Errorf("%q: %q at %d, want %q at %d", tt.in, e.Msg, e.Offset, tt.msg, tt.offset)
		}
	}
}

func TestSyntaxErrorText(t *testing.T) {
	long := strings.Repeat("日", 20)
	for _, tt := range []struct{ in, want string }{
		{"{path!x} in {took}", `unknown conversion (known: !r, !s, !a) at byte 6: "{path!<<HERE>>x} in {took}"`},
		{"a\n\x1b[1m\u202e\xff}", `single '}' at byte 10: "a\n\x1b[1m\u202e\xff<<HERE>>}"`},
		{long + "}" + long, `single '}' at byte 60: "...日日日日日日日日<<HERE>>}日日日日日日日..."`},
		{long + "a}b" + long, `single '}' at byte 61: "...日日日日日日日a<<HERE>>}b日日日日日日日..."`},
	} {
		_, err := Parse(tt.in)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%q: %v\nwant %s", tt.in, err, tt.want)
		}
	}
	for _, offset := range []int{-1, 100} {
		if got := (&SyntaxError{Source: "x", Offset: offset}).Error(); !strings.Contains(got, "<<HERE>>") {
			t.Error(got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "{}", "a{{b}}{c.d[e]!r:>5}f", "{x:{w}.{p}f}", "{t:%H:%M}", "{a[}]}", "{x:{{}}}", "{", "}", "{x!", "{é:日>5}"} {
		f.Add(s)
	}
	escape := strings.NewReplacer("{", "{{", "}", "}}")
	f.Fuzz(func(t *testing.T, s string) {
		tpl, err := Parse(s)
		if err != nil {
			text := err.Error()
			if !utf8.ValidString(text) || strings.ContainsAny(text, "\n\r\x1b") || len(text) > 400 {
				t.Fatalf("unsafe error %q", text)
			}
			return
		}
		var again strings.Builder
		for i, seg := range tpl.Segments {
			again.WriteString(escape.Replace(seg.Literal))
			if seg.Field == nil {
				if i != len(tpl.Segments)-1 {
					t.Fatalf("segment %d of %q has no field", i, s)
				}
				continue
			}
			text := s[seg.Field.Offset:seg.Field.End]
			again.WriteString(text)
			checkField(t, text, seg.Field)
		}
		if again.String() != s {
			t.Fatalf("%q became %q", s, again.String())
		}
	})
}

// checkField parses the text of a field alone, which must have the same result.
func checkField(t *testing.T, text string, f *Field) {
	alone, err := Parse(text)
	if err != nil || len(alone.Segments) != 1 || alone.Segments[0].Literal != "" {
		t.Fatalf("field %q alone: %+v, %v", text, alone, err)
	}
	got := alone.Segments[0].Field
	if got.Name != f.Name || !reflect.DeepEqual(got.Path, f.Path) || got.Conversion != f.Conversion || got.Spec != f.Spec {
		t.Fatalf("field %q alone: %+v, want %+v", text, got, f)
	}
	if (got.Nested == nil) != (f.Nested == nil) {
		t.Fatalf("field %q alone: nested %v, want %v", text, got.Nested, f.Nested)
	}
	name := f.Name
	for _, s := range f.Path {
		if s.Index {
			name += "[" + s.Key + "]"
		} else {
			name += "." + s.Key
		}
	}
	if !strings.HasPrefix(text, "{"+name) {
		t.Fatalf("field %q has the path %q", text, name)
	}
}

func TestIsBare(t *testing.T) {
	for in, want := range map[string]bool{"{x}": true, "{}": true, "{ x }": true, "{x!r}": false, "{x:}": false, "{x:>5}": false, "{x.y}": false, "{x[y]}": false, "{x:{y}}": false} {
		tmpl, err := Parse("a" + in + "b")
		if err != nil {
			t.Fatal(err)
		}
		if got := tmpl.Segments[0].Field.IsBare(); got != want {
			t.Errorf("%s: %t", in, got)
		}
	}
}
