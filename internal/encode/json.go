package encode

import (
	"encoding/binary"
	"unicode/utf8"
)

var jsonStyle = newStyle(charset{low: ' ' * ones, q1: '"' * ones, q2: '\\' * ones}, escapeUnicode, map[byte]byte{
	'"': '"', '\\': '\\', '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f',
})

// AppendJSONString appends s as a JSON string with its quotes. The result is valid for
// any s and safe to show in a terminal. It escapes quotes, backslashes, control
// characters (C0, DEL, C1), line and paragraph separators, and marks that change the
// direction of text. A byte that is not UTF-8 becomes \ufffd. Everything else is copied.
func AppendJSONString[S text](b []byte, s S) []byte {
	// Most strings are short and need no escape. Overlapping words cover any length.
	switch n := len(s); {
	case n < 8:
		var w uint64 // loadShort, which is too large to be inlined
		if n >= 4 {
			w = uint64(load32(s)) | uint64(load32(s[n-4:]))<<(8*uint(n-4))
		} else if n > 0 {
			w = uint64(s[0]) | uint64(s[n/2])<<(8*uint(n/2)) | uint64(s[n-1])<<(8*uint(n-1))
		}
		if !anyOf(jsonStyle.set.marks(w), n) || w&highs != 0 && cleanShort(s) {
			b = grow(b, 9)
			i := len(b)
			out := b[i : i+9]
			out[0] = '"'
			binary.LittleEndian.PutUint64(out[1:], w|'"'<<(8*uint(n)))
			return b[:i+n+2]
		}
	case n <= 16:
		w0, w1 := load64(s), load64(s[n-8:])
		if (jsonStyle.set.marks(w0)|jsonStyle.set.marks(w1))&highs == 0 || (w0|w1)&highs != 0 && cleanShort(s) {
			b = grow(b, 18)
			i := len(b)
			out := b[i : i+18]
			out[0] = '"'
			binary.LittleEndian.PutUint64(out[1:], w0)
			binary.LittleEndian.PutUint64(out[n-7:], w1)
			out[n+1] = '"'
			return b[:i+n+2]
		}
	case n <= 32:
		w0, w1, w2, w3 := load64(s), load64(s[8:]), load64(s[n-16:]), load64(s[n-8:])
		if (jsonStyle.set.marks(w0)|jsonStyle.set.marks(w1)|jsonStyle.set.marks(w2)|jsonStyle.set.marks(w3))&highs == 0 {
			b = append(grow(b, 34), '"')
			i := len(b)
			out := b[i : i+32]
			binary.LittleEndian.PutUint64(out, w0)
			binary.LittleEndian.PutUint64(out[8:], w1)
			binary.LittleEndian.PutUint64(out[n-16:], w2)
			binary.LittleEndian.PutUint64(out[n-8:], w3)
			return append(b[:i+n], '"')
		}
	}
	n := clean(s, jsonStyle.set)
	b = append(append(b, '"'), s[:n]...)
	if n < len(s) {
		b = appendEscaped(b, s[n:], jsonStyle, "")
	}
	return append(b, '"')
}

// AppendPlainJSONString is AppendJSONString for strings of 8 to 32 bytes that need no
// escape and have no opening brace. For any other string, and if b has no room for 34
// bytes, it appends nothing and reports false. Most messages are such strings, and it is
// faster for them.
func AppendPlainJSONString(b []byte, s string) (_ []byte, done bool) {
	n, i := len(s), len(b)
	if n < 8 || n > 32 || cap(b)-i < 34 {
		return b, false
	}
	out := b[i : i+34]
	first, last := load64(s), load64(s[n-8:])
	marks := plainMarks(first) | plainMarks(last)
	out[0] = '"'
	binary.LittleEndian.PutUint64(out[1:9], first)
	if n > 16 {
		w0, w1 := load64(s[8:]), load64(s[n-16:])
		marks |= plainMarks(w0) | plainMarks(w1)
		binary.LittleEndian.PutUint64(out[9:17], w0)
		binary.LittleEndian.PutUint64(out[n-15:n-7], w1)
	}
	binary.LittleEndian.PutUint64(out[n-7:n+1], last)
	out[n+1] = '"'
	if marks&highs != 0 {
		return b, false
	}
	return b[:i+n+2], true
}

func plainMarks(w uint64) uint64 { return jsonStyle.set.marks(w) | ((w ^ '{'*ones) - ones) }

// cleanShort reports whether all of s may be copied. For short text of ASCII and other
// runes it is faster than [clean], which reads words.
func cleanShort[S text](s S) bool {
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c < utf8.RuneSelf:
			if jsonStyle.escapes[c] != 0 {
				return false
			}
			i++
		case 0xC3 <= c && c < 0xD8 && i+1 < len(s) && isTail(s[i+1]):
			i += 2
		default:
			n := safeRune(s[i:])
			if n == 0 {
				return false
			}
			i += n
		}
	}
	return true
}

// AppendJSONText is [AppendJSONString] without the quotes, for strings that are appended
// in parts. A rune must not be split between parts.
func AppendJSONText[S text](b []byte, s S) []byte {
	return appendEscaped(b, s, jsonStyle, "")
}
