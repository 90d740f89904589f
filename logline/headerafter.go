package logline

import "strings"

// after adds the parts between the level and the message. It returns false if the line is not
// of a layout after all.
func (h *header) after() bool {
	if h.boxed || h.first == '|' {
		h.rest = strings.TrimPrefix(h.rest, "in ") // of Flask: INFO in app: text
	}
	if h.levelFirst && h.comma {
		h.module()
	}
	h.javaLine()
	rest, n, sep := h.rest, h.n, h.sep // where the message begins, if no further part ends the header
	run := 0                           // number of parts since then
	for run < 4 {
		t, ok := h.next()
		if !ok || t.rest == "" && !h.inTime && !(t.sep == ':' && isLoggerName(t.text)) {
			break
		}
		k := h.kind(t)
		if k == noPart || !h.follows(k, t, run) {
			break
		}
		ends := t.tail || h.ends(k, t, run)
		h.add(k, t.text)
		h.skip(t)
		run++
		if ends {
			rest, n, sep, run = h.rest, h.n, h.sep, 0
		}
	}
	h.rest, h.n, h.sep = rest, n, sep
	return !h.inTime
}

// module adds the module, with the numbers of process and thread, of Django's usual layouts:
//
//	INFO 2026-03-05 10:11:12,123 views 12 34 Hello
//	INFO 2026-03-05 10:11:12,123 views Hello
func (h *header) module() {
	name := word(h.rest)
	rest := strings.TrimLeft(h.rest[len(name):], " ")
	if rest == "" || !isName(name) || name != strings.ToLower(name) {
		return
	}
	process := word(rest)
	after := strings.TrimLeft(rest[len(process):], " ")
	thread := word(after)
	switch {
	case isNumber(process) && thread != "" && isNumber(thread):
		h.add(namePart, name)
		h.add(numberPart, process)
		h.add(insidePart, thread)
		h.rest = strings.TrimLeft(after[len(thread):], " ")
	case isUpper(rest[0]) || rest[0] == '"':
		h.add(namePart, name)
		h.rest = rest
	}
}

// javaLine adds the source as Log4j's "%F (line %L)" writes it: "Server.java (line 12) ".
func (h *header) javaLine() {
	file := word(h.rest[:min(len(h.rest), maxPart)])
	rest, ok := strings.CutPrefix(h.rest[len(file):], " (line ")
	n := digits(rest)
	if ok && n > 0 && strings.HasPrefix(rest[n:], ") ") && isSourceFile(file) {
		h.add(placePart, file+":"+rest[:n])
		h.rest = rest[n+2:]
	}
}

// follows reports whether a part after the level may belong to the header at all. run is the
// number of parts since the last one that does.
func (h *header) follows(k partKind, t token, run int) bool {
	switch k {
	case insidePart:
		isLogged := len(t.text) >= 16 && t.text[4] == '-' && isDate(t.text) // a header that was logged
		return !isLogged
	case namePart:
		return h.nameFollows(t, run)
	case pairPart:
		return run > 0
	}
	return true
}

// nameFollows is follows for a name. Most headers have one after the level.
func (h *header) nameFollows(t token, run int) bool {
	likeFirst := t.sep == h.first && strong(t.sep)
	if strings.HasSuffix(t.text, "()") || likeFirst && (isNumbered(t.text) || h.lineFollows(t)) {
		return true // a function
	}
	if h.seen[namePart] != 1 {
		return h.seen[namePart] == 0 && h.seen[callPart] == 0
	}
	switch last := h.last(); {
	case last.kind == namePart && isThread(last.text):
		return likeFirst || isLoggerName(t.text)
	case run == 1 && h.seen[numberPart] > 0 && t.sep == ':': // Odoo: pid LEVEL database name: text
		return isLoggerName(t.text)
	case run == 0 && h.levelAt > 0 && h.first == '|' && t.sep == '|': // the part before the level was another
		return isLoggerName(t.text)
	}
	return false
}

// ends reports whether the header goes on at least to the end of a part after the level. If not,
// the part may be the beginning of the message.
func (h *header) ends(k partKind, t token, run int) bool {
	switch k {
	case placePart:
		return strong(t.sep) || !strong(h.sep)
	case insidePart:
		return h.insideEnds(t, run)
	case numberPart:
		return h.divides(t) && t.sep != ':'
	case callPart:
		return strong(t.sep) || t.text[0] == '<' || isSourceFile(t.text[:strings.IndexByte(t.text, ':')])
	case namePart:
		return h.nameEnds(t, run)
	case pairPart:
		return t.sep == '-'
	}
	return false
}

// divides reports whether the separator after a part is one that only a header has.
func (h *header) divides(t token) bool {
	switch t.sep {
	case '-', '|', '>', '\t':
		return true
	case ':':
		if t.wide {
			return true
		}
	}
	return strong(h.first) && t.sep == h.first || h.colon
}

// insideEnds is ends for a text in brackets.
func (h *header) insideEnds(t token, run int) bool {
	last := h.last()
	isThread, isLogger := isThread(t.text), isLoggerName(t.text)
	switch {
	case h.bare && !isThread && !isPlace(t.text) && !isLogger:
		return false
	case run > 0 && last.kind == namePart && !isLoggerName(last.text):
		return h.divides(t) // the name may be the first word of the message
	case t.open == '(' && h.n > h.levelAt && last.kind == insidePart: // [logger] (thread) of JBoss
		return true
	case h.divides(t), t.sep == ':', isThread, isLogger, isNumbered(t.text):
		return true
	case h.boxed && h.boxedLevel && h.comma && h.seen[insidePart] == 1 && h.n == 1:
		return true // the node of Elasticsearch, whose name may have spaces
	case t.open == '<' && isProcess(t.text):
		return true
	case h.bare, strings.IndexByte(t.text, ' ') >= 0:
		return false
	}
	return isNumber(t.text) || h.boxedLevel && t.open == '[' && h.seen[insidePart] < 2
}

// nameEnds is ends for a name.
func (h *header) nameEnds(t token, run int) bool {
	switch {
	case h.bare && !isLoggerName(t.text):
		return h.seen[insidePart] > 0 && t.sep == '-' && isName(t.text)
	case h.divides(t):
		return true
	case isNumbered(t.text):
		return strong(t.sep) || h.comma && isLoggerName(t.text[:strings.LastIndexByte(t.text, ':')])
	case t.sep == ':':
		return h.colonEnds(t, run)
	case t.sep == ' ' && h.sep != ':':
		return isClass(t.text) && h.seen[insidePart] > 0 || h.isJava() && isLoggerName(t.text) && !isDomain(t.text)
	}
	return false
}

// colonEnds reports whether a name before a colon is a logger, and not the first word of a
// message such as "error: ...".
func (h *header) colonEnds(t token, run int) bool {
	if isLoggerName(t.text) || strings.HasSuffix(t.text, "()") {
		return true
	}
	if !isName(t.text) || isLevelWord(t.text) {
		return false
	}
	if h.boxedLevel && run == 0 && h.n > h.levelAt && isUpper(t.text[0]) { // [INF] [12] Main: of Jellyfin
		last := h.last()
		return last.kind == insidePart && isNumber(last.text)
	}
	return (h.comma || h.padded || h.thread()) && h.sep == ' ' && !h.npm && !isSupervisord(t.text)
}

// isJava reports whether what came before shows that a logger follows, with no more than a space
// after it.
func (h *header) isJava() bool {
	return h.comma || h.padded || h.nlog || h.thread() || h.parts[0].kind == numberPart
}

// thread reports whether the header began with a thread in brackets, as those of Java and .NET
// do, which have the logger after the level.
func (h *header) thread() bool {
	first := h.parts[0]
	return h.levelAt > 0 && first.kind == insidePart && (isThread(first.text) || isNumber(first.text))
}

// lineFollows reports whether a part is followed by a number and the separator after the time.
func (h *header) lineFollows(t token) bool {
	n := digits(t.rest)
	if n == 0 {
		return false
	}
	rest := strings.TrimLeft(t.rest[n:], " ")
	return rest != "" && rest[0] == h.first
}
