package words_test

import (
	"slices"
	"testing"

	"github.com/logbook-go/logbook/internal/words"
)

func TestSplit(t *testing.T) {
	for s, want := range map[string][]string{
		"": nil, "  ": nil,
		"quit": {"quit"},
		"alarm --message {hello big world} --n 2": {"alarm", "--message", "hello big world", "--n", "2"},
		"a  b\t c ":                      {"a", "b", "c"},
		"{}":                             {""},
		"{a {b c} d}":                    {"a {b c} d"},
		"--message={a b}":                {"--message=a b"},
		"--message=":                     {"--message="},
		"--{a b}":                        {"--{a b}"},
		"{a}{b c}":                       {"{a}{b c}"},
		"x{a b}":                         {"x{a b}"},
		"{a\nb}":                         {"a\nb"},
		`{a\x7bb\x0ac\x5cx}`:             {"a{b\nc\\x"},
		`\x7b {\X7b \x7 \xzz C:\new \x}`: {`\x7b`, `\X7b \x7 \xzz C:\new \x`},
		"alarm --message {hello big world} --n={}": {"alarm", "--message", "hello big world", "--n="},
	} {
		list, err := words.Braces.Split(s)
		if got := texts(list); !slices.Equal(got, want) || err != nil {
			t.Errorf("%q: %q, %v", s, texts(list), err)
		}
	}
	for _, s := range []string{"{a", "a}", "{a}} b", "a {b {c}"} {
		if got, err := words.Braces.Split(s); err != words.ErrBrace {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
}

func texts(list []words.Word) (texts []string) {
	for _, w := range list {
		texts = append(texts, w.Text)
	}
	return texts
}

// Only a word that is a group as a whole is marked; delimiters other than braces group as
// well, and then braces do not.
func TestGroup(t *testing.T) {
	got, err := words.Braces.Split("--a {--a} {} --a={b} {a}{b}")
	if want := []words.Word{{"--a", false}, {"--a", true}, {"", true}, {"--a=b", false}, {"{a}{b}", false}}; !slices.Equal(got, want) || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	brackets := words.Delimiters{Left: '[', Right: ']'}
	got, err = brackets.Split("a [b {c] d}")
	if want := []words.Word{{"a", false}, {"b {c", true}, {"d}", false}}; !slices.Equal(got, want) || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	if b := brackets.AppendGroup(nil, "[{"); string(b) != `[\x5b{]` {
		t.Errorf("%s", b)
	}
}

// Every word survives.
func FuzzAppendGroup(f *testing.F) {
	f.Add("{a} \\x7b\n\x00", "}{")
	f.Add(`\`, "x41")
	f.Fuzz(func(t *testing.T, a, b string) {
		line := append(words.Braces.AppendGroup(nil, a), ' ')
		line = words.Braces.AppendGroup(line, b)
		got, err := words.Braces.Split(string(line))
		if err != nil || !slices.Equal(got, []words.Word{{a, true}, {b, true}}) {
			t.Errorf("%s: %v, %v", line, got, err)
		}
	})
}
