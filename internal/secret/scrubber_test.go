package secret_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/internal/secret"
)

// A secret is hidden in all forms in which it may appear.
func TestText(t *testing.T) {
	const password = "p@ss wörd\"<1>"
	var s secret.Scrubber
	s.Add(password)
	for name, form := range map[string]string{
		"plain": password, "quoted": fmt.Sprintf("%q", password), "query": url.QueryEscape(password), "path": url.PathEscape(password),
		"userinfo": url.UserPassword("me", password).String(), "JSON": `"p@ss wörd\"<1>"`, "JSON for HTML": `"p@ss wörd\"\u003c1\u003e"`,
		"base64": base64.StdEncoding.EncodeToString([]byte(password)),
	} {
		text := "before " + form + " after " + form
		got := s.Text(text)
		if strings.Contains(got, "ss") || strings.Contains(got, form) || strings.Count(got, secret.DefaultMask) != 2 || !strings.HasPrefix(got, "before ") {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := s.Text("nothing"); got != "nothing" {
		t.Errorf("%q", got)
	}
	if n := s.Longest(); n < len(url.PathEscape(password)) || n > 60 {
		t.Errorf("the longest form has %d bytes", n)
	}
}

// Secrets may overlap, touch, be escaped, or be a part of the mask.
func TestOverlaps(t *testing.T) {
	for _, tt := range []struct {
		secrets    []string
		text, want string
	}{
		{[]string{"abcd", "cdef"}, "xabcdefx", "x#x"},
		{[]string{"ab", "cd"}, "abcd", "#"},
		{[]string{"ab"}, "abab ab", "# #"},
		{[]string{"#"}, "a#b", "a#b"},
		{[]string{"aa"}, "aaa", "#"},
		{[]string{"a%40b"}, "x a@b a%40b", "x # #"},
		{[]string{""}, "abc", "abc"},
		{nil, "abc", "abc"},
	} {
		s := secret.Scrubber{Mask: "#"}
		s.Add(tt.secrets...)
		if got := s.Text(tt.text); got != tt.want {
			t.Errorf("%q in %q: %q, want %q", tt.secrets, tt.text, got, tt.want)
		}
	}
}

// Pieces of an address are hidden, except short ones and schemes.
func TestPieces(t *testing.T) {
	s := secret.Scrubber{Mask: "#"}
	s.AddPieces("https://host/a/token?key=value%2Fmore")
	for text, want := range map[string]string{
		"host": "#", "dial token": "dial #", "key": "key", "a": "a", "https": "https", "value": "#", "more": "#", "value/more": "#",
	} {
		if got := s.Text(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	var all secret.Scrubber
	all.AddAll(&s)
	if got := all.Text("token"); got != secret.DefaultMask || all.Longest() != s.Longest() {
		t.Errorf("%q, longest %d", got, all.Longest())
	}
}

// An error without a secret is returned unchanged; another one only supports errors.Is.
func TestError(t *testing.T) {
	var s secret.Scrubber
	s.Add("hunter2")
	if err := s.Error(io.EOF); err != io.EOF {
		t.Errorf("%v", err)
	}
	inner := fmt.Errorf("login as hunter2: %w", io.EOF)
	err := s.Error(inner)
	if err.Error() != "login as [redacted]: EOF" || !errors.Is(err, io.EOF) || errors.Unwrap(err) != nil {
		t.Errorf("%v", err)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(format, err); strings.Contains(text, "hunter2") {
			t.Errorf("%s: %s", format, text)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("hunter2", "say hunter2", "%")
	f.Add("%41", "A%41", "a%")
	f.Fuzz(func(t *testing.T, hidden, before, after string) {
		s := secret.Scrubber{Mask: "\x00"}
		s.Add(hidden)
		got := s.Text(before + hidden + after)
		if hidden != "" && hidden != "\x00" && strings.Contains(strings.ReplaceAll(got, "\x00", "\x00\x00"), hidden) && !strings.Contains(hidden, "\x00") {
			t.Errorf("%q in %q: %q", hidden, before+hidden+after, got)
		}
		if secret.Unescape(after) == "" && after != "" {
			t.Errorf("%q is unescaped to nothing", after)
		}
	})
}
