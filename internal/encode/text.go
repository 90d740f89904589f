package encode

var (
	textStyle = newStyle(charset{low: ' ' * ones}, escapeHex, map[byte]byte{
		'\n': 'n', '\r': 'r', '\t': 't',
	})
	linesStyle = newStyle(charset{low: ' ' * ones}, escapeHex, map[byte]byte{
		'\n': escapeLine, '\r': 'r', '\t': escapeTab,
	})
)

// AppendText appends s so that it stays on one line and cannot control the terminal that
// shows it. Control characters, line and paragraph separators, marks that change the
// direction of text, and bytes that are not UTF-8 become visible escapes: \n, \r, \t,
// \x1b, \u202e, \ufffd. Everything else is copied, including backslashes: the result is
// for people and not for parsers.
func AppendText[S text](b []byte, s S) []byte {
	if cleanASCII(s, textStyle.set) == len(s) {
		return append(b, s...)
	}
	return appendEscaped(b, s, textStyle, "")
}

// AppendTextLines is like [AppendText], but keeps newlines, appends prefix after each to
// mark the continuation line, and turns a tab, which often indents such lines, into four
// spaces. It does not check the prefix.
func AppendTextLines[S text](b []byte, s S, prefix string) []byte {
	return appendEscaped(b, s, linesStyle, prefix)
}
