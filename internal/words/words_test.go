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
		got, err := words.Split(s)
		if !slices.Equal(got, want) || err != nil {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
	for _, s := range []string{"{a", "a}", "{a}} b", "a {b {c}"} {
		if got, err := words.Split(s); err != words.ErrBrace {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
}

// Every word survives.
func FuzzAppendGroup(f *testing.F) {
	f.Add("{a} \\x7b\n\x00", "}{")
	f.Add(`\`, "x41")
	f.Fuzz(func(t *testing.T, a, b string) {
		line := append(words.AppendGroup(nil, a), ' ')
		line = words.AppendGroup(line, b)
		got, err := words.Split(string(line))
		if err != nil || !slices.Equal(got, []string{a, b}) {
			t.Errorf("%s: %q, %v", line, got, err)
		}
	})
}
