package logline

import (
	"log/slog"
	"strconv"
	"strings"
	"unicode/utf8"
)

// logfmt parses a line that consists of logfmt pairs only: at least two, or one with a key
// that loggers write.
func (p *parser) logfmt(s string) (Line, bool) {
	attrs, ok := readPairs(s)
	if !ok {
		return p.loosePairs(s)
	}
	for _, a := range attrs {
		if (a.Key == "event" || a.Key == "level") && strings.HasPrefix(a.Value.String(), "'") {
			return p.loosePairs(s) // of structlog
		}
	}
	if len(attrs) == 1 && !logfmtKey(attrs[0].Key) {
		return Line{}, false
	}
	var st stamp
	if len(attrs) > 2 && attrs[0].Key == "date" && attrs[1].Key == "time" { // FortiGate
		date, clock := attrs[0].Value.String(), attrs[1].Value.String()
		if st, ok = isoStamp(date+" "+clock, p.now.Location()); ok && st.len == len(date)+1+len(clock) {
			attrs = attrs[2:]
		}
	}
	l := p.fields(new(fieldSet), attrs, s)
	if l.Time.IsZero() {
		l.Time = st.time
	}
	l.Format = Logfmt
	l.requestLevel()
	return l, true
}

func logfmtKey(key string) bool {
	switch key {
	case "time", "ts", "level", "lvl", "msg", "message":
		return true
	}
	return false
}

// readPairs parses s, which must be key=value pairs separated by spaces. Values are
// strings, since logfmt does not tell whether 3 was a number.
func readPairs(s string) ([]slog.Attr, bool) {
	if n := keyLen(s); n == 0 {
		return nil, false
	}
	attrs := make([]slog.Attr, 0, 12)
	for s = strings.TrimRight(s, " "); s != ""; s = strings.TrimLeft(s, " ") {
		n := keyLen(s)
		if n == 0 {
			return nil, false
		}
		key := s[:n]
		if key[0] == '"' {
			var ok bool
			if key, ok = unquote(key); !ok {
				return nil, false
			}
		}
		s = s[n+1:]
		var value string
		if s != "" && s[0] == '"' {
			n = quotedLen(s)
			var ok bool
			if value, ok = unquote(s[:n]); !ok || n < len(s) && s[n] != ' ' {
				return nil, false
			}
		} else {
			if n = strings.IndexByte(s, ' '); n < 0 {
				n = len(s)
			}
			value = s[:n]
		}
		s = s[n:]
		attrs = append(attrs, slog.String(key, value))
	}
	return attrs, true
}

// keyLen returns the length of a key followed by = at the start of s, or 0 if there is
// none.
func keyLen(s string) int {
	if s == "" {
		return 0
	}
	n := 0
	if s[0] == '"' {
		n = quotedLen(s)
	} else {
		if c := s[0] | 0x20; !isLower(c) && s[0] != '_' && s[0] != '@' && s[0] < utf8.RuneSelf {
			return 0
		}
		for n < len(s) && s[n] > ' ' && s[n] != '=' && s[n] != '"' && s[n] != 0x7f {
			n++
		}
	}
	if n == len(s) || s[n] != '=' {
		return 0
	}
	return n
}

// quotedLen returns the length of a quoted text at the start of s, or 0. s begins with the quote.
func quotedLen(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case s[0]:
			return i + 1
		case '\\':
			i++
		}
	}
	return 0
}

// unquote parses a text quoted by Go.
func unquote(s string) (string, bool) {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return "", false
	}
	if in := s[1 : len(s)-1]; strings.IndexByte(in, '\\') < 0 {
		return in, true
	}
	if !utf8.ValidString(s) {
		return "", false // strconv would replace the invalid bytes
	}
	s, err := strconv.Unquote(s)
	return s, err == nil
}

// unquotePython parses a text in single quotes as Python's repr writes it.
func unquotePython(s string) (string, bool) {
	in := s[1 : len(s)-1]
	if strings.IndexByte(in, '\\') < 0 {
		return in, true
	}
	b := make([]byte, 0, len(in))
	for in != "" {
		// Unlike in Go, \xe9 is a character.
		c, _, rest, err := strconv.UnquoteChar(in, '\'')
		if err != nil || c == utf8.RuneError && in[0] != '\\' {
			return "", false
		}
		b, in = utf8.AppendRune(b, c), rest
	}
	return string(b), true
}

// cutPairs cuts the pairs off the end of a console line. They are pairs only if each word
// up to the end is one; otherwise all of s is text.
func cutPairs(s string) (text string, attrs []slog.Attr) {
	for i := 0; i < len(s); {
		n := pairsLen(s[i:])
		if i+n == len(s) {
			attrs, ok := readPairs(s[i:])
			if !ok {
				return s, nil
			}
			return strings.TrimRight(s[:i], " "), attrs
		}
		// No pairs can begin before the place where these ended.
		next := strings.IndexByte(s[i+n:], ' ')
		if next < 0 {
			break
		}
		i += n + next + 1
	}
	return s, nil
}

// pairsLen returns the length of the pairs at the start of s, with the spaces between them.
func pairsLen(s string) int {
	i := 0
	for i < len(s) {
		if s[i] == ' ' && i > 0 {
			i++
			continue
		}
		n := keyLen(s[i:])
		if n == 0 || s[i] == '"' {
			return i
		}
		v := s[i+n+1:]
		end := 0
		if strings.HasPrefix(v, `"`) {
			if end = quotedLen(v); end == 0 || end < len(v) && v[end] != ' ' {
				return i
			}
		} else if end = strings.IndexByte(v, ' '); end < 0 {
			end = len(v)
		}
		i += n + 1 + end
	}
	return i
}

// textPairs sets the message and the attributes of a console line that may end in pairs.
func (l *Line) textPairs(s string) {
	text, attrs := cutPairs(s)
	l.Message = text
	l.errorFields(attrs)
}

// loosePairs parses pairs of which the values may have spaces without quotes, or quotes of
// Python and Ruby. So write structlog, lograge, and logrus with values of some types:
//
//	timestamp='2026-03-05T10:11:12Z' level='info' event='hello' n=1
//	time="2026-03-05T10:11:12Z" level=info msg=hello since=2026-03-05 10:11:12 +0000 UTC
func (p *parser) loosePairs(s string) (Line, bool) {
	n := keyLen(s)
	if n == 0 {
		return Line{}, false
	}
	switch s[:n] {
	case "time", "t", "ts", "level", "lvl", "timestamp", "event":
		if !strings.Contains(s, "event='") && !strings.Contains(s, " level='") && !strings.Contains(s, " msg=") {
			return Line{}, false
		}
	case "method":
		if !strings.Contains(s, " status=") {
			return Line{}, false
		}
	default:
		if !strings.Contains(s, " event='") {
			return Line{}, false
		}
	}
	var l Line
	l.spacedPairs(" " + s)
	l = p.fields(new(fieldSet), l.Attrs, s)
	l.Format = Logfmt
	l.requestLevel()
	return l, l.Message != s
}

// spacedPairs adds the pairs of a text in which each follows a space. A value ends where
// the next begins.
func (l *Line) spacedPairs(s string) {
	for i := 0; i < len(s); {
		key, _, _ := strings.Cut(s[i+1:], "=")
		start := i + 1 + len(key) + 1
		end := start
		if start < len(s) {
			switch s[start] {
			case '"', '\'':
				end += quotedLen(s[start:])
			}
		}
		i = nextPair(s, end)
		value := strings.TrimRight(s[start:i], " ")
		unquoted, ok := "", false
		switch n := len(value); {
		case n < 2:
		case value[0] == '\'' && value[n-1] == '\'':
			unquoted, ok = unquotePython(value)
		case value[0] == '"' && n == end-start:
			unquoted, ok = unquote(value)
		}
		if ok {
			value = unquoted
		}
		l.attr(key, value)
	}
}

// nextPair returns the index of the space before the next "key=" of s, from the index i on,
// or the length of s.
func nextPair(s string, i int) int {
	space := -1
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c == ' ':
			space = i
		case c == '=' && space >= 0 && i > space+1:
			return space
		case !isLower(c|0x20) && !isDigit(c) && c != '_' && c != '.' && c != '-':
			space = -1
		}
	}
	return len(s)
}
