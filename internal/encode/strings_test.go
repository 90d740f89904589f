package encode_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/logbook-go/logbook/internal/encode"
)

// hostile are texts that each encoder must make harmless. They also seed the fuzz
// targets.
var hostile = []string{
	"", "a", "ab", "abc", "abcd", "abcdefg", "abcdefgh", "abcdefghijklmnop", "abcdefghijklmnopq",
	"key=value", "two words", `C:\dir`, `say "hi"`, "a\nb\r\n\tc\b\f", "\x00\x01\x1b[31mred\x7f",
	"ü", "Straße nach Köln, Größe 7", "Быстрая лисица", "敏捷的棕色狐狸", "😀 and 👩‍👩‍👧",
	"C1 \u0080\u0085\u009b31m\u009f", "nbsp\u00a0x", "\u3000", "bidi \u061c\u200e\u200f\u202a\u202e\u2066\u2069",
	"edge \u2027\u2028\u2029\u202f\u200d\u2065\u206a", "\ufffd real", "\ufeffbom", "\U0010ffff",
	"\xff", "\xc0\x80", "\xc2", "\xe2\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf0\x9f\x98", "\xf8\x88\x80\x80\x80",
	"clean prefix of sixteen\x01", strings.Repeat("long and clean ", 20) + "\n", strings.Repeat(`"`, 40),
}

// everyPosition yields texts of various lengths with each odd piece at each position
// around the word boundaries of the scanner.
func everyPosition(yield func(string)) {
	pieces := []string{"{", "\"", "\\", "\x00", "\x1f", " ", "=", "\x7f", "\n", "é", "\u0085", "\u2028", "漢", "\xff", "\xe2\x80", "😀"}
	for n := range 68 {
		for i := range n + 1 {
			for _, p := range pieces {
				yield(strings.Repeat("x", i) + p + strings.Repeat("y", n-i))
			}
		}
	}
}

// unsafeRune reports whether r must be escaped. It uses the categories of runes, while
// the encoders compare bytes.
func unsafeRune(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

func checkSafe(t *testing.T, in string, out []byte) {
	t.Helper()
	if !utf8.Valid(out) {
		t.Fatalf("%q: output %q is not UTF-8", in, out)
	}
	if i := bytes.IndexFunc(out, unsafeRune); i >= 0 {
		t.Fatalf("%q: output %q has an unsafe character at %d", in, out, i)
	}
}

func checkJSON(t *testing.T, s string) {
	t.Helper()
	out := encode.AppendJSONString([]byte("x"), s)[1:]
	checkSafe(t, s, out)
	var got string
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%q: output %q: %v", s, out, err)
	}
	if want := strings.Join(runes(s), ""); got != want {
		t.Fatalf("%q: output %q reads back as %q, want %q", s, out, got, want)
	}
	if b := encode.AppendJSONString(nil, []byte(s)); !bytes.Equal(b, out) {
		t.Fatalf("%q: as bytes %q, as string %q", s, b, out)
	}
	body := encode.AppendJSONText([]byte{'"'}, s)
	if body = append(body, '"'); !bytes.Equal(body, out) {
		t.Fatalf("%q: with quotes around the body %q, as string %q", s, body, out)
	}
	checkMinimal(t, s, out[1:len(out)-1], `"\`)
	plain, done := encode.AppendPlainJSONString(append(make([]byte, 0, 64), 'x'), s)
	isPlain := 8 <= len(s) && len(s) <= 32 && len(out) == len(s)+2 && utf8.RuneCountInString(s) == len(s) && !strings.Contains(s, "{")
	if done != isPlain || done && string(plain[1:]) != string(out) || !done && string(plain) != "x" {
		t.Fatalf("%q: as a plain string %q, %t", s, plain, done)
	}
	if plain, done := encode.AppendPlainJSONString(append(make([]byte, 0, 34), 'x'), s); done || string(plain) != "x" {
		t.Fatalf("%q: as a plain string without room %q, %t", s, plain, done)
	}
}

// checkMinimal checks that out has exactly one piece for each character of s: the
// character if it may be copied, and otherwise an escape.
func checkMinimal(t *testing.T, s string, out []byte, special string) {
	t.Helper()
	o := string(out)
	for _, r := range s {
		c := string(r)
		if r != utf8.RuneError && !unsafeRune(r) && !strings.Contains(special, c) {
			if !strings.HasPrefix(o, c) {
				t.Fatalf("%q: output %q: want %q at %q", s, out, c, o)
			}
			o = o[len(c):]
			continue
		}
		switch {
		case strings.HasPrefix(o, "\ufffd"):
			o = o[3:]
		case strings.HasPrefix(o, `\u`):
			o = o[6:]
		case strings.HasPrefix(o, `\x`):
			o = o[4:]
		case strings.HasPrefix(o, `\`):
			o = o[2:]
		default:
			t.Fatalf("%q: output %q: want an escape of %q at %q", s, out, c, o)
		}
	}
	if o != "" {
		t.Fatalf("%q: output %q: %q is left over", s, out, o)
	}
}

// runes splits s into characters; those that are not UTF-8 become U+FFFD.
func runes(s string) []string {
	var all []string
	for _, r := range s {
		all = append(all, string(r))
	}
	return all
}

func TestJSONString(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", `""`},
		{"plain", `"plain"`},
		{`a"b\c/d`, `"a\"b\\c/d"`},
		{"\n\r\t\b\f", `"\n\r\t\b\f"`},
		{"\x00\x1b\x1f\x7f", `"\u0000\u001b\u001f\u007f"`},
		{"<&>", `"<&>"`},
		{"\u0080\u009f\u00a0", "\"\\u0080\\u009f\u00a0\""},
		{"\u061c\u200d\u200e\u202e\u2028\u2066", "\"\\u061c\u200d\\u200e\\u202e\\u2028\\u2066\""},
		{"a\xffb\xe2\x80c", `"a\ufffdb\ufffd\ufffdc"`},
		{"\ufffd", "\"\ufffd\""},
		{"Größe 漢 😀", `"Größe 漢 😀"`},
	}
	for _, test := range tests {
		if got := string(encode.AppendJSONString(nil, test.in)); got != test.want {
			t.Errorf("AppendJSONString(%q) = %s, want %s", test.in, got, test.want)
		}
	}
}

func TestJSONStringHostile(t *testing.T) {
	for _, s := range hostile {
		checkJSON(t, s)
	}
	everyPosition(func(s string) { checkJSON(t, s) })
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r > 0x3100 {
			r += 60 // skip ranges without special runes
		}
		checkJSON(t, "r"+string(r)+".")
	}
}

// TestJSONStringUTF8 tests the limits of well-formed UTF-8: every first byte followed by
// all kinds of bytes.
func TestJSONStringUTF8(t *testing.T) {
	kinds := []byte{0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF}
	for lead := 0x80; lead <= 0xFF; lead++ {
		for _, a := range kinds {
			for _, b := range kinds {
				for _, c := range kinds {
					checkJSON(t, string([]byte{byte(lead), a, b, c}))
				}
			}
		}
	}
}

func TestJSONTextParts(t *testing.T) {
	b := []byte(`{"k":"`)
	b = encode.AppendJSONText(b, "a\"")
	b = encode.AppendJSONText(b, []byte("\nb"))
	if got, want := string(b), `{"k":"a\"\nb`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func FuzzJSONString(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(checkJSON)
}

func TestText(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{`C:\new "x"`, `C:\new "x"`},
		{"a\nb\r\tc", `a\nb\r\tc`},
		{"\x1b[31m\b\x7f", `\x1b[31m\x08\x7f`},
		{"\u0085\u202e\u2028", `\u0085\u202e\u2028`},
		{"a\xffb", `a\ufffdb`},
		{"Größe 漢 😀", "Größe 漢 😀"},
	}
	for _, test := range tests {
		if got := string(encode.AppendText(nil, test.in)); got != test.want {
			t.Errorf("AppendText(%q) = %s, want %s", test.in, got, test.want)
		}
	}
}

func TestTextLines(t *testing.T) {
	tests := []struct{ in, prefix, want string }{
		{"", "> ", ""},
		{"one", "> ", "one"},
		{"one\ntwo\n\nthree\n", "> ", "one\n> two\n> \n> three\n> "},
		{"one\r\n\ttwo\x1b", "", "one\\r\n    two\\x1b"},
	}
	for _, test := range tests {
		if got := string(encode.AppendTextLines(nil, test.in, test.prefix)); got != test.want {
			t.Errorf("AppendTextLines(%q, %q) = %q, want %q", test.in, test.prefix, got, test.want)
		}
	}
}

func checkText(t *testing.T, s string) {
	t.Helper()
	out := encode.AppendText(nil, s)
	checkSafe(t, s, out)
	checkMinimal(t, s, out, "")
	if b := encode.AppendText(nil, []byte(s)); !bytes.Equal(b, out) {
		t.Fatalf("%q: as bytes %q, as string %q", s, b, out)
	}
	// Each line equals the result of AppendText, with spaces for tabs.
	var want []byte
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			want = append(want, "\n| "...)
		}
		want = encode.AppendText(want, strings.ReplaceAll(line, "\t", "    "))
	}
	if got := encode.AppendTextLines(nil, s, "| "); !bytes.Equal(got, want) {
		t.Fatalf("AppendTextLines(%q) = %q, want %q", s, got, want)
	}
}

func TestTextHostile(t *testing.T) {
	for _, s := range hostile {
		checkText(t, s)
	}
	everyPosition(func(s string) { checkText(t, s) })
}

func FuzzText(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(checkText)
}

func TestLogfmt(t *testing.T) {
	tests := []struct{ in, key, value string }{
		{"", "_", `""`},
		{"plain", "plain", "plain"},
		{"a.b-c/d", "a.b-c/d", "a.b-c/d"},
		{`C:\dir`, `C:\dir`, `C:\dir`},
		{"two words", "two_words", `"two words"`},
		{"k=v", "k_v", `"k=v"`},
		{`say"hi`, "say_hi", `"say\"hi"`},
		{"a\nb\x7f", "a_b_", `"a\nb\u007f"`},
		{"a\u202eb", "a_b", `"a\u202eb"`},
		{"a\u00a0b\u3000", "a_b_", "\"a\u00a0b\u3000\""},
		{"a\xff\xfe", "a__", `"a\ufffd\ufffd"`},
		{"Größe漢😀", "Größe漢😀", "Größe漢😀"},
		{"\u00e9\u1680", "\u00e9_", "\"\u00e9\u1680\""},
	}
	for _, test := range tests {
		if got := string(encode.AppendLogfmtKey(nil, test.in)); got != test.key {
			t.Errorf("AppendLogfmtKey(%q) = %s, want %s", test.in, got, test.key)
		}
		if got := string(encode.AppendLogfmtValue(nil, test.in)); got != test.value {
			t.Errorf("AppendLogfmtValue(%q) = %s, want %s", test.in, got, test.value)
		}
	}
}

func badInToken(r rune) bool {
	return unicode.IsSpace(r) || r == '=' || r == '"' || unsafeRune(r)
}

// parseLogfmt is a strict parser of key=value pairs separated by one space.
func parseLogfmt(t *testing.T, line string) (pairs [][2]string) {
	t.Helper()
	for {
		key, rest, ok := strings.Cut(line, "=")
		if !ok || key == "" || strings.ContainsFunc(key, badInToken) {
			t.Fatalf("no key at %q", line)
		}
		value := rest
		if strings.HasPrefix(rest, `"`) {
			dec := json.NewDecoder(strings.NewReader(rest))
			if err := dec.Decode(&value); err != nil {
				t.Fatalf("no quoted value at %q: %v", rest, err)
			}
			rest = rest[dec.InputOffset():]
		} else {
			value, _, _ = strings.Cut(rest, " ")
			if value == "" || strings.ContainsFunc(value, badInToken) {
				t.Fatalf("no plain value at %q", rest)
			}
			rest = rest[len(value):]
		}
		pairs = append(pairs, [2]string{key, value})
		if rest == "" {
			return pairs
		}
		if line, ok = strings.CutPrefix(rest, " "); !ok {
			t.Fatalf("no space at %q", rest)
		}
	}
}

func checkLogfmt(t *testing.T, s string) {
	t.Helper()
	line := encode.AppendLogfmtKey(nil, s)
	line = encode.AppendLogfmtValue(append(line, '='), s)
	line = encode.AppendLogfmtKey(append(line, ' '), []byte(s))
	line = encode.AppendLogfmtValue(append(line, '='), []byte(s))
	checkSafe(t, s, line)
	pairs := parseLogfmt(t, string(line))
	if len(pairs) != 2 || pairs[0] != pairs[1] {
		t.Fatalf("%q: line %q has pairs %q", s, line, pairs)
	}
	if got, want := pairs[0][1], strings.Join(runes(s), ""); got != want {
		t.Fatalf("%q: line %q has value %q, want %q", s, line, got, want)
	}
	key := ""
	for i, r := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		if badInToken(r) || r == utf8.RuneError && size == 1 {
			r = '_'
		}
		key += string(r)
	}
	if key == "" {
		key = "_"
	}
	if got := pairs[0][0]; got != key {
		t.Fatalf("%q: key %q, want %q", s, got, key)
	}
}

func TestLogfmtHostile(t *testing.T) {
	for _, s := range hostile {
		checkLogfmt(t, s)
	}
	everyPosition(func(s string) { checkLogfmt(t, s) })
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if unicode.IsSpace(r) || unsafeRune(r) {
			checkLogfmt(t, "r"+string(r)+".")
		}
	}
}

func FuzzLogfmt(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(checkLogfmt)
}
