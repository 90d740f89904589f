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
	{Layout, "Spark", "26/03/05 10:11:12 INFO storage.MemoryStore: hello"},
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
	first byte   // the separator after the time
	colon bool   // sep is a colon without a space

	comma      bool // the time has a comma before its fraction, as Python's and Java's
	nlog       bool // the time is NLog's
	iso        bool // the time is JavaScript's
	boxed      bool // the time is in brackets
	inTime     bool // these brackets have further parts
	hasLevel   bool
	level      logbook.Level
	boxedLevel bool // the level is in brackets
	npm        bool // the level is written as JavaScript's loggers do

	parts [maxParts]headerPart
	n     int
	seen  [kinds]int // number of parts of each kind

	word    string // the level, if it is none of Logbook's
	levelAt int    // number of parts before it

	bare       bool // there is no time
	levelFirst bool // the level is before the time
	padded     bool // the level is filled up with spaces
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

// separator parses the separator at the start of s. first says that it is the one after the
// time.
func (h *header) separator(s string, first bool) (sep byte, wide bool, rest string) {
	i := 0
	tab := false
	for i < len(s) && isSpace(s[i]) {
		tab = tab || s[i] == '\t'
		i++
	}
	h.colon = false
	if i > 0 {
		sep = ' '
	}
	if tab {
		sep = '\t'
	}
	if i == len(s) {
		return sep, false, ""
	}
	end := i + 1
	switch c := s[i]; c {
	case '|':
		if sep = c; strings.HasPrefix(s[end:], "-") || strings.HasPrefix(s[end:], "|") && !h.hasLevel { // of logback about itself; an empty part
			end++
		}
	case ':':
		if strings.HasPrefix(s[end:], ":") {
			end++
		}
		spaced := end == len(s) || isSpace(s[end])
		if spaced || i == 0 {
			sep, wide, h.colon = c, i > 0, !spaced
		}
	case ',', ';':
		if i == 0 && (first || h.first == c || end == len(s) || isSpace(s[end])) {
			sep = c
		}
	case '-':
		if strings.HasPrefix(s[i:], "--- [") { // Spring Boot
			end = i + 3
		} else if strings.HasPrefix(s[i:], "-- ") { // Logback without pairs
			end = i + 2
		}
		if i > 0 && end < len(s) && isSpace(s[end]) {
			sep = c
		}
	case '/': // celery
		if h.inTime && i == 0 {
			sep = c
		}
	case '>', '=':
		if c == '=' && end < len(s) && s[end] == '>' {
			end++
		}
		if i > 0 && end < len(s) && isSpace(s[end]) && s[end-1] == '>' {
			sep, i = '>', end
		}
	}
	if sep == s[i] {
		i = end
	}
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	return sep, wide, s[i:]
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
		if place, ok := strings.CutSuffix(t.text, "]"); ok {
			if place = strings.Replace(place, "[line:", ":", 1); isPlace(place) { // [line:12] of a tutorial of Python
				t.text = place // of vLLM, after glog
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

// isLevel reports whether a part is the level, and sets it.
func (h *header) isLevel(t token) bool {
	text := t.text
	lv, own, ok := headerLevel(text)
	if !ok {
		if len(text) != 1 || !isUpper(text[0]) || t.open != '[' && !strings.HasSuffix(word(t.rest), "]") {
			return false
		}
		if place := word(t.rest); t.open == 0 && !isPlace(place[:len(place)-1]) { // of TensorFlow
			return false
		}
		var l Line
		if !l.letter(text[0]) {
			return false
		}
		lv = l.Level
	}
	upper := text == strings.ToUpper(text)
	switch {
	case t.open != 0, upper:
	case t.sep == ':' && !t.wide && (h.sep != ':' || h.first == ':'):
		// An abbreviation may be a word of another language or format.
		if len(text) < 5 && !strings.EqualFold(text, "info") && !strings.EqualFold(text, "warn") {
			return false
		}
	case strong(h.sep) && strong(t.sep), t.tail:
	case t.sep == ' ' && h.nlog && isUpper(text[0]) && h.n > 0 && h.parts[h.n-1].kind == insidePart:
	case t.sep != ' ' || h.n > 0:
		return false
	case h.nlog && isUpper(text[0]), h.iso && isNPM(text): // 12:34:56.7891 Info text
	case t.sep == ' ' && strings.HasPrefix(t.rest, "[") && strings.Contains(t.rest[:min(len(t.rest), 40)], "]: "): // info [label]: text
	default:
		return false
	}
	h.level, h.hasLevel, h.boxedLevel, h.levelAt = lv, true, t.open != 0, h.n
	h.padded = t.sep == ' ' && t.open == 0 && len(h.rest)-len(t.rest) > len(text)+1
	if own {
		h.word = text
	}
	h.npm = isLower(text[0]) || h.inTime // Serilog
	return true
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

// before adds a part that comes before the level, if it is one.
func (h *header) before(t token) bool {
	k := h.kind(t)
	switch k {
	case noPart:
		return false
	case namePart:
		if h.seen[namePart] == 2 {
			return false
		}
		// Of a sentence, the second word may be a level, but no more than a space is before it.
		if !strong(t.sep) && !h.comma && len(h.rest)-len(t.rest) <= len(t.text)+1 && !isLoggerName(t.text) && !strings.HasSuffix(t.text, "()") {
			return false
		}
	}
	h.add(k, t.text)
	return true
}

// kind returns what a part is by its text.
func (h *header) kind(t token) partKind {
	switch {
	case t.open != 0, h.sep == '/':
		return insidePart
	case digits(t.text) == len(t.text):
		return numberPart
	}
	if isPlace(t.text) {
		return placePart
	}
	if k := nameKind(t.text); k != namePart || !strings.Contains(t.text, "://") {
		return k
	}
	return noPart
}

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
	rest, n, sep := h.rest, h.n, h.sep // of the message, if no further part ends the header
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
	case digits(process) == len(process) && thread != "" && digits(thread) == len(thread):
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

// follows reports whether a part may belong to the header at all.
func (h *header) follows(k partKind, t token, run int) bool {
	switch k {
	case insidePart:
		return len(t.text) < 16 || t.text[4] != '-' || !isDate(t.text) // else a header that was logged
	case namePart:
		if strings.HasSuffix(t.text, "()") || t.sep == h.first && strong(t.sep) && (isNumbered(t.text) || h.lineFollows(t)) {
			return true // a function
		}
		if h.seen[namePart] == 1 && h.parts[h.n-1].kind == namePart && isThread(h.parts[h.n-1].text) {
			return t.sep == h.first && strong(t.sep) || isLoggerName(t.text)
		}
		if h.seen[namePart] == 1 && run == 1 && h.seen[numberPart] > 0 && t.sep == ':' {
			return isLoggerName(t.text) // Odoo: pid LEVEL database name: text
		}
		if h.seen[namePart] == 1 && h.levelAt > 0 && h.first == '|' && t.sep == '|' && run == 0 {
			return isLoggerName(t.text) // the part before the level was another
		}
		return h.seen[namePart] == 0 && h.seen[callPart] == 0
	case pairPart:
		return run > 0
	}
	return true
}

// thread reports whether the header began with a thread in brackets, as those of Java and .NET
// do, which have the logger after the level.
func (h *header) thread() bool {
	if h.levelAt == 0 || h.parts[0].kind != insidePart {
		return false
	}
	text := h.parts[0].text
	return isThread(text) || digits(text) == len(text)
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

// ends reports whether the header goes on at least to the end of a part after the level.
func (h *header) ends(k partKind, t token, run int) bool {
	hard := t.sep == '-' || t.sep == '|' || t.sep == '>' || t.sep == '\t' || t.sep == ':' && t.wide ||
		strong(h.first) && t.sep == h.first || h.colon
	switch k {
	case placePart:
		return strong(t.sep) || !strong(h.sep)
	case insidePart:
		if h.bare && !isThread(t.text) && !isPlace(t.text) && !isLoggerName(t.text) {
			return false
		}
		if run > 0 && h.parts[h.n-1].kind == namePart && !isLoggerName(h.parts[h.n-1].text) {
			return hard // the name may be the first word of the message
		}
		if t.open == '(' && h.n > h.levelAt && h.parts[h.n-1].kind == insidePart {
			return true // [logger] (thread) of JBoss
		}
		if hard || t.sep == ':' || isThread(t.text) || isNumbered(t.text) || isLoggerName(t.text) {
			return true
		}
		if h.boxed && h.boxedLevel && h.comma && h.seen[insidePart] == 1 && h.n == 1 {
			return true // the node of Elasticsearch, whose name may have spaces
		}
		if t.open == '<' && isProcess(t.text) {
			return true
		}
		if h.bare || strings.IndexByte(t.text, ' ') >= 0 {
			return false
		}
		return digits(t.text) == len(t.text) || h.boxedLevel && t.open == '[' && h.seen[insidePart] < 2
	case numberPart:
		return hard && t.sep != ':'
	case callPart:
		return strong(t.sep) || t.text[0] == '<' || isSourceFile(t.text[:strings.IndexByte(t.text, ':')])
	case namePart:
		switch {
		case h.bare && !isLoggerName(t.text):
			return h.seen[insidePart] > 0 && t.sep == '-' && isName(t.text)
		case hard:
			return true
		case isNumbered(t.text):
			return strong(t.sep) || h.comma && isLoggerName(t.text[:strings.LastIndexByte(t.text, ':')])
		case t.sep == ':' && strings.HasSuffix(t.text, "()"):
			return true
		case t.sep == ':' && h.boxedLevel && run == 0 && h.n > h.levelAt && isUpper(t.text[0]) && isName(t.text) && !isLevelWord(t.text):
			// [INF] [12] Main: of Jellyfin
			return h.parts[h.n-1].kind == insidePart && digits(h.parts[h.n-1].text) == len(h.parts[h.n-1].text)
		case t.sep == ':':
			return isLoggerName(t.text) || (h.comma || h.padded || h.thread()) && h.sep == ' ' && !h.npm && isName(t.text) && !isLevelWord(t.text) && !isSupervisord(t.text)
		case t.sep == ' ' && h.sep != ':':
			return isClass(t.text) && h.seen[insidePart] > 0 || (h.comma || h.padded || h.nlog || h.thread() || h.parts[0].kind == numberPart) && isLoggerName(t.text) && !isDomain(t.text)
		}
	case pairPart:
		return t.sep == '-'
	}
	return false
}
