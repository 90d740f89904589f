package encode

import "unicode/utf8"

// A style determines which ASCII bytes are copied, and how the others are escaped.
type style struct {
	set charset
	// escapes holds for each byte 0 if it is copied, the letter that follows the
	// backslash in its escape, or one of the following constants.
	escapes [256]byte
}

const (
	escapeHex     = 'x'  // \x1b
	escapeUnicode = 'u'  // \u001b
	escapeLine    = '\n' // a line break, and the prefix of the next line
	escapeTab     = '\t' // four spaces
	escapeRune    = 0xFF // the byte is not ASCII
)

// newStyle returns a style with the escapes of short. Other control characters have the
// escape control.
func newStyle(set charset, control byte, short map[byte]byte) *style {
	st := &style{set: set}
	for c := range st.escapes {
		switch {
		case c >= utf8.RuneSelf:
			st.escapes[c] = escapeRune
		case c < ' ' || c == 0x7F:
			st.escapes[c] = control
		}
	}
	for c, e := range short {
		st.escapes[c] = e
	}
	return st
}

// appendEscaped appends s in the style. If the style keeps line breaks, prefix is
// appended after each.
func appendEscaped[S text](b []byte, s S, st *style, prefix string) []byte {
	for {
		n := clean(s, st.set)
		b = append(b, s[:n]...)
		s = s[n:]
		// Bytes that need an escape often come together: go on byte by byte.
		for range 16 {
			if len(s) == 0 {
				return b
			}
			n := 1
			switch c := s[0]; st.escapes[c] {
			case 0:
				b = append(b, c)
			case escapeHex:
				b = append(b, '\\', 'x', hex[c>>4], hex[c&0xF])
			case escapeUnicode:
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xF])
			case escapeLine:
				b = append(b, '\n')
				b = append(b, prefix...)
			case escapeTab:
				b = append(b, "    "...)
			case escapeRune:
				if n = safeRune(s); n != 0 {
					b = append(b, s[:n]...)
				} else {
					b, n = appendRuneEscape(b, s)
				}
			default:
				b = append(b, '\\', st.escapes[c])
			}
			s = s[n:]
		}
	}
}

const hex = "0123456789abcdef"

// decodeRune decodes the first rune of s.
func decodeRune[S text](s S) (rune, int) {
	// The conversion of four bytes stays on the stack.
	return utf8.DecodeRuneInString(string(s[:min(len(s), utf8.UTFMax)]))
}

// appendRuneEscape appends \uXXXX for the first rune of s, or \ufffd if it is malformed,
// and returns the length of the rune. It must be a rune that safeRune refuses; all of
// them have four hex digits.
func appendRuneEscape[S text](b []byte, s S) ([]byte, int) {
	r, n := decodeRune(s)
	return append(b, '\\', 'u', hex[r>>12&0xF], hex[r>>8&0xF], hex[r>>4&0xF], hex[r&0xF]), n
}
