package logline

import (
	"log/slog"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// pinoPretty parses lines of pino-pretty with a time of the day, or the milliseconds since the
// epoch: "[10:11:12.123] INFO (12): text {"key":1}".
func (p *parser) pinoPretty(s string) (Line, bool) {
	if n := digits(s[1:]); n == 13 {
		t, ok := p.epoch(s[1 : 1+n])
		if !ok {
			return Line{}, false
		}
		return p.pinoTimed(Line{Time: t}, stamp{time: t, len: n}, s[1+n:])
	}
	if len(s) < 20 || s[3] != ':' || s[9] != '.' || s[13] != ']' || s[14] != ' ' {
		return Line{}, false
	}
	st, ok := p.dayStamp(s[1:])
	if !ok || st.len != 12 {
		return Line{}, false
	}
	return p.pinoTimed(Line{Time: st.time}, st, s[13:])
}

// pinoTimed parses the text after "[time" in lines of pino-pretty, "] INFO (app/12): text".
func (p *parser) pinoTimed(l Line, st stamp, rest string) (Line, bool) {
	if len(rest) < 8 || rest[:2] != "] " || !isUpper(rest[2]) {
		return Line{}, false
	}
	lv, n, ok := levelWord(rest[2:])
	if !ok {
		return Line{}, false
	}
	l.Level, l.HasLevel = lv, true
	end := rest[2+n-1]
	if rest = rest[2+n:]; end != ':' || st.len > 12 { // after a date, ":" is of other formats
		in, ok := strings.CutPrefix(rest, " (")
		if !ok {
			return Line{}, false
		}
		if in, rest, ok = strings.Cut(in, "):"); !ok {
			return Line{}, false
		}
		// name/pid on host
		in, host, _ := strings.Cut(in, " on ")
		if i := strings.LastIndexByte(in, '/'); i >= 0 {
			l.Channel, in = in[:i], in[i+1:]
		}
		var after string
		if l.PID, after, ok = cutPID(in); !ok || after != "" {
			return Line{}, false
		}
		if host != "" {
			l.attr("host", host)
		}
	}
	l.textObject(strings.TrimPrefix(rest, " "))
	return l, l.Message != "" || len(l.Attrs) > 0
}

// npmLevel is levelName with the levels of npm, which winston has too.
func npmLevel(s string) (lv logbook.Level, ok bool) {
	switch s {
	case "error", "warn", "info", "verbose", "debug", "notice":
		return levelName(s)
	case "silly":
		return logbook.LevelTrace, true
	case "http", "timing":
		return logbook.LevelDebug, true
	}
	return 0, false
}

// isNPM reports whether s is the name of a level of npm.
func isNPM(s string) bool {
	_, ok := npmLevel(s)
	return ok
}

// winstonSimple parses lines of winston's simple format that end in a JSON object,
// "info: text {"key":1}".
func (p *parser) winstonSimple(s string) (Line, bool) {
	i := strings.IndexByte(s[:min(len(s), 9)], ':')
	if i < 4 || len(s) < i+2 || s[i+1] != ' ' || s[len(s)-1] != '}' {
		return Line{}, false
	}
	lv, ok := npmLevel(s[:i])
	if !ok {
		return Line{}, false
	}
	l := Line{Level: lv, HasLevel: true}
	l.textObject(strings.TrimLeft(s[i+1:], " "))
	return l, len(l.Attrs) > 0 || l.Err != ""
}

// npm parses lines of npm's debug log, "12 silly text".
func (p *parser) npm(s string) (Line, bool) {
	n := digits(s[:min(len(s), 7)])
	if n > 6 || len(s) < n+6 || s[n] != ' ' || !isLower(s[n+1]) {
		return Line{}, false
	}
	level, text, _ := strings.Cut(s[n+1:], " ")
	lv, ok := npmLevel(level)
	if !ok {
		return Line{}, false
	}
	l := Line{Level: lv, HasLevel: true, Message: text}
	l.attr("line", s[:n])
	if level == "http" || level == "timing" {
		l.attr("level", level)
	}
	return l, true
}

// npmCommand parses what npm prints, "npm ERR! text" and "npm warn text".
func (p *parser) npmCommand(s string) (Line, bool) {
	rest, ok := strings.CutPrefix(s, "npm ")
	if !ok {
		return Line{}, false
	}
	level := word(rest)
	l := Line{Channel: "npm", Message: strings.TrimPrefix(rest[len(level):], " ")}
	if l.Level, l.HasLevel = levelName(strings.TrimSuffix(level, "!")); !l.HasLevel {
		return Line{}, false
	}
	return l, true
}

// bunyanHead parses "name/pid on host: " at the start of a text, which bunyan's command puts
// after the level.
func (l *Line) bunyanHead(s string) string {
	name, rest, ok1 := strings.Cut(s[:min(len(s), 100)], "/")
	pid, rest, ok2 := cutPID(rest)
	rest, ok3 := strings.CutPrefix(rest, " on ")
	host, _, ok4 := strings.Cut(rest, ": ")
	if !ok1 || !ok2 || !ok3 || !ok4 || l.Channel != "" || l.PID != 0 || !isName(name) || strings.IndexByte(host, ' ') >= 0 {
		return s
	}
	l.Channel, l.PID = name, pid
	l.attr("host", host)
	return s[strings.Index(s, ": ")+2:]
}

// nest parses lines of NestJS, "[Nest] 12  - 03/05/2026, 10:11:12 AM     LOG [Service] text".
func (p *parser) nest(s string) (Line, bool) {
	rest, ok := strings.CutPrefix(s, "[Nest] ")
	if !ok {
		return Line{}, false
	}
	var l Line
	if l.PID, rest, ok = cutPID(rest); !ok {
		return Line{}, false
	}
	rest = strings.TrimLeft(rest, " -")
	st, ok := p.anyStamp(rest)
	if !ok {
		return Line{}, false
	}
	l.Time = st.time
	rest = strings.TrimLeft(rest[st.len:], " ")
	if !strings.HasPrefix(rest, "[") { // early versions show the level by its color alone
		var level string
		level, rest, _ = strings.Cut(rest, " ")
		if level == "LOG" {
			level = "INFO"
		}
		if l.Level, l.HasLevel = levelName(level); !l.HasLevel {
			return Line{}, false
		}
		rest = strings.TrimLeft(rest, " ")
	}
	if in, text, ok := strings.Cut(rest, "] "); ok && rest[0] == '[' {
		l.Channel, rest = in[1:], text
	}
	l.Message = rest
	if i := strings.LastIndex(rest, " +"); i > 0 && strings.HasSuffix(rest, "ms") && digits(rest[i+2:]) == len(rest)-i-4 {
		l.Message = rest[:i] // the time since the last line
		l.attr("elapsed", rest[i+2:])
	}
	return l, true
}

// morgan parses lines of morgan's dev and tiny formats,
// "GET / 200 1.2 ms - 5" and "GET / 200 5 - 1.2 ms".
func (p *parser) morgan(s string) (Line, bool) {
	method, rest, ok := strings.Cut(s[:min(len(s), 10)], " ")
	if !ok || !isMethod(method) || rest == "" || rest[0] != '/' && rest[0] != 'h' && rest[0] != '*' {
		return Line{}, false
	}
	rest = s[len(method)+1:]
	path := word(rest)
	l := Line{Message: method + " " + path}
	l.request()
	return l, l.morganTail(strings.TrimPrefix(rest[len(path):], " "))
}

// morganShort parses lines of morgan's short format,
// "10.0.0.1 anna GET / HTTP/1.1 200 5 - 1.2 ms".
func (p *parser) morganShort(s string) (Line, bool) {
	if !strings.HasSuffix(s, " ms") {
		return Line{}, false
	}
	fields := strings.SplitN(s, " ", 6)
	if len(fields) < 6 || !isMethod(fields[2]) || !strings.HasPrefix(fields[4], "HTTP/") {
		return Line{}, false
	}
	l := Line{Message: strings.Join(fields[2:5], " ")}
	l.attr("client", fields[0])
	if fields[1] != "-" {
		l.attr("user", fields[1])
	}
	l.request()
	return l, l.morganTail(fields[5])
}

// morganTail parses status, size and duration. A value that is not known is a dash.
func (l *Line) morganTail(s string) bool {
	f := strings.Fields(s[:min(len(s), 100)])
	if len(f) != 5 && len(f) != 4 || len(s) > 100 {
		return false
	}
	if !l.statusText(f[0]) && f[0] != "-" {
		return false
	}
	size, duration := "", ""
	switch {
	case len(f) == 5 && f[2] == "ms" && f[3] == "-": // dev
		duration, size = f[1], f[4]
	case len(f) == 5 && f[4] == "ms" && f[2] == "-":
		size, duration = f[1], f[3]
	default:
		return false
	}
	if n, err := strconv.ParseInt(size, 10, 64); err == nil {
		l.Attrs = append(l.Attrs, slog.Int64("size", n))
	} else if size != "-" {
		return false
	}
	if duration != "-" {
		if _, err := strconv.ParseFloat(duration, 64); err != nil {
			return false
		}
		l.attr("duration", duration+"ms")
	}
	return true
}
