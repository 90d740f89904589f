package encode

import "encoding/binary"

var jsonStyle = newStyle(charset{low: ' ' * ones, q1: '"' * ones, q2: '\\' * ones}, escapeUnicode, map[byte]byte{
	'"': '"', '\\': '\\', '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f',
})

// AppendJSONString appends s as a JSON string with its quotes. The result is
// valid for any s and safe to show in a terminal. Escaped are, besides the
// quote and the backslash, all control characters (C0, DEL, C1), the line and
// paragraph separators, and the marks that change the direction of text. A
// byte that is not UTF-8 becomes \ufffd. All else stays as it is.
func AppendJSONString[S text](b []byte, s S) []byte {
	// Clean strings of up to 16 bytes, which most are, need no call.
	switch n := len(s); {
	case n < 8:
		if w := loadShort(s); lowest(jsonStyle.set.marks(w)) == n {
			b = append(grow(b, 9), '"')
			i := len(b)
			binary.LittleEndian.PutUint64(b[i:i+8], w|'"'<<(8*uint(n)))
			return b[:i+n+1]
		}
	case n <= 16:
		head, tail := load64(s), load64(s[n-8:])
		if (jsonStyle.set.marks(head)|jsonStyle.set.marks(tail))&highs == 0 {
			b = append(grow(b, 18), '"')
			i := len(b)
			binary.LittleEndian.PutUint64(b[i:i+8], head)
			binary.LittleEndian.PutUint64(b[i+n-8:i+n], tail)
			return append(b[:i+n], '"')
		}
	}
	b = append(b, '"')
	if cleanASCII(s, jsonStyle.set) == len(s) {
		b = append(b, s...)
	} else {
		b = appendEscaped(b, s, jsonStyle, "")
	}
	return append(b, '"')
}

// AppendJSONText appends what [AppendJSONString] puts between the quotes, for
// strings that are made of parts. A rune must not be split between parts.
func AppendJSONText[S text](b []byte, s S) []byte {
	return appendEscaped(b, s, jsonStyle, "")
}
