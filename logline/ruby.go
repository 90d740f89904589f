package logline

import (
	"log/slog"
	"strings"
)

// rubyLogger parses a line of Ruby's Logger, which Rails uses in production:
// "I, [2026-03-05T10:11:12.123456 #12]  INFO -- app: hello".
func (p *parser) rubyLogger(s string) (Line, bool) {
	if len(s) < 24 || s[1] != ',' || s[2] != ' ' || s[3] != '[' {
		return Line{}, false
	}
	st, ok := p.isoStamp(s[4:])
	if !ok {
		return Line{}, false
	}
	rest, ok := strings.CutPrefix(s[4+st.len:], " #")
	if !ok {
		return Line{}, false
	}
	l := Line{Time: st.time}
	if l.PID, rest, ok = cutPID(rest); !ok || !strings.HasPrefix(rest, "]") {
		return Line{}, false
	}
	level, rest, ok := strings.Cut(strings.TrimLeft(rest[1:], " "), " -- ")
	if !ok || level == "" || strings.Contains(level, " ") {
		return Line{}, false
	}
	switch {
	case level == "ANY": // the level unknown
		l.Attrs = append(l.Attrs, slog.String("level", level))
	default:
		if l.Level, l.HasLevel = levelName(level); !l.HasLevel {
			return Line{}, false
		}
	}
	if l.Channel, l.Message, ok = strings.Cut(rest, ": "); !ok {
		return Line{}, false
	}
	l.Message = l.tags(l.Message)
	return l, true
}

// tags adds the tags that Rails puts before a message, "[8a1d2f3c-...] [ActiveJob] text", and
// returns the message.
func (l *Line) tags(s string) string {
	for strings.HasPrefix(s, "[") {
		tag, rest, ok := strings.Cut(s[1:], "] ")
		if !ok || tag == "" || len(tag) > 64 || strings.ContainsAny(tag, " \t[]\"=") {
			break
		}
		key := "tag"
		if isUUID(tag) {
			key = "request_id"
		}
		l.attr(key, tag)
		s = rest
	}
	return s
}

// railsTagged parses a line of Rails with the id of the request before it and nothing else,
// "[8a1d2f3c-...] text".
func (p *parser) railsTagged(s string) (Line, bool) {
	if len(s) < 39 || s[37:39] != "] " || !isUUID(s[1:37]) {
		return Line{}, false
	}
	var l Line
	l.Message = l.tags(s)
	if request, ok := p.railsStarted(l.Message); ok {
		request.Attrs = append(l.Attrs, request.Attrs...)
		return request, true
	}
	return l, true
}

// railsStarted parses the line that Rails writes when a request begins,
// `Started GET "/" for 10.0.0.1 at 2026-03-05 10:11:12 +0100`.
func (p *parser) railsStarted(s string) (Line, bool) {
	method, rest, ok := strings.Cut(strings.TrimPrefix(s, "Started "), ` "`)
	if !ok || len(method) == len(s) || !isMethod(method) || !strings.HasPrefix(s, "Started ") {
		return Line{}, false
	}
	path, rest, ok := strings.Cut(rest, `" for `)
	if !ok {
		return Line{}, false
	}
	client, at, ok := strings.Cut(rest, " at ")
	st, ok2 := p.isoStamp(at)
	if !ok || !ok2 || st.len != len(at) {
		return Line{}, false
	}
	l := Line{Time: st.time, Message: s}
	l.attr("method", method)
	l.attr("path", path)
	l.attr("client", client)
	return l, true
}
