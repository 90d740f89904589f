package logline

import "strings"

// levelInside parses "[INFO  app::db] hello" of Rust's env_logger without a time.
func (h header) levelInside(s string) (Line, bool) {
	if s[0] != '[' || len(s) < 8 || !isUpper(s[1]) {
		return Line{}, false
	}
	level := word(s[1:min(len(s), 12)])
	if lv, ok := levelName(level); !ok || !isLevelName(level) {
		return Line{}, false
	} else {
		h.level = lv
	}
	h.rest = strings.TrimLeft(s[1+len(level):], " ")
	h.hasLevel, h.inTime, h.sep = true, true, ' '
	t, ok := h.next()
	if !ok || !t.tail || t.open != 0 || h.kind(t) != namePart {
		return Line{}, false
	}
	return Line{Format: Layout, Level: h.level, HasLevel: true, Channel: t.text, Message: t.rest}, t.rest != ""
}

// hasClock reports whether a text may have a time of day.
func hasClock(s string) bool {
	for i := 0; ; i++ {
		n := strings.IndexByte(s[i:], ':')
		if n < 0 {
			return false
		}
		if i += n; i > 0 && i+1 < len(s) && isDigit(s[i-1]) && isDigit(s[i+1]) {
			return true
		}
	}
}

// bareLine returns a line without a time, of which t is the level:
//
//	[main] INFO com.example.App - hello
//	app.web - INFO - hello
//	[app] ERROR: hello
//	[app] [ERROR] hello
func (h header) bareLine(t token) (Line, bool) {
	if h.n != 1 || len(t.text) < 3 {
		return Line{}, false
	}
	first := h.parts[0]
	if t.text != strings.ToUpper(t.text) && (first.kind != insidePart || t.sep != ':') {
		return Line{}, false
	}
	before := h.sep
	h.skip(t)
	h.bare = true
	if !h.after() {
		return Line{}, false
	}
	switch {
	case first.kind == namePart && before == '-' && t.sep == '-':
	case first.kind == insidePart && !h.boxedLevel && t.sep == ':':
	case first.kind == insidePart && h.boxedLevel:
	case first.kind == insidePart && h.n > 1 && h.parts[1].kind == namePart && h.sep == '-': // SLF4J's simple logger
		if !isThread(first.text) && !isLoggerName(h.parts[1].text) {
			return Line{}, false
		}
	default:
		return Line{}, false
	}
	l := Line{Format: Layout, Level: h.level, HasLevel: true}
	h.set(&l)
	l.Message = h.rest
	return l, true
}

// afterLevel parses what follows a level at the start of a line without a time, if it is the
// rest of a header.
func (p *parser) afterLevel(l Line, rest string) (Line, bool) {
	h := header{rest: rest, level: l.Level, hasLevel: true, bare: true}
	h.sep, _, h.rest = h.separator(rest, true)
	if !h.after() || h.n == 0 {
		return Line{}, false
	}
	h.set(&l)
	l.Format, l.Message = Layout, h.rest
	return l, true
}

// beforeStamp parses a line whose header begins before the time: with a level, a text in
// brackets, or a name. Without a level the name is the prefix of Go's log package.
//
//	WARN [2026-03-05 10:11:12] hello
//	INFO  [main] 2026-03-05 10:11:12,123 Server.java:12 - hello
//	app: 2026/03/05 10:11:12 main.go:12: hello
func (p *parser) beforeStamp(s string) (Line, bool) {
	if isSentence(s) {
		return Line{}, false
	}
	if head := s[:min(len(s), 2*maxPart)]; closingBracket(s[0]) == 0 && !hasClock(head) && !strings.Contains(head, " - ") {
		return Line{}, false
	}
	if l, ok := (header{rest: s}).levelInside(s); ok {
		return l, true
	}
	if len(s) > 20 && s[0] == '[' && s[2] == ' ' && isDigit(s[3]) {
		return p.letterInside(s)
	}
	h := header{rest: s}
	for range 3 {
		t, ok := h.next()
		if !ok || t.rest == "" {
			return Line{}, false
		}
		if !h.hasLevel && h.isLevel(t) {
			if l, ok := h.bareLine(t); ok {
				return l, true
			}
		} else if !h.beforeTime(t) {
			return Line{}, false
		}
		h.skip(t)
		if st, after, ok := p.stampInside(&h); ok {
			return p.afterParts(h, st, after)
		}
	}
	return Line{}, false
}

// letterInside parses "[W 2026-03-05 10:11:12 web:12] hello" of Tornado and Jupyter.
func (p *parser) letterInside(s string) (Line, bool) {
	var l Line
	st, ok := p.anyStamp(s[3:])
	if !ok {
		st, ok = p.dayStamp(s[3:])
	}
	if !ok || !l.letter(s[1]) {
		return Line{}, false
	}
	h := header{level: l.Level, hasLevel: true, inTime: true}
	return p.afterStamp(&h, st, s[3+st.len:])
}

// beforeTime adds a part that comes before the time, if it is one.
func (h *header) beforeTime(t token) bool {
	k := h.kind(t)
	goDate := len(t.rest) > 8 && t.rest[4] == '/' && t.rest[7] == '/' // after the prefix of Go's log package
	if k != insidePart && (k != namePart || !strong(t.sep) && !goDate) {
		return false
	}
	h.add(k, t.text)
	return true
}

// stampInside parses the time that follows the parts before it, also one in brackets. It returns
// what follows the time, and after brackets with nothing else in them what follows these.
func (p *parser) stampInside(h *header) (st stamp, after string, ok bool) {
	rest := strings.TrimPrefix(h.rest, "[")
	if rest == "" || !isDigit(rest[0]) {
		return stamp{}, "", false
	}
	if st, ok = p.anyStamp(rest); !ok && h.hasLevel {
		if st, ok = p.dayStamp(rest); !ok || !st.seconds {
			st, ok = p.monthStamp(rest)
		}
	}
	if !ok {
		return stamp{}, "", false
	}
	after = rest[st.len:]
	h.levelFirst = h.hasLevel && h.n == 0 && !h.boxedLevel
	if h.inTime = len(rest) < len(h.rest); h.inTime && strings.HasPrefix(after, "]") {
		h.inTime, h.boxed = false, true
		after = after[1:]
	}
	return st, after, true
}

// afterParts parses what follows a time that has parts before it: the rest of a header, or else
// the caller and the text.
func (p *parser) afterParts(h header, st stamp, after string) (Line, bool) {
	if after == "" || !stampEnds(after) {
		return Line{}, false
	}
	whole := h
	if l, ok := p.afterStamp(&whole, st, after); ok {
		return l, true
	}
	if h.inTime {
		return Line{}, false
	}
	l := Line{Time: st.time, Level: h.level, HasLevel: h.hasLevel}
	h.set(&l)
	return p.afterTime(l, cutSeparator(after)), true
}

// isSentence reports whether a text begins with two words in lower case, of which the first is
// no level, as no header does.
func isSentence(s string) bool {
	n := 0
	for n < len(s) && isLower(s[n]) {
		n++
	}
	if n == 0 || n+1 >= len(s) || s[n] != ' ' || !isLower(s[n+1]) {
		return false
	}
	_, isLevel := levelName(s[:n])
	return !isLevel
}
