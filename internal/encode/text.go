package encode

var (
	textStyle = newStyle(charset{low: ' ' * ones}, escapeHex, map[byte]byte{
		'\n': 'n', '\r': 'r', '\t': 't',
	})
	linesStyle = newStyle(charset{low: ' ' * ones}, escapeHex, map[byte]byte{
		'\n': escapeLine, '\r': 'r', '\t': escapeTab,
	})
)

// AppendText appends s so that it stays on one line and cannot control the
// terminal that shows it. Control characters, line and paragraph separators,
// marks that change the direction of text, and bytes that are not UTF-8 become
// visible escapes: \n, \r, \t, \x1b, \u202e, \ufffd. All else stays as it is,
// backslashes too: the result is to be read, not to be parsed.
func AppendText[S text](b []byte, s S) []byte {
	if cleanASCII(s, textStyle.set) == len(s) {
		return append(b, s...)
	}
	return appendEscaped(b, s, textStyle, "")
}

// AppendTextLines appends s as [AppendText] does, but a newline stays one and
// is followed by prefix, which marks the continuation line, and a tab becomes four
// spaces: texts of several lines are indented with them. The prefix is appended
// unchecked.
func AppendTextLines[S text](b []byte, s S, prefix string) []byte {
	return appendEscaped(b, s, linesStyle, prefix)
}
