package secret

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/internal/encode"
)

// DefaultMask replaces a secret.
const DefaultMask = "[redacted]"

// ShortPiece is the length up to which a piece of a secret is not treated as a secret.
const ShortPiece = 3

// Scrubber removes a set of secrets, which is empty at first. It is safe for concurrent
// use after all secrets have been added.
type Scrubber struct {
	Mask string // DefaultMask if empty

	forms   []string
	longest int
}

// Add adds secrets in all forms in which they may appear: unchanged, escaped or unescaped
// for URLs, quoted, and in base64.
func (s *Scrubber) Add(secrets ...string) {
	for _, secret := range secrets {
		s.add(secret)
		if t := Unescape(secret); t != secret {
			s.add(t)
		}
	}
}

func (s *Scrubber) add(t string) {
	if t == "" {
		return
	}
	forHTML, _ := json.Marshal(t) // cannot fail for a string
	for _, form := range []string{
		t, url.User(t).String(), url.PathEscape(t), url.QueryEscape(t), unquoted(strconv.Quote(t)),
		string(encode.AppendJSONText(nil, t)), unquoted(string(forHTML)), base64.StdEncoding.EncodeToString([]byte(t)),
	} {
		if !slices.Contains(s.forms, form) {
			s.forms = append(s.forms, form)
			s.longest = max(s.longest, len(form))
		}
	}
}

func unquoted(s string) string { return s[1 : len(s)-1] }

// AddPieces adds a secret that is an address, and those pieces of it that a library may
// show separately, such as its host: all but short ones and the schemes http and https.
func (s *Scrubber) AddPieces(secret string) {
	s.Add(secret)
	for _, t := range []string{secret, Unescape(secret)} {
		for piece := range strings.FieldsFuncSeq(t, func(c rune) bool { return strings.ContainsRune("/?#@:&= ", c) }) {
			if len(piece) > ShortPiece && len(piece) < len(t) && piece != "http" && piece != "https" {
				s.Add(piece)
			}
		}
	}
}

// AddAll adds the secrets of another scrubber.
func (s *Scrubber) AddAll(other *Scrubber) {
	s.forms = append(s.forms, other.forms...)
	s.longest = max(s.longest, other.longest)
}

// Longest returns the length of the longest form of a secret. A text that has been cut
// may end in a part of a secret, which Text does not find.
func (s *Scrubber) Longest() int { return s.longest }

// Text returns the text with a mask in place of each secret. Since secrets may overlap or
// be part of the mask, it first finds all of them and then replaces them together.
func (s *Scrubber) Text(text string) string {
	var hidden []bool
	for _, form := range s.forms {
		for at := 0; ; at++ {
			i := strings.Index(text[at:], form)
			if i < 0 {
				break
			}
			if hidden == nil {
				hidden = make([]bool, len(text))
			}
			at += i
			for j := range len(form) {
				hidden[at+j] = true
			}
		}
	}
	if hidden == nil {
		return text
	}
	mask := s.Mask
	if mask == "" {
		mask = DefaultMask
	}
	var b []byte
	for i := range len(text) {
		switch {
		case !hidden[i]:
			b = append(b, text[i])
		case i == 0 || !hidden[i-1]:
			b = append(b, mask...)
		}
	}
	return string(b)
}

// Error returns err if its text has no secret. Otherwise it returns an error with the
// scrubbed text, which supports [errors.Is] but does not unwrap to err.
func (s *Scrubber) Error(err error) error {
	text := err.Error()
	if safe := s.Text(text); safe != text {
		return &scrubbed{safe, err}
	}
	return err
}

type scrubbed struct {
	text string
	err  error
}

func (e *scrubbed) Error() string        { return e.text }
func (e *scrubbed) Is(target error) bool { return errors.Is(e.err, target) }

// GoString keeps fmt from printing err.
func (e *scrubbed) GoString() string { return strconv.Quote(e.text) }

// Unescape decodes the valid percent escapes of s and keeps everything else.
func Unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if d, err := url.PathUnescape(s[i : i+3]); err == nil {
				b = append(b, d...)
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}
