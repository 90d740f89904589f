package text

import "unicode/utf8"

// Whole returns s without the bytes of an incomplete character at its end, so that a text
// can be cut anywhere. Other invalid UTF-8 is kept.
func Whole[T ~string | ~[]byte](s T) T {
	for i := len(s) - 1; i >= 0 && i >= len(s)-utf8.UTFMax; i-- {
		if utf8.RuneStart(s[i]) {
			if !utf8.FullRuneInString(string(s[i:])) {
				return s[:i]
			}
			break
		}
	}
	return s
}

// Cut returns s if it has at most limit bytes. Otherwise it shortens s so that the result
// has at most limit bytes including mark, which it appends.
func Cut(s string, limit int, mark string) string {
	if len(s) <= limit {
		return s
	}
	return Whole(s[:max(0, limit-len(mark))]) + mark
}
