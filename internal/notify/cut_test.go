package notify_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/logbook-go/logbook/internal/notify"
)

func TestCut(t *testing.T) {
	for _, c := range []struct {
		s     string
		limit int
		size  notify.Size
		want  string
	}{
		{"", 10, notify.Characters, ""},
		{"", 0, notify.Characters, ""},
		{"short", 5, notify.Characters, "short"},
		{"shorter", 5, notify.Characters, "sh..."},
		{"one two three", 12, notify.Characters, "one two..."},
		{"one two three", 10, notify.Characters, "one two..."},
		{"one two three", 9, notify.Characters, "one..."},
		{"one   two", 8, notify.Characters, "one..."},
		{"line\nnext line", 12, notify.Characters, "line\nnext..."},
		{" word", 4, notify.Characters, " ..."},
		{strings.Repeat("a", 40) + " " + strings.Repeat("b", 40), 75, notify.Characters, strings.Repeat("a", 40) + " " + strings.Repeat("b", 31) + "..."},
		{strings.Repeat("a", 40) + " " + strings.Repeat("b", 40), 70, notify.Characters, strings.Repeat("a", 40) + "..."},
		{"ééé ééé", 6, notify.Characters, "ééé..."},
		{"ééé ééé", 9, notify.Bytes, "ééé..."},
		{"ééé ééé", 8, notify.Bytes, "éé..."},
		{"ééé", 6, notify.Bytes, "ééé"},
		{"long", 3, notify.Characters, "..."},
		{"long", 2, notify.Characters, ""},
		{"a\xffb", 3, notify.Characters, "a\xffb"},
	} {
		if got := notify.Cut(c.s, c.limit, c.size); got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.s, c.limit, got, c.want)
		}
	}
}

func TestAppend(t *testing.T) {
	for _, c := range []struct {
		text  string
		notes []string
		limit int
		want  string
	}{
		{"text", nil, 10, "text"},
		{"text of words", nil, 10, "text of..."},
		{"text", []string{"(a)", "(b)"}, 12, "text\n(a)\n(b)"},
		{"text of words", []string{"(a)"}, 14, "text of...\n(a)"},
		{"", []string{"(a)"}, 14, "(a)"},
		{"text", []string{"(a note)"}, 9, "(a note)"},
	} {
		if got := notify.Append(c.text, c.notes, c.limit, notify.Characters); got != c.want {
			t.Errorf("Append(%q, %q, %d) = %q, want %q", c.text, c.notes, c.limit, got, c.want)
		}
	}
}

func FuzzCut(f *testing.F) {
	f.Add("one two three", 8, true)
	f.Add("ééé\xff ééé", 9, false)
	f.Fuzz(func(t *testing.T, s string, limit int, bytes bool) {
		size := notify.Characters
		if bytes {
			size = notify.Bytes
		}
		whole, used := true, 0
		for _, c := range s {
			used += size(c)
		}
		whole = used <= limit
		got := notify.Cut(s, limit, size)
		if whole {
			if got != s {
				t.Fatalf("Cut(%q, %d) = %q, though it fits", s, limit, got)
			}
			return
		}
		used = 0
		for _, c := range got {
			used += size(c)
		}
		if used > max(0, limit) {
			t.Fatalf("Cut(%q, %d) = %q takes up %d", s, limit, got, used)
		}
		rest, marked := strings.CutSuffix(got, notify.Mark)
		if got != "" && !(marked && strings.HasPrefix(s, rest)) {
			t.Fatalf("Cut(%q, %d) = %q", s, limit, got)
		}
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Fatalf("Cut(%q, %d) = %q is not UTF-8", s, limit, got)
		}
	})
}
