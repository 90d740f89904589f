package encode

import (
	"math/bits"
	"strings"
	"unicode/utf8"
)

// text is an argument of the encoders: a string or its bytes.
type text interface{ string | []byte }

// A charset is the set of ASCII bytes that may be copied: those from low to '~', except
// q1 and q2. Each field repeats its byte eight times, so that eight bytes of text are
// tested at once.
type charset struct{ low, q1, q2 uint64 }

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// marks sets the top bit of the lowest byte of w that is not in the set. All other bits
// of its result, also those of higher bytes, are undefined.
func (c charset) marks(w uint64) uint64 {
	return w | (w - c.low) | (w + ones) | ((w ^ c.q1) - ones) | ((w ^ c.q2) - ones)
}

// lowest returns the index of the lowest marked byte, or 8 if none is marked.
func lowest(marks uint64) int {
	return bits.TrailingZeros64(marks&highs) >> 3
}

// anyOf reports whether one of the first n bytes is marked, for n below 8.
func anyOf(marks uint64, n int) bool { return marks&highs<<(64-8*uint(n)) != 0 }

// cleanASCII returns the index of the first byte of s that is not in the set,
// or len(s).
func cleanASCII[S text](s S, c charset) int {
	if len(s) < 8 {
		return lowest(c.marks(loadShort(s)))
	}
	rest := s
	for len(rest) >= 16 {
		m, m2 := c.marks(load64(rest)), c.marks(load64(rest[8:]))
		if (m|m2)&highs != 0 {
			i := len(s) - len(rest)
			if m&highs != 0 {
				return i + lowest(m)
			}
			return i + 8 + lowest(m2)
		}
		rest = rest[16:]
	}
	if len(rest) >= 8 {
		if m := c.marks(load64(rest)); m&highs != 0 {
			return len(s) - len(rest) + lowest(m)
		}
		rest = rest[8:]
	}
	if len(rest) == 0 {
		return len(s)
	}
	// The last bytes, followed by zeros, which are in no set and so mark the end of
	// the text.
	w := load64(s[len(s)-8:]) >> (64 - 8*uint(len(rest)))
	return len(s) - len(rest) + lowest(c.marks(w))
}

// loadShort loads s, which must be shorter than eight bytes, followed by zeros.
func loadShort[S text](s S) uint64 {
	n := uint(len(s))
	switch {
	case n >= 4:
		return uint64(load32(s)) | uint64(load32(s[n-4:]))<<(8*(n-4))
	case n > 0:
		return uint64(s[0]) | uint64(s[n/2])<<(8*(n/2)) | uint64(s[n-1])<<(8*(n-1))
	}
	return 0
}

func load64[S text](s S) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func load32[S text](s S) uint32 {
	_ = s[3]
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// HasByte reports whether c is in s. For short strings, such as most messages, it takes
// half the time of [strings.IndexByte].
func HasByte(s string, c byte) bool {
	n := len(s)
	if n < 8 || n > 64 {
		return strings.IndexByte(s, c) >= 0
	}
	// x has a zero byte where the word has c.
	q := uint64(c) * ones
	x := load64(s[n-8:]) ^ q
	found := (x - ones) &^ x
	for ; len(s) > 8; s = s[8:] {
		x := load64(s) ^ q
		found |= (x - ones) &^ x
	}
	return found&highs != 0
}

// clean returns the length of the longest prefix of s that may be copied: ASCII bytes of
// the set, and well-formed runes that are safe to show.
func clean[S text](s S, c charset) int {
	i := 0
	for {
		i += cleanASCII(s[i:], c)
		if i == len(s) || s[i] < utf8.RuneSelf {
			return i
		}
		for i < len(s) && s[i] >= utf8.RuneSelf {
			// Most runes of most scripts need no further check.
			if i+2 < len(s) {
				switch lead := s[i]; {
				case 0xC3 <= lead && lead < 0xD8 && isTail(s[i+1]):
					i += 2
					continue
				case 0xE3 <= lead && lead < 0xED && isTail(s[i+1]) && isTail(s[i+2]):
					i += 3
					continue
				}
			}
			n := safeRune(s[i:])
			if n == 0 {
				return i
			}
			i += n
		}
	}
}

// isTail reports whether c is a byte of a rune that is not the first one.
func isTail(c byte) bool { return c&0xC0 == 0x80 }

// safeRune returns the length of the first rune of s, or 0 if it is malformed or could
// change how a terminal shows the line: a C1 control, a line or paragraph separator, or a
// mark that changes the direction of text. The first byte of s must not be ASCII.
func safeRune[S text](s S) int {
	switch c := s[0]; {
	case c < 0xC2:
		return 0
	case c < 0xE0:
		if len(s) < 2 || !isTail(s[1]) {
			return 0
		}
		if c == 0xC2 && s[1] < 0xA0 || c == 0xD8 && s[1] == 0x9C {
			return 0 // C1; U+061C
		}
		return 2
	case c < 0xF0:
		if len(s) < 3 || !isTail(s[1]) || !isTail(s[2]) {
			return 0
		}
		switch c {
		case 0xE0:
			if s[1] < 0xA0 {
				return 0 // overlong
			}
		case 0xED:
			if s[1] >= 0xA0 {
				return 0 // surrogate
			}
		case 0xE2:
			if s[1] == 0x80 && (s[2] == 0x8E || s[2] == 0x8F || 0xA8 <= s[2] && s[2] <= 0xAE) {
				return 0 // U+200E, U+200F; U+2028 to U+202E
			}
			if s[1] == 0x81 && 0xA6 <= s[2] && s[2] <= 0xA9 {
				return 0 // U+2066 to U+2069
			}
		}
		return 3
	case c < 0xF5:
		if len(s) < 4 || !isTail(s[1]) || !isTail(s[2]) || !isTail(s[3]) {
			return 0
		}
		if c == 0xF0 && s[1] < 0x90 || c == 0xF4 && s[1] >= 0x90 {
			return 0 // overlong; above U+10FFFF
		}
		return 4
	}
	return 0
}
