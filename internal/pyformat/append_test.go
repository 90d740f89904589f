package pyformat

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"
)

type (
	named   int
	color   int
	text    string
	flag    bool
	ratio   float32
	count   uint8
	point   struct{ X, Y int }
	node    struct{ name string }
	valuer  struct{ v slog.Value }
	endless struct{}
	failure struct{}
	shaped  struct{}
)

func (c color) String() string        { return [...]string{"red", "green"}[c] }
func (n *node) String() string        { return "node " + n.name }
func (v valuer) LogValue() slog.Value { return v.v }
func (failure) Error() string         { return "it failed" }
func (failure) Format(s fmt.State, _ rune) {
	fmt.Fprint(s, "a stack trace")
}
func (shaped) Format(s fmt.State, verb rune) { fmt.Fprintf(s, "shaped by %%%c", verb) }

func (endless) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("again", endless{}))
}

type (
	errorBomb  struct{}
	stringBomb struct{}
	formatBomb struct{}
	valueBomb  struct{}
	loop       struct{}
)

func (errorBomb) Error() string           { panic("boom") }
func (stringBomb) String() string         { panic(errorBomb{}) }
func (formatBomb) Format(fmt.State, rune) { panic("line\nbreak") }
func (valueBomb) LogValue() slog.Value    { panic("boom") }
func (loop) LogValue() slog.Value         { return slog.AnyValue(loop{}) }

func TestAppend(t *testing.T) {
	at := time.Date(2024, 2, 29, 13, 37, 42, 5000999, time.FixedZone("CET", 3600))
	for _, tt := range []struct {
		value any
		spec  string
		want  string
	}{
		// text without a spec
		{"raw \n\x00", "", "raw \n\x00"},
		{-7, "", "-7"},
		{uint64(math.MaxUint64), "", "18446744073709551615"},
		{1.0, "", "1"},
		{1234567.0, "", "1.234567e+06"},
		{math.NaN(), "", "nan"},
		{math.Inf(-1), "", "-inf"},
		{math.Inf(1), "", "inf"},
		{true, "", "true"},
		{90 * time.Second, "", "1m30s"},
		{at, "", "2024-02-29 13:37:42.005000999+01:00"},
		{at.Truncate(time.Second).UTC(), "", "2024-02-29 12:37:42+00:00"},
		{nil, "", "<nil>"},
		{[]byte("bytes"), "", "bytes"},
		{errors.New("bad"), "", "bad"},
		{failure{}, "", "it failed"},
		{color(1), "", "green"},
		{shaped{}, "", "shaped by %v"},
		{&node{"a"}, "", "node a"},
		{(*node)(nil), "", "<nil>"},
		{(*valuer)(nil), "", "<nil>"},
		{(*stringBomb)(nil), "", "<nil>"},
		{named(3), "", "3"},
		{text("t"), "", "t"},
		{ratio(0.5), "", "0.5"},
		{ratio(math.Inf(1)), "", "inf"},
		{point{1, 2}, "", `{"X":1,"Y":2}`},
		{&point{1, 2}, "", `{"X":1,"Y":2}`},
		{[]string{"a", "b"}, "", `["a","b"]`},
		{valuer{slog.IntValue(5)}, "", "5"},
		{valuer{slog.AnyValue(valuer{slog.StringValue("deep")})}, "", "deep"},
		{slog.GroupValue(), "", "{}"},
		{slog.GroupValue(slog.Int("a", 1), slog.String("b", "x y"), slog.Group("c", slog.Any("d", valuer{slog.BoolValue(true)}))), "", "{a=1 b=x y c={d=true}}"},
		{slog.GroupValue(slog.Group("", slog.Int("a", 1))), "", "{{a=1}}"},
		{endless{}, "", strings.Repeat("{again=", 10) + "{...}" + strings.Repeat("}", 10)},

		// width and precision of text
		{"ab", ">5", "   ab"},
		{"ab", "é^5", "éabéé"},
		{"日本語", ".2", "日本"},
		{"日本語", "4", "日本語 "},
		{"a\xffb", "*<4.2", "a\xff**"},
		{true, ">6", "  true"},
		{true, "s", "true"},
		{nil, ">6", " <nil>"},
		{90 * time.Second, ">7", "  1m30s"},
		{at, ">37", "  2024-02-29 13:37:42.005000999+01:00"},
		{at, ".10", "2024-02-29"},
		{errors.New("bad"), "5", "bad  "},
		{color(0), ">5s", "  red"},
		{slog.GroupValue(slog.Int("a", 1)), "^7", " {a=1} "},
		{[]int{1, 2}, ">6", " [1,2]"},

		// numbers
		{true, "d", "1"},
		{false, "05.1f", "000.0"},
		{flag(true), "", "true"},
		{flag(true), "d", "1"},
		{color(1), "03d", "001"},
		{color(1), ".1f", "1.0"},
		{named(-1234), ",", "-1,234"},
		{named(7), "5", "    7"},
		{count(200), "x", "c8"},
		{uint8(7), "b", "111"},
		{ratio(0.5), ".1%", "50.0%"},
		{uintptr(255), "#x", "0xff"},
		{1.0, "5", "    1"},
		{1.0, "#", "1."},
		{1e20, "#", "1.e+20"},
		{1234567.5, ",", "1,234,567.5"},
		{1e16, ",", "1e+16"},
		{1e-5, "_", "1e-05"},
		{1234567.5, ".3", "1.23e+06"},
		{100.0, ".3", "100"},
		{math.NaN(), "5", "  nan"},
		{0x1F600, "c", "😀"},
		{65, "3c", "  A"},

		// durations
		{1234567 * time.Microsecond, ".3f", "1.235"},
		{1234567 * time.Microsecond, "e", "1.234567e+00"},
		{-1500 * time.Millisecond, "g", "-1.5"},
		{time.Second, ",d", "1,000,000,000"},

		// times
		{at, "%Y-%m-%d %H:%M", "2024-02-29 13:37"},
		{at, ".1%", ".1%"},
		{valuer{slog.TimeValue(at)}, "%H", "13"},

		// hex
		{"hi\xff", "x", "6869ff"},
		{"hi\xff", "#X", "0X6869FF"},
		{"", "#x", ""},
		{[]byte{0, 10}, "6x", "000a  "},
		{text("A"), ">4x", "  41"},
	} {
		spec, err := ParseSpec(tt.spec)
		if err != nil {
			t.Errorf("%q: %v", tt.spec, err)
			continue
		}
		got, err := Append([]byte("before "), slog.AnyValue(tt.value), 0, &spec)
		if want := "before " + tt.want; err != nil || string(got) != want {
			t.Errorf("%T %v with %q = %q, %v; want %q", tt.value, tt.value, tt.spec, got, err, want)
		}
	}
}

func TestAppendConversion(t *testing.T) {
	for _, tt := range []struct {
		value      any
		conversion byte
		spec       string
		want       string
	}{
		{"a\n\"ä", 'r', "", `"a\n\"ä"`},
		{"a\n\"ä", 'a', "", `"a\n\"\u00e4"`},
		{"a\n", 's', "", "a\n"},
		{[]byte("ä"), 'r', "", `"ä"`},
		{text("x"), 'r', ">5", `  "x"`},
		{5, 's', "3", "5  "},
		{5, 'r', "s", "5"},
		{errors.New("schön \U0001f600 \xff"), 'a', "", `sch\u00f6n \U0001f600 \ufffd`},
		{errors.New("schön"), 'r', ".4", "schö"},
		{true, 's', ">5", " true"},
		{time.Second, 's', ".1", "1"},
	} {
		spec, err := ParseSpec(tt.spec)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Append(nil, slog.AnyValue(tt.value), tt.conversion, &spec)
		if err != nil || string(got) != tt.want {
			t.Errorf("%v !%c with %q = %q, %v; want %q", tt.value, tt.conversion, tt.spec, got, err, tt.want)
		}
	}
}

func TestAppendErrors(t *testing.T) {
	for _, tt := range []struct {
		value      any
		conversion byte
		spec       string
		want       string
	}{
		{"s", 0, "d", "unknown format code 'd' for a value of type string"},
		{"s", 0, "%H", `format spec "%H" for a value of type string`},
		{"s", 0, "+", "sign not allowed for a value of type string"},
		{"s", 0, ",", "',' not allowed for a value of type string"},
		{"s", 0, "#", "'#' not allowed for a value of type string"},
		{"s", 0, "=5", "alignment '=' not allowed for a value of type string"},
		{"s", 0, "+x", "sign, '=' and grouping are not allowed for a value of type string"},
		{1.5, 0, "d", "unknown format code 'd' for a value of type float64"},
		{math.NaN(), 0, "x", "unknown format code 'x' for a value of type float64"},
		{1, 0, "s", "unknown format code 's' for a value of type int64"},
		{1, 0, ".2", "precision not allowed for a value of type int64"},
		{1, 0, "%d", `format spec "%d" for a value of type int64`},
		{-1, 0, "c", "no such character for format code 'c' for a value of type int64"},
		{0xD800, 0, "c", "no such character for format code 'c' for a value of type int64"},
		{uint64(math.MaxUint64), 0, "c", "no such character for format code 'c' for a value of type uint64"},
		{named(1), 0, "s", "unknown format code 's' for a value of type pyformat.named"},
		{true, 0, "+", "sign not allowed for a value of type bool"},
		{time.Second, 0, "x", "unknown format code 'x' for a value of type time.Duration"},
		{time.Second, 0, "%", "unknown format code '%' for a value of type time.Duration"},
		{time.Second, 0, ".3", "precision needs a format code like 'f' for a value of type time.Duration"},
		{time.Time{}, 0, "d", "unknown format code 'd' for a value of type time.Time"},
		{nil, 0, "d", "unknown format code 'd' for a value of type <nil>"},
		{point{}, 0, "x", "unknown format code 'x' for a value of type pyformat.point"},
		{failure{}, 0, "x", "unknown format code 'x' for a value of type pyformat.failure"},
		{slog.GroupValue(slog.Int("a", 1)), 0, "d", "unknown format code 'd' for a value of type group"},
		{5, 's', "d", "unknown format code 'd' for a value of type string"},
		{time.Now(), 'r', "%H", `format spec "%H" for a value of type string`},
		{errorBomb{}, 0, "", `panic in the Error method: "boom" for a value of type pyformat.errorBomb`},
		{&errorBomb{}, 's', "", `panic in the Error method: "boom" for a value of type *pyformat.errorBomb`},
		{stringBomb{}, 0, ">5", `panic in the String method: "%!v(PANIC=Error method: boom)" for a value of type pyformat.stringBomb`},
		{formatBomb{}, 0, "", `panic in the Format method: "line\nbreak" for a value of type pyformat.formatBomb`},
		{valueBomb{}, 0, "", `panic in the LogValue method: "boom" for a value of type pyformat.valueBomb`},
		{slog.GroupValue(slog.Any("a", valueBomb{})), 0, "", `panic in the LogValue method: "boom" for a value of type pyformat.valueBomb`},
		{slog.GroupValue(slog.Any("a", stringBomb{})), 0, "", `panic in the String method: "%!v(PANIC=Error method: boom)" for a value of type pyformat.stringBomb`},
		{loop{}, 0, "", "LogValue returns LogValuers without end for a value of type pyformat.loop"},
	} {
		spec, err := ParseSpec(tt.spec)
		if err != nil {
			t.Errorf("%q: %v", tt.spec, err)
			continue
		}
		got, err := Append([]byte("before"), slog.AnyValue(tt.value), tt.conversion, &spec)
		var e *ValueError
		if !errors.As(err, &e) || err.Error() != tt.want {
			t.Errorf("%T with %q: %v\nwant %s", tt.value, tt.spec, err, tt.want)
		}
		if string(got) != "before" {
			t.Errorf("%T with %q left %q", tt.value, tt.spec, got)
		}
	}
}

func FuzzAppend(f *testing.F) {
	for _, s := range []string{"", ">10", "日^20.3", "+#012,.3f", "%Y-%m-%d", "c", "#X", ".4096%", "4096_b", "#.4096g", "\xff<9"} {
		f.Add(s, "text", int64(-65), 1.5, byte(0))
	}
	f.Add("020,", "日", int64(math.MinInt64), math.MaxFloat64, byte('r'))
	f.Add("a>5", "\xff", int64(math.MaxInt64), math.Inf(1), byte('a'))
	f.Fuzz(func(t *testing.T, specText, s string, n int64, x float64, conversion byte) {
		if strings.IndexByte("rsa", conversion) < 0 {
			conversion = 0
		}
		spec, err := ParseSpec(specText)
		if err != nil {
			return
		}
		at := time.Unix(n, n).In(time.FixedZone(s, int(n)))
		for _, v := range []slog.Value{
			slog.StringValue(s), slog.Int64Value(n), slog.Uint64Value(uint64(n)), slog.Float64Value(x),
			slog.BoolValue(n > 0), slog.DurationValue(time.Duration(n)), slog.TimeValue(at),
			slog.GroupValue(slog.String(s, s), slog.Int64("n", n)), slog.AnyValue(nil), slog.AnyValue([]byte(s)),
			slog.AnyValue(errors.New(s)), slog.AnyValue(color(0)), slog.AnyValue(named(n)), slog.AnyValue(text(s)),
			slog.AnyValue(point{X: int(n)}), slog.AnyValue(valuer{slog.StringValue(s)}), slog.AnyValue(stringBomb{}),
		} {
			b, err := Append([]byte("-"), v, conversion, &spec)
			if err != nil && len(b) != 1 || b[0] != '-' {
				t.Fatalf("%v with %q left %q (%v)", v, specText, b, err)
			}
			// A directive is at most 32 bytes, or the zone's name; a byte of text at most 10 when escaped.
			limit := 4*MaxWidth + MaxWidth + 1024 + 32*len(s) + len(specText)*(32+len(s))
			if len(b) > limit {
				t.Fatalf("%v with %q is %d bytes", v, specText, len(b))
			}
		}
	})
}
