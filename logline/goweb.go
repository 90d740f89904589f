package logline

import (
	"log/slog"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// gin parses the lines of Gin's logger, and those that it prints at its start:
//
//	[GIN] 2026/03/05 - 10:11:12 | 200 |  1.2ms |  10.0.0.1 | GET      "/"
//	[GIN-debug] [WARNING] text
func (p *parser) gin(s string) (Line, bool) {
	if rest, ok := strings.CutPrefix(s, "[GIN-debug] "); ok {
		l := Line{Level: logbook.LevelDebug, HasLevel: true, Channel: "GIN-debug", Message: rest}
		if lv, n, ok := bracketLevel(rest); ok && rest[0] == '[' {
			l.Level, l.Message = lv, strings.TrimLeft(rest[n:], " ")
		}
		return l, true
	}
	rest, ok := strings.CutPrefix(s, "[GIN] ")
	if !ok || len(rest) < 22 || rest[4] != '/' || rest[7] != '/' || rest[10:13] != " - " {
		return Line{}, false
	}
	y, ok1 := number(rest, 4)
	mo, ok2 := number(rest[5:], 2)
	d, ok3 := number(rest[8:], 2)
	c, ok4 := clock(rest[13:])
	if !ok1 || !ok2 || !ok3 || !ok4 || !validDate(y, mo, d) {
		return Line{}, false
	}
	l := Line{Channel: "GIN", Time: c.on(y, mo, d, p.now.Location())}
	rest, ok = strings.CutPrefix(rest[13+c.len:], " |")
	if !ok {
		return Line{}, false
	}
	fields := strings.SplitN(rest, "|", 4)
	if len(fields) != 4 || !l.statusText(strings.Trim(fields[0], " ")) {
		return Line{}, false
	}
	l.attr("duration", strings.Trim(fields[1], " "))
	l.attr("client", strings.Trim(fields[2], " "))
	method, path, _ := strings.Cut(strings.Trim(fields[3], " "), " ")
	path = strings.TrimLeft(path, " ")
	if n := quotedLen(path); n > 0 && path[0] == '"' {
		if u, ok := unquote(path[:n]); ok {
			path = u + path[n:]
		}
	}
	l.Message = method + " " + path
	l.request()
	return l, true
}

// statusText is status for the text of a code.
func (l *Line) statusText(s string) bool {
	code, ok := number(s, 3)
	if !ok || len(s) != 3 {
		return false
	}
	l.status(code)
	return true
}

// fiber parses the lines of Fiber's logger, as of the releases 2.50 and 2:
//
//	10:11:12 | 200 |  1.2ms | 10.0.0.1 | GET | / | -
//	[10:11:12] 200 -  1.2ms GET /
func (p *parser) fiber(s string) (Line, bool) {
	clock := strings.TrimPrefix(s, "[")
	st, ok := p.dayStamp(clock)
	if !ok || !st.seconds {
		return Line{}, false
	}
	l, rest := Line{Time: st.time}, clock[st.len:]
	if len(clock) == len(s) {
		return p.fiberTimed(l, st, rest)
	}
	rest, ok = strings.CutPrefix(rest, "] ")
	status, rest, ok2 := strings.Cut(rest, " - ")
	rest = strings.TrimLeft(rest, " ")
	duration, request, ok3 := strings.Cut(rest, " ")
	if _, isDuration := strings.CutSuffix(duration, "s"); !ok || !ok2 || !ok3 || !isDuration || !l.statusText(status) {
		return Line{}, false
	}
	l.attr("duration", duration)
	l.Message = strings.TrimLeft(request, " ")
	l.request()
	return l, isMethod(word(l.Message))
}

// fiberTimed parses what follows the time and may have no client: | 200 | 1.2ms | GET | /
func (p *parser) fiberTimed(l Line, _ stamp, rest string) (Line, bool) {
	rest, ok := strings.CutPrefix(rest, " | ")
	fields := strings.SplitN(rest, " | ", 6)
	if !ok || len(fields) < 4 || !l.statusText(fields[0]) {
		return Line{}, false
	}
	l.attr("duration", strings.Trim(fields[1], " "))
	fields = fields[2:]
	if client := strings.Trim(fields[0], " "); !isMethod(client) {
		l.attr("client", client)
		fields = fields[1:]
	}
	method := strings.Trim(fields[0], " ")
	if len(fields) < 2 || !isMethod(method) {
		return Line{}, false
	}
	l.Message = method + " " + strings.Trim(fields[1], " ")
	l.request()
	if text := strings.Join(fields[2:], " | "); text != "-" {
		l.Err = text
	}
	return l, true
}

// chi parses the lines of chi's logger, with or without the request's id:
//
//	2026/03/05 10:11:12 [vm/x-000001] "GET http://vm/ HTTP/1.1" from 10.0.0.1:99 - 200 5B in 1.2ms
func (p *parser) chi(l Line, _ stamp, rest string) (Line, bool) {
	rest = strings.TrimPrefix(rest, " ")
	id := ""
	if strings.HasPrefix(rest, "[") {
		var ok bool
		if id, rest, ok = strings.Cut(rest[1:], "] "); !ok {
			return Line{}, false
		}
	}
	if !strings.HasPrefix(rest, `"`) {
		return Line{}, false
	}
	n := quotedLen(rest)
	if n == 0 {
		return Line{}, false
	}
	request := rest[1 : n-1]
	rest, ok := strings.CutPrefix(rest[n:], " from ")
	if !ok {
		return Line{}, false
	}
	client, rest, ok := strings.Cut(rest, " - ")
	if !ok || len(rest) < 4 || rest[3] != ' ' || !l.statusText(rest[:3]) {
		return Line{}, false
	}
	size, duration, ok := strings.Cut(rest[4:], " in ")
	if !ok {
		return Line{}, false
	}
	l.Message = request
	l.request()
	l.attr("client", client)
	if n := digits(size); n > 0 && n < 19 && size[n:] == "B" {
		v, _ := number(size, n)
		l.Attrs = append(l.Attrs, slog.Int("size", v))
	} else {
		l.attr("size", size)
	}
	l.attr("duration", duration)
	if id != "" {
		l.attr("request_id", id)
	}
	return l, true
}

// requestLevel sets the level of a request that a web server logs as JSON or logfmt, from its
// status.
func (l *Line) requestLevel() {
	if l.HasLevel || l.Message != "" {
		return
	}
	status, method := int64(0), false
	for _, a := range l.Attrs {
		switch {
		case a.Key == "status" && a.Value.Kind() == slog.KindInt64:
			status = a.Value.Int64()
		case a.Key == "status" && a.Value.Kind() == slog.KindString: // in logfmt
			if n, ok := number(a.Value.String(), 3); ok && len(a.Value.String()) == 3 {
				status = int64(n)
			}
		case a.Key == "method":
			method = a.Value.Kind() == slog.KindString && isMethod(a.Value.String())
		}
	}
	if method && 100 <= status && status < 600 {
		l.Level, l.HasLevel = statusLevel(int(status)), true
	}
}
