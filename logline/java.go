package logline

import (
	"log/slog"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// bracket parses "[text] " at the start of s. The text may hold brackets.
func bracket(s string) (in, rest string, ok bool) {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				if i+1 == len(s) || s[i+1] != ' ' {
					return "", "", false
				}
				return s[1:i], strings.TrimLeft(s[i+1:], " "), true
			}
		}
	}
	return "", "", false
}

// zookeeperThread sets the thread, class and line of "thread:Class@line", or else a logger or a
// thread.
func (l *Line) zookeeperThread(s string) {
	if l.Channel != "" {
		l.attr("thread", s)
		return
	}
	if at := strings.LastIndexByte(s, '@'); at > 0 && digits(s[at+1:]) == len(s)-at-1 {
		if colon := strings.LastIndexByte(s[:at], ':'); colon >= 0 {
			l.Channel = s[colon+1 : at]
			l.attr("thread", s[:colon])
			l.attr("line", s[at+1:])
			return
		}
	}
	if isLogger(s) && strings.Contains(s, ".") {
		l.Channel = s
		return
	}
	l.attr("thread", s)
}

// isLogger reports whether s may be the name of a logger of Java.
func isLogger(s string) bool {
	if s == "" || !isLower(s[0]|0x20) {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case isLower(c | 0x20), isDigit(c):
		case strings.IndexByte("._$-/[]", c) < 0:
			return false
		}
	}
	return true
}

// kafka parses "[time] LEVEL message (logger:12)".
func (p *parser) kafka(s string) (Line, bool) {
	if len(s) < 28 || s[len(s)-1] != ')' || !isDigit(s[1]) || s[5] != '-' {
		return Line{}, false
	}
	open := strings.LastIndex(s, " (")
	name := s[max(open, 0)+2 : len(s)-1]
	name, line, _ := strings.Cut(name, ":")
	if open < 0 || !isLogger(name) || !strings.Contains(name, ".") {
		return Line{}, false
	}
	st, ok := p.isoStamp(s[1:])
	if !ok || !strings.HasPrefix(s[1+st.len:], "] ") || open < st.len+3 {
		return Line{}, false
	}
	rest := s[st.len+3 : open]
	lv, n, ok := levelWord(rest)
	if !ok || n == len(rest) || rest[n] != ' ' {
		return Line{}, false
	}
	l := Line{Time: st.time, Level: lv, HasLevel: true, Channel: name, Message: strings.TrimLeft(rest[n:], " ")}
	if line != "" {
		l.attr("line", line)
	}
	return l, true
}

// activemq parses the layout of ActiveMQ, whose message is before the logger and the thread:
//
//	2026-03-05 10:11:12,123 | INFO  | hello | org.apache.activemq.broker.BrokerService | main
func (p *parser) activemq(l Line, _ stamp, rest string) (Line, bool) {
	const bar = " | "
	level, rest, ok := strings.Cut(strings.TrimPrefix(rest, bar), bar)
	if !ok {
		return Line{}, false
	}
	if l.Level, _, l.HasLevel = headerLevel(strings.TrimRight(level, " ")); !l.HasLevel {
		return Line{}, false
	}
	i := strings.LastIndex(rest, bar)
	j := strings.LastIndex(rest[:max(i, 0)], bar)
	if j < 0 || isLoggerName(word(rest)) {
		return Line{}, false
	}
	l.Message, l.Channel = rest[:j], rest[j+len(bar):i]
	if !isLoggerName(l.Channel) || strings.Count(l.Channel, ".") < 2 {
		return Line{}, false
	}
	l.attr("thread", rest[i+len(bar):])
	return l, true
}

// solr parses the layout of Solr, which has the core in brackets, if there is one:
//
//	2026-03-05 10:11:12.123 INFO  (main) [   x:tea] o.a.s.c.CoreContainer hello
func (p *parser) solr(l Line, st stamp, rest string) (Line, bool) {
	l, ok := solrLayout(p, l, st, rest)
	l.Attrs = slices.DeleteFunc(l.Attrs, func(a slog.Attr) bool {
		return a.Key == "context" && strings.Trim(a.Value.String(), " ") == ""
	})
	return l, ok && isLoggerName(l.Channel)
}

var solrLayout = timedLayout(" {level} ({thread}) [{context}] {channel} {message}")

// spark parses the layout of Spark after a time with a year of two digits, which no other program
// has: any word before the colon is the logger.
func (p *parser) spark(l Line, st stamp, rest string) (Line, bool) {
	if st.len != len("26/03/05 10:11:12") {
		return Line{}, false
	}
	return sparkLayout(p, l, st, rest)
}

var sparkLayout = timedLayout(" {level} {channel}: {message}")

// ttcc parses log4j's TTCCLayout, which logback has, too: the milliseconds since the start,
// "[thread] LEVEL logger NDC - message", or "--" before the message.
func (p *parser) ttcc(s string) (Line, bool) {
	n := digits(s)
	in := strings.TrimLeft(s[n:], " ")
	if n == 0 || n > 10 || !strings.HasPrefix(in, "[") || len(in) == len(s)-n {
		return Line{}, false
	}
	thread, rest, ok := bracket(in)
	if !ok {
		return Line{}, false
	}
	lv, k, ok := levelWord(rest)
	if !ok || k == len(rest) || rest[k] != ' ' {
		return Line{}, false
	}
	rest = strings.TrimLeft(rest[k:], " ")
	dash := " - "
	if strings.HasPrefix(rest[len(word(rest)):], " -- ") {
		dash = " -- "
	}
	head, message, ok := strings.Cut(rest, dash)
	logger, ndc, _ := strings.Cut(head, " ")
	if !ok || !isLogger(logger) {
		return Line{}, false
	}
	l := Line{Level: lv, HasLevel: true, Channel: logger, Message: message}
	l.attr("elapsed", s[:n])
	l.attr("thread", thread)
	if ndc != "" {
		l.attr("ndc", ndc)
	}
	return l, true
}

// julHeader parses the first line of java.util.logging, "Oct 9, 2026 12:46:34 PM class method".
// The level and the message follow on the next line.
func (p *parser) julHeader(s string) (Line, bool) {
	if len(s) < 24 || s[3] != ' ' {
		return Line{}, false
	}
	mo := month(s[:3])
	n := digits(s[4:])
	if mo == 0 || n == 0 || n > 2 || !strings.HasPrefix(s[4+n:], ", ") {
		return Line{}, false
	}
	d, _ := number(s[4:], n)
	rest := s[6+n:]
	y, ok := number(rest, 4)
	if !ok || !validDate(y, mo, d) || rest[4] != ' ' {
		return Line{}, false
	}
	rest = rest[5:]
	if len(rest) > 1 && rest[1] == ':' {
		rest = "0" + rest
	}
	c, ok := clock(rest)
	if !ok || !c.seconds || c.hour > 12 || len(rest) < c.len+5 || rest[c.len] != ' ' || rest[c.len+2] != 'M' || rest[c.len+3] != ' ' {
		return Line{}, false
	}
	switch rest[c.len+1] {
	case 'A':
		c.hour %= 12
	case 'P':
		c.hour = c.hour%12 + 12
	default:
		return Line{}, false
	}
	class, method, _ := strings.Cut(rest[c.len+4:], " ")
	if !isLogger(class) || isLevelName(class) {
		return Line{}, false
	}
	l := Line{Format: julFormat, more: julText, Time: c.on(y, mo, d, p.now.Location()), Channel: class}
	if method != "" {
		l.attr("method", method)
	}
	return l, true
}

// julFormat is the format of a line that needs the next one.
const julFormat = "java-logging"

// julText parses that next line, "SEVERE: message".
func julText(l *Line, s string) (string, bool) {
	l.more = nil
	return "", l.julText(s)
}

func (l *Line) julText(s string) bool {
	name, message, ok := strings.Cut(s, ": ")
	if !ok {
		return false
	}
	lv, own, ok := headerLevel(name)
	if !ok {
		return false
	}
	l.Level, l.HasLevel, l.Message = lv, true, message
	if own {
		l.attr("level", name)
	}
	return true
}

// javaLevels are the levels of java.util.logging as it prints them in other languages, in
// capitals or not by the version of Java.
var javaLevels = readJavaLevels(map[logbook.Level]string{
	logbook.LevelError: "Schwerwiegend Grave Allvarlig 严重 嚴重 重大 致命的 심각",
	logbook.LevelWarn:  "Warnung Avertissement Advertencia Avvertenza Advertência Varning 警告 경고",
	logbook.LevelInfo:  "Infos Información Informazioni Informações 信息 資訊 情報 정보",
	logbook.LevelDebug: "配置 構成 详细 普通",
	logbook.LevelTrace: "較詳細 较详细 非常详细 詳細 最も詳細",
})

func readJavaLevels(names map[logbook.Level]string) map[string]logbook.Level {
	levels := map[string]logbook.Level{}
	for level, list := range names {
		for name := range strings.FieldsSeq(list) {
			levels[name], levels[strings.ToUpper(name)] = level, level
		}
	}
	return levels
}
