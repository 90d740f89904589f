package encode

import "unicode"

// logfmtSet is the set of ASCII bytes of a plain token of logfmt.
var logfmtSet = charset{low: '!' * ones, q1: '"' * ones, q2: '=' * ones}

// AppendLogfmtValue appends s as the value of a logfmt pair: unchanged if it is a plain
// token, and otherwise quoted by [AppendJSONString]. A plain token is not empty and has
// no space, '=', '"' or character that must be escaped; a backslash in it is literal.
func AppendLogfmtValue[S text](b []byte, s S) []byte {
	if len(s) != 0 && tokenLen(s) == len(s) {
		return append(b, s...)
	}
	return AppendJSONString(b, s)
}

// AppendLogfmtKey appends key as the key of a logfmt pair: each character that is not
// allowed in a plain token becomes '_'. An empty key becomes "_".
func AppendLogfmtKey[S text](b []byte, key S) []byte {
	if len(key) == 0 {
		return append(b, '_')
	}
	for {
		i := tokenLen(key)
		b = append(b, key[:i]...)
		if i == len(key) {
			return b
		}
		_, n := decodeRune(key[i:])
		b = append(b, '_')
		key = key[i+n:]
	}
}

// tokenLen returns the length of the longest prefix of s that is a plain token. White
// space beyond ASCII ends a token, since some parsers split at it.
func tokenLen[S text](s S) int {
	i := cleanASCII(s, logfmtSet)
	if i == len(s) {
		return i
	}
	n := clean(s, logfmtSet)
	for ; i < n; i++ {
		switch s[i] {
		case 0xC2, 0xE1, 0xE2, 0xE3: // the first byte of every such space
			if r, _ := decodeRune(s[i:]); unicode.IsSpace(r) {
				return i
			}
		}
	}
	return n
}
