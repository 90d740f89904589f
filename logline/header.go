package logline

import (
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// Layout is the format of lines with a time, a level, and other parts of a header that the
// program's user chooses and orders.
const Layout = "layout"

// layoutFormats has one line for each of the programs whose users choose a layout.
var layoutFormats = []Format{
	{Layout, "Python's logging, with the usual parts in any order", "2026-03-05 10:11:12,123 - app.web - INFO - hello"},
	{Layout, "gunicorn", `[2026-03-05 10:11:12 +0000] [12] [INFO] hello`},
	{Layout, "celery", `[2026-03-05 10:11:12,123: INFO/MainProcess] hello`},
	{Layout, "Flask", `[2026-03-05 10:11:12,123] INFO in app: hello`},
	{Layout, "Airflow", `[2026-03-05T10:11:12.123+0000] {tea.py:7} INFO - hello`},
	{Layout, "Scrapy", `2026-03-05 10:11:12 [scrapy.core.engine] INFO: hello`},
	{Layout, "loguru", "2026-03-05 10:11:12.123 | INFO     | app.web:index:12 - hello"},
	{Layout, "supervisord", "2026-03-05 10:11:12,123 INFO hello"},
	{Layout, "log4j, logback, Hadoop", "2026-03-05 10:11:12,123 [main] INFO  com.example.App - hello"},
	{Layout, "logback without a configuration", "10:11:12.123 [main] INFO  com.example.App - hello"},
	{Layout, "Spring Boot", "2026-03-05 10:11:12.123  INFO 12 --- [           main] c.example.App : hello"},
	{Layout, "Tomcat", "05-Mar-2026 10:11:12.123 INFO [main] org.apache.catalina.startup.Catalina.start hello"},
	{Layout, "Elasticsearch and OpenSearch", "[2026-03-05T10:11:12,123][INFO ][o.e.n.Node              ] [node-1] hello"},
	{Layout, "ZooKeeper", "2026-03-05 10:11:12,123 [myid:1] - INFO  [main:QuorumPeer@77] - hello"},
	{Layout, "Cassandra", "INFO  [main] 2026-03-05 10:11:12,123 Server.java:12 - hello"},
	{Layout, "WildFly, Keycloak and Quarkus", "2026-03-05 10:11:12,123 INFO  [org.jboss.as] (Controller Boot Thread) hello"},
	{Layout, "NLog", "2026-03-05 10:11:12.1234|INFO|App.Web|hello"},
	{Layout, "Serilog", `[10:11:12 INF] hello`},
	{Layout, "spdlog", "[2026-03-05 10:11:12.123] [app] [info] [main.cpp:12] hello"},
	{Layout, "winston", `2026-03-05T10:11:12.123Z [web] info: hello {"n":1}`},
	{Layout, "log4js", "[2026-03-05T10:11:12.123] [INFO] default - hello"},
	{Layout, "Rust's env_logger, fern and simple_logger", "[2026-03-05T10:11:12Z INFO  app::db] hello"},
	{Layout, "Gitea and Forgejo", "2026/03/05 10:11:12 cmd/web.go:12:runWeb() [I] hello"},
}

// Bounds of a header.
const (
	maxHeader = 400 // its length
	maxPart   = 100 // the length of a part
	maxParts  = 10
)

// afterStamp parses what follows a time, if it is the rest of a header with a level: parts that
// show what they are, between separators.
//
//   - app.web - INFO - hello
//     | INFO     | app.web:index:12 - hello
//     [main] INFO  com.example.App - hello
//     ] [app] [info] [main.cpp:12] hello
//
// The level may be known already, from before the time. Parts before the level belong to the
// header, whatever they are, since they stand between it and the time. Those after it could
// as well be the beginning of the message: they belong to the header if a separator follows
// that only a header has, or if a message hardly begins with them, as with main.cpp:12.
func (p *parser) afterStamp(h *header, st stamp, rest string) (Line, bool) {
	h.rest, h.comma = rest, st.comma
	h.nlog, h.iso = st.fraction == 4, st.fraction == 3 && st.zulu
	if !h.begin() {
		return Line{}, false
	}
	for !h.hasLevel {
		t, ok := h.next()
		if !ok || !h.isLevel(t) && !h.before(t) {
			return Line{}, false
		}
		h.skip(t)
		if h.first == '|' && h.seen[callPart] > 0 {
			break // loguru, with a level of the program's own
		}
	}
	if !h.after() {
		return Line{}, false
	}
	l := Line{Time: st.time, Level: h.level, HasLevel: h.hasLevel}
	h.set(&l)
	h.rest = nginxIDs(&l, h.rest)
	if h.boxed && h.n == 0 {
		h.rest = l.bunyanHead(h.rest)
	}
	if h.npm {
		l.Format = Layout
		if l.Channel != "" || !l.category(h.rest) { // .NET with a time in brackets
			l.textObject(h.rest)
		}
		return l, true
	}
	if inner, ok := p.structured(l, h.rest); ok {
		return inner, true
	}
	if h.boxed && h.padded {
		h.rest = l.cutRight(h.rest)
	}
	l.Format, l.Message = Layout, h.rest
	return l, true
}

// cutRight cuts the source off the end of a text, where Rich writes it into a column of its own.
func (l *Line) cutRight(s string) string {
	i := strings.LastIndex(s, "  ")
	if i < 0 || !isPlace(s[i+2:]) {
		return s
	}
	l.setPlace(s[i+2:])
	return strings.TrimRight(s[:i], " ")
}

// header is the state of parsing a header.
type header struct {
	rest  string // what is left of the line
	sep   byte   // the separator before it
	colon bool   // sep is a colon without a space

	first  byte // the separator after the time
	comma  bool // the time has a comma before its fraction, as Python's and Java's
	nlog   bool // the time is NLog's
	iso    bool // the time is JavaScript's
	boxed  bool // the time is in brackets
	inTime bool // these brackets have further parts
	bare   bool // there is no time

	hasLevel   bool
	level      logbook.Level
	word       string // the level, if it is none of Logbook's
	levelAt    int    // number of parts before it
	levelFirst bool   // it is before the time
	boxedLevel bool   // it is in brackets
	padded     bool   // it is filled up with spaces
	npm        bool   // it is written as JavaScript's loggers do

	parts [maxParts]headerPart
	n     int
	seen  [kinds]int // number of parts of each kind
}

// headerPart is a part of a header other than time and level.
type headerPart struct {
	kind partKind
	text string
}

type partKind byte

const (
	noPart   partKind = iota
	namePart          // of a logger, thread or host
	numberPart
	placePart  // file:line, or file:line:function()
	callPart   // module:function:line
	insidePart // any text in brackets
	pairPart   // key=value
	kinds
)

// token is a part with the separator after it.
type token struct {
	text string // without brackets
	open byte   // the opening bracket, or 0
	sep  byte   // one of -|:,;> or a tab; a space for white space only; or 0
	wide bool   // white space precedes a colon
	tail bool   // the brackets of the time end after it
	rest string // what follows
}

// strong reports whether a separator ends a part, and is not mere space between words.
func strong(sep byte) bool { return sep != ' ' && sep != 0 }

// begin parses the separator after the time.
func (h *header) begin() bool {
	if h.rest == "" {
		return false
	}
	switch h.rest[0] {
	case ']':
		h.boxed, h.inTime = true, false
		h.rest = h.rest[1:]
	case ' ', '\t', '|', ':', ',', ';', '-':
	default:
		return false
	}
	h.first, _, h.rest = h.separator(h.rest, true)
	h.sep = h.first
	if h.inTime {
		h.first = ' ' // [time: LEVEL/process] of celery
	}
	return h.rest != ""
}

// separator parses the separator at the start of s: white space, with a mark in it or at its
// start. first says that it is the one after the time. wide says that white space precedes a
// colon.
func (h *header) separator(s string, first bool) (sep byte, wide bool, rest string) {
	h.colon = false
	i := 0
	for i < len(s) && isSpace(s[i]) {
		if sep != '\t' {
			sep = s[i]
		}
		i++
	}
	if i == len(s) {
		return sep, false, ""
	}
	spaced := i > 0
	if mark, n := h.mark(s[i:], spaced, first); n > 0 {
		sep, i = mark, i+n
		wide = sep == ':' && spaced
		h.colon = sep == ':' && i < len(s) && !isSpace(s[i])
	}
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	return sep, wide, s[i:]
}

// mark returns the mark of a separator at the start of s, and its length, or 0. spaced says that
// white space precedes it.
func (h *header) mark(s string, spaced, first bool) (mark byte, n int) {
	ends := func(n int) bool { return n == len(s) || isSpace(s[n]) }
	apart := func(n int) bool { return spaced && n < len(s) && isSpace(s[n]) }
	switch c := s[0]; c {
	case '|':
		if strings.HasPrefix(s, "|-") || strings.HasPrefix(s, "||") && !h.hasLevel {
			return c, 2 // of logback about itself; an empty part
		}
		return c, 1
	case ':':
		n = 1
		if strings.HasPrefix(s, "::") {
			n = 2
		}
		if !spaced || ends(n) {
			return c, n
		}
	case ',', ';':
		if !spaced && (first || c == h.first || ends(1)) {
			return c, 1
		}
	case '-':
		n = 1
		if strings.HasPrefix(s, "--- [") { // Spring Boot
			n = 3
		} else if strings.HasPrefix(s, "-- ") { // Logback without pairs
			n = 2
		}
		if apart(n) {
			return c, n
		}
	case '/': // celery
		if h.inTime && !spaced {
			return c, 1
		}
	case '>':
		if apart(1) {
			return '>', 1
		}
	case '=':
		if strings.HasPrefix(s, "=>") && apart(2) {
			return '>', 2
		}
	}
	return 0, 0
}

// next parses the next part.
func (h *header) next() (t token, ok bool) {
	s := h.rest[:min(len(h.rest), maxHeader)]
	if s == "" || h.n == maxParts {
		return t, false
	}
	n := 0
	if closing := closingBracket(s[0]); closing != 0 {
		if n = nestedLen(s[:min(len(s), maxPart)], closing); n == 0 {
			return t, false
		}
		t.open, t.text = s[0], strings.Trim(s[1:n-1], " ")
	}
	if t.open == 0 || n+1 < len(s) && (s[n] == '@' || s[n] == '.' && !isSpace(s[n+1])) { // <0.42.0>@module:function:12
		if n = h.wordLen(s); n == 0 || n > maxPart {
			return t, false
		}
		t.open, t.text = 0, s[:n]
		if place, ok := strings.CutSuffix(t.text, "]"); ok { // "file.py:12]" of vLLM, "file.py[line:12]" of Python's tutorials
			if place = strings.Replace(place, "[line:", ":", 1); isPlace(place) {
				t.text = place
			}
		}
	}
	s = h.rest[n:]
	if h.inTime {
		if after := strings.TrimLeft(s, " "); strings.HasPrefix(after, "]") {
			t.tail, s = true, after[1:]
		}
	}
	t.sep, t.wide, t.rest = h.separator(s, false)
	return t, true
}

// wordLen returns the length of a part without brackets.
func (h *header) wordLen(s string) int {
	n := 0
	for n < len(s) {
		switch c := s[n]; {
		case isSpace(c), c == '|':
			return h.field(s, n)
		case c == ']' && h.inTime:
			return n
		case c == ',' || c == ';':
			if c == h.first {
				return n
			}
		case c == ':':
			switch {
			case n+1 == len(s) || isSpace(s[n+1]):
				return n
			case n == 0:
				return 0
			case s[n+1] == ':' && !h.colon:
				n++ // a path of Rust or C++
			case h.colon, isLevelName(s[:n]):
				return n
			}
		case c == '/' && h.inTime && isLevelName(s[:n]):
			return n
		}
		n++
	}
	return n
}

// field extends a word of length n to a name with spaces, if the time is followed by a
// separator, and another such follows soon.
func (h *header) field(s string, n int) int {
	if h.hasLevel || h.first != '-' && h.first != '|' || n == len(s) || s[n] != ' ' || isLevelName(s[:n]) {
		return n
	}
	s = s[:min(len(s), 48)]
	end := strings.IndexByte(s, '|')
	if h.first == '-' {
		end = strings.Index(s, " - ")
	}
	if end < n || strings.IndexByte(s[:end], ':') >= 0 {
		return n
	}
	return len(strings.TrimRight(s[:end], " "))
}

// skip takes a part that is the level, or was added.
func (h *header) skip(t token) {
	h.sep, h.rest = t.sep, t.rest
	if t.tail {
		h.inTime, h.boxed = false, true
	}
}

// add adds a part.
func (h *header) add(k partKind, text string) {
	h.parts[h.n] = headerPart{k, text}
	h.n++
	h.seen[k]++
	if k == insidePart && isLoggerName(text) {
		h.seen[namePart]++
	}
}

// last returns the last part, if there is one.
func (h *header) last() headerPart {
	if h.n == 0 {
		return headerPart{}
	}
	return h.parts[h.n-1]
}

// before adds a part that comes before the level, if it is one.
func (h *header) before(t token) bool {
	k := h.kind(t)
	if k == noPart || k == namePart && (h.seen[namePart] == 2 || h.maybeSentence(t)) {
		return false
	}
	h.add(k, t.text)
	return true
}

// maybeSentence reports whether a name and a level after it may be words of a sentence: no more
// than a space is between them.
func (h *header) maybeSentence(t token) bool {
	return !strong(t.sep) && !h.comma && !h.isPadded(t) && !isLoggerName(t.text) && !strings.HasSuffix(t.text, "()")
}

// kind returns what a part is by its text.
func (h *header) kind(t token) partKind {
	switch {
	case t.open != 0, h.sep == '/':
		return insidePart
	case isNumber(t.text):
		return numberPart
	case isPlace(t.text):
		return placePart
	case strings.Contains(t.text, "://") && nameKind(t.text) == namePart:
		return noPart
	}
	return nameKind(t.text)
}
