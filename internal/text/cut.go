package text

import "unicode/utf8"

// Whole returns s without the bytes of an unfinished character at its end, so that a
// text can be cut anywhere. What is no UTF-8 stays as it is.
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

// Cut returns s, or as much of it as leaves room within limit for a mark behind it.
func Cut(s string, limit int, mark string) string {
	if len(s) <= limit {
		return s
	}
	return Whole(s[:max(0, limit-len(mark))]) + mark
}
