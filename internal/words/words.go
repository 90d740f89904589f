package words

import (
	"errors"
	"strings"
)

// ErrBrace is the error for a delimiter without its counterpart.
var ErrBrace = errors.New("unmatched brace")

// Delimiters are the two characters that group, different ones of ASCII: braces, unless a
// daemon is set up otherwise.
type Delimiters struct{ Left, Right byte }

// Braces are the usual delimiters.
var Braces = Delimiters{'{', '}'}

// Word is a word of a line.
type Word struct {
	Text  string
	Group bool // it was a group as a whole, so that it is no option
}

// Split returns the words of a line. The error is [ErrBrace].
func (d Delimiters) Split(s string) ([]Word, error) {
	var words []Word
	for {
		s = strings.TrimLeft(s, " \t")
		if s == "" {
			return words, nil
		}
		n, err := d.wordLen(s)
		if err != nil {
			return nil, err
		}
		text := d.ungroup(s[:n])
		words = append(words, Word{text, s[0] == d.Left && len(text) < n})
		s = s[n:]
	}
}

// wordLen returns the length of the word at the start of s.
func (d Delimiters) wordLen(s string) (int, error) {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case d.Left:
			depth++
		case d.Right:
			if depth--; depth < 0 {
				return 0, ErrBrace
			}
		case ' ', '\t':
			if depth == 0 {
				return i, nil
			}
		}
	}
	if depth > 0 {
		return 0, ErrBrace
	}
	return len(s), nil
}

// ungroup removes the braces around a word, or around the value of an option, if they are
// one group.
func (d Delimiters) ungroup(word string) string {
	i := 0
	if strings.HasPrefix(word, "--") {
		i = strings.IndexByte(word, '=') + 1
	}
	if i == len(word) || word[i] != d.Left {
		return word
	}
	depth := 0
	for j := i; j < len(word); j++ {
		switch word[j] {
		case d.Left:
			depth++
		case d.Right:
			depth--
		}
		if depth == 0 && j < len(word)-1 {
			return word // of several parts
		}
	}
	return word[:i] + Unescape(word[i+1:len(word)-1])
}

// AppendGroup appends a word as a group, from which Split makes the same word.
func (d Delimiters) AppendGroup(b []byte, word string) []byte {
	b = append(b, d.Left)
	for i := range len(word) {
		c := word[i]
		switch {
		case c < ' ', c == d.Left, c == d.Right, c == 0x7f, c == '\\' && strings.HasPrefix(word[i+1:], "x"):
			b = append(b, '\\', 'x', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, d.Right)
}

const hex = "0123456789abcdef"

// Unescape undoes the escapes of AppendGroup.
func Unescape(s string) string {
	if !strings.Contains(s, `\x`) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) && s[i+1] == 'x' {
			high, low := strings.IndexByte(hex, s[i+2]), strings.IndexByte(hex, s[i+3])
			if high >= 0 && low >= 0 {
				b = append(b, byte(high<<4|low))
				i += 3
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}
