package logline

import (
	"log/slog"
	"strings"
)

// paddedLevel parses a level of up to five letters, which is padded to that, and the space
// after it.
func (l *Line) paddedLevel(s string) (rest string, ok bool) {
	if len(s) < 7 || s[5] != ' ' && s[5] != '[' && s[6] != ' ' {
		return s, false
	}
	switch name := strings.Trim(s[:5], " "); name {
	case "TRACE", "DEBUG", "INFO", "WARN", "ERROR":
		l.Level, l.HasLevel = levelName(name)
		return strings.TrimPrefix(s[5:], " "), true
	}
	return s, false
}

// targetLen returns the length of a path of Rust modules at the start of s.
func targetLen(s string) int {
	n := 0
	for n < len(s) {
		switch c := s[n]; {
		case isLower(c), isDigit(c) && n > 0, c == '_':
			n++
		case c == ':' && n > 0 && strings.HasPrefix(s[n:], "::") && n+2 < len(s) && (isLower(s[n+2]) || s[n+2] == '_'):
			n += 2
		default:
			return n
		}
	}
	return n
}

// tracing parses the text after the time in lines of tracing-subscriber, in its full and
// its compact format:
//
//	INFO request{id=7}:query{}: app::db: text key=value
func (p *parser) tracing(l Line, st stamp, rest string) (Line, bool) {
	if len(rest) < 8 || rest[0] != ' ' {
		return Line{}, false
	}
	usual := st.fraction >= 3 && (!st.offset || st.fraction >= 6)
	rest, ok := l.paddedLevel(rest[1:])
	if !ok {
		return Line{}, false
	}
	if m := targetLen(rest); !st.dated && m > 0 && len(rest) > m+1 && rest[m] == ':' && rest[m+1] != ' ' && rest[m+1] != ':' {
		l.Channel = rest[:m] // compact, of early versions
		l.debugPairs(rest[m+1:])
		return l, true
	}
	if !l.tracingSpans(rest, !usual) {
		if !usual || st.fraction < 6 || st.comma || strings.HasPrefix(rest, "[") {
			return Line{}, false
		}
		l.debugPairs(rest) // without the target
	}
	return l, true
}

// tracingBare parses lines of tracing-subscriber without a time. A level of five letters is
// not padded; then only spans with fields show the format.
func (p *parser) tracingBare(s string) (Line, bool) {
	var l Line
	rest, ok := l.paddedLevel(s)
	if !ok || !l.tracingSpans(rest, s[0] != ' ') {
		return Line{}, false
	}
	return l, true
}

// tracingUptime parses lines of tracing-subscriber with the time since the start of the program:
// "   0.001234567s  INFO app::db: text".
func (p *parser) tracingUptime(s string) (Line, bool) {
	uptime, rest, ok := strings.Cut(strings.TrimLeft(s[:min(len(s), 24)], " "), "s ")
	n := digits(uptime)
	if !ok || n == 0 || len(uptime) != n+10 || uptime[n] != '.' || digits(uptime[n+1:]) != 9 {
		return Line{}, false
	}
	rest = s[len(s[:min(len(s), 24)])-len(rest):]
	var l Line
	l.attr("uptime", uptime+"s")
	if rest, ok = l.paddedLevel(rest); !ok {
		return Line{}, false
	}
	if !l.tracingSpans(rest, false) {
		l.debugPairs(rest)
	}
	return l, true
}

// tracingSpans parses the text after the level.
func (l *Line) tracingSpans(s string, fields bool) bool {
	s, thread := cutTracingThread(s)
	if place, text, ok := strings.Cut(s, ".rs:"); ok && !strings.Contains(place, " ") { // in place of the target
		if line := digits(text); line > 0 && strings.HasPrefix(text[line:], ": ") {
			l.setPlace(s[:len(place)+4+line])
			if thread != "" {
				l.attr("thread", thread)
			}
			l.debugPairs(text[line+2:])
			return true
		}
	}
	spans, n := spansLen(s)
	if n == 0 || n+2 >= len(s) || fields && !spans && !strings.Contains(s[:n], "::") {
		return false
	}
	head, rest := s[:n], s[n+2:]
	// The target follows the spans. Without their fields, they look like a target of one
	// module.
	if m := targetLen(rest); m > 0 && strings.HasPrefix(rest[m:], ": ") && (spans || !strings.Contains(head, "::")) && rest[:m] != "error" {
		l.attr("span", head)
		head, rest = rest[:m], rest[m+2:]
	} else if spans {
		l.attr("span", head)
		head = ""
	}
	l.Channel = head
	if thread != "" {
		l.attr("thread", thread)
	}
	if place, text, ok := strings.Cut(rest, ": "); ok {
		if n := digits(place); n > 0 && n == len(place) {
			l.attr("line", place)
			rest = text
		} else if isPlace(place) {
			l.setPlace(place)
			rest = text
		}
	}
	l.debugPairs(rest)
	return true
}

// cutTracingThread cuts the name and the number of the thread, "main ThreadId(01) ".
func cutTracingThread(s string) (rest, thread string) {
	rest = s
	if w := word(rest); w == "main" || isThread(w) && isName(w) {
		rest = strings.TrimLeft(rest[len(w):], " ")
	}
	if strings.HasPrefix(rest, "ThreadId(") {
		rest = strings.TrimLeft(rest[len(word(rest)):], " ")
	}
	return rest, strings.TrimRight(s[:len(s)-len(rest)], " ")
}

// spansLen returns the length of the names of spans or of a target at the start of s, which
// a colon and a space must follow, and whether one has fields.
func spansLen(s string) (fields bool, n int) {
	for n < len(s) {
		m := targetLen(s[n:])
		if m == 0 {
			return false, 0
		}
		n += m
		if n < len(s) && s[n] == '{' {
			end := bracesLen(s[n:])
			if end == 0 {
				return false, 0
			}
			n += end
			fields = true
		}
		if n+1 >= len(s) || s[n] != ':' {
			return false, 0
		}
		if s[n+1] == ' ' {
			return fields, n
		}
		n++
	}
	return false, 0
}

// bracesLen returns the length of a text in braces at the start of s, in which braces nest
// and may be quoted.
func bracesLen(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			n := quotedLen(s[i:])
			if n == 0 {
				return 0
			}
			i += n - 1
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// tracingPretty parses the first line of a record in tracing-subscriber's pretty format:
// "  2026-03-05T10:11:12.123456Z  INFO app::web: text, key: value".
func (p *parser) tracingPretty(s string) (Line, bool) {
	if len(s) < 30 || s[1] != ' ' || !isDigit(s[2]) || s[12] != 'T' {
		return Line{}, false
	}
	st, ok := p.isoStamp(s[2:])
	if !ok || s[2+st.len:] == "" || s[2+st.len] != ' ' {
		return Line{}, false
	}
	l := Line{Time: st.time}
	rest, ok := l.paddedLevel(s[3+st.len:])
	if !ok {
		return Line{}, false
	}
	n := targetLen(rest)
	if n == 0 || !strings.HasPrefix(rest[n:], ": ") || len(rest) == n+2 {
		return Line{}, false
	}
	l.Channel = rest[:n]
	l.prettyFields(rest[n+2:])
	return l, true
}

// prettyFields parses "text, key: value, key: value". A field without a text is a quoted
// value.
func (l *Line) prettyFields(s string) {
	i := 0
	if n := targetLen(s); n == 0 || !strings.HasPrefix(s[n:], `: "`) {
		if i = nextField(s); i < 0 {
			l.Message = s
			return
		}
		l.Message = s[:i]
		i += 2
	}
	for s = s[i:]; s != ""; {
		key, rest, _ := strings.Cut(s, ": ")
		end := 0
		if strings.HasPrefix(rest, `"`) {
			end = quotedLen(rest)
		}
		next := nextField(rest[end:])
		if next < 0 {
			next, s = len(rest), ""
		} else {
			next += end
			s = rest[next+2:]
		}
		value := rest[:next]
		if v, ok := unquote(value); ok {
			value = v
		}
		if key == "error" && l.Err == "" {
			l.Err = value
		} else {
			l.attr(key, value)
		}
	}
}

// nextField returns the index of the next ", key: " in s, or -1.
func nextField(s string) int {
	for i := 0; ; {
		n := strings.Index(s[i:], ", ")
		if n < 0 {
			return -1
		}
		i += n
		key := s[i+2:]
		if m := targetLen(key); m > 0 && strings.HasPrefix(key[m:], ": ") {
			return i
		}
		i += 2
	}
}

// debugPairs is textPairs with the values of Rust's Debug, in which brackets hold spaces:
// error=Os { code: 2, message: "no tea" }. Without a text before them, such pairs are the message.
func (l *Line) debugPairs(s string) {
	for i := 0; i < len(s); {
		n := debugPairsLen(s[i:])
		if i > 0 && i+n == len(s) {
			l.Message = strings.TrimRight(s[:i], " ")
			l.errorFields(readDebugPairs(s[i:]))
			return
		}
		next := strings.IndexByte(s[i+n:], ' ')
		if next < 0 {
			break
		}
		i += n + next + 1
	}
	l.textPairs(s)
}

// debugPairsLen returns the length of the pairs at the start of s, with the spaces between them.
func debugPairsLen(s string) int {
	i := 0
	for i < len(s) {
		n := keyLen(s[i:])
		if n == 0 || s[i] == '"' {
			return i
		}
		v := debugLen(s[i+n+1:])
		if v < 0 {
			return i
		}
		for i += n + 1 + v; i < len(s) && s[i] == ' '; {
			i++
		}
	}
	return i
}

// readDebugPairs reads the pairs of a text that consists of them.
func readDebugPairs(s string) (attrs []slog.Attr) {
	for s != "" {
		n := keyLen(s)
		end := n + 1 + debugLen(s[n+1:])
		value := s[n+1 : end]
		if text, ok := unquote(value); ok {
			value = text
		}
		attrs = append(attrs, slog.String(s[:n], value))
		s = strings.TrimLeft(s[end:], " ")
	}
	return attrs
}

// debugLen returns the length of a value of Rust's Debug at the start of s, or -1. The bound of
// its brackets keeps debugPairs linear.
func debugLen(s string) int {
	const longest = 1000
	depth, open := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			n := quotedLen(s[i:min(len(s), i+longest)])
			if n == 0 {
				return -1
			}
			i += n - 1
		case '(', '[', '{':
			if depth == 0 {
				open = i
			}
			depth++
		case ')', ']', '}':
			depth--
		case ' ':
			if depth <= 0 && !strings.HasPrefix(s[i:], " { ") {
				return i
			}
		}
		if depth > 0 && i-open > longest {
			return -1
		}
	}
	if depth > 0 {
		return -1
	}
	return len(s)
}
