package logline

import (
	"strings"
)

// apacheError parses the error log of Apache 2.2 and 2.4:
//
//	[Tue Mar 05 10:11:12.123456 2026] [core:error] [pid 12:tid 34] [client 10.0.0.1:99] text
func (p *parser) apacheError(s string) (Line, bool) {
	if len(s) < 26 || !isUpper(s[1]) {
		return Line{}, false
	}
	st, ok := p.dateStamp(s[1:])
	if !ok || !strings.HasPrefix(s[1+st.len:], "] ") {
		return Line{}, false
	}
	l := Line{Time: st.time}
	rest := s[st.len+3:]
	client := false
	for strings.HasPrefix(rest, "[") {
		end := strings.Index(rest, "]")
		if end < 0 {
			break
		}
		in := rest[1:end]
		switch {
		case !l.HasLevel && l.apacheLevel(in):
		case l.PID == 0 && strings.HasPrefix(in, "pid "):
			var after string
			if l.PID, after, ok = cutPID(in[4:]); !ok {
				return Line{}, false
			}
			if tid, ok := strings.CutPrefix(after, ":tid "); ok {
				l.attr("tid", tid)
			} else if after != "" {
				return Line{}, false
			}
		case !client && strings.HasPrefix(in, "client "):
			client = true
			l.attr("client", in[7:])
		default:
			l.Message = rest
			return l, l.HasLevel
		}
		rest = strings.TrimLeft(rest[end+1:], " ")
	}
	l.Message = rest
	return l, l.HasLevel
}

// apacheLevel parses "error" or "core:error".
func (l *Line) apacheLevel(s string) bool {
	module, level, found := strings.Cut(s, ":")
	if !found {
		module, level = "", s
	}
	if strings.HasPrefix(level, "trace") && len(level) == 6 && isDigit(level[5]) {
		level = "trace"
	}
	lv, ok := levelName(level)
	if ok {
		l.Level, l.HasLevel, l.Channel = lv, true, module
	}
	return ok
}
