package logline

import (
	"strings"
	"time"
)

// haproxy parses the lines of HAProxy for connections:
//
//	client:port [05/Mar/2026:10:11:12.123] frontend backend/server 10/0/30/69/109 200 2750 ... "GET / HTTP/1.1"
//	client:port [05/Mar/2026:10:11:12.123] frontend backend/server 0/0/5007 212 -- 0/0/0/0/3 0/0
//
// The request is the message, or without one all that follows the time.
func (p *parser) haproxy(s string) (Line, bool) { return p.haproxyText(Line{}, s) }

// haproxyText is haproxy after the header of syslog, whose time is kept.
func (p *parser) haproxyText(l Line, s string) (Line, bool) {
	i := strings.IndexByte(s[:min(len(s), 64)], ' ')
	if i < 0 || !strings.HasPrefix(s[i:], " [") || strings.IndexByte(s[:i], ':') < 0 {
		return Line{}, false
	}
	st, ok := p.dateStamp(s[i+2:])
	if !ok {
		return Line{}, false
	}
	text, ok := strings.CutPrefix(s[i+2+st.len:], "] ")
	if !ok {
		return Line{}, false
	}
	frontend, rest, _ := strings.Cut(text, " ")
	backend, rest, ok := strings.Cut(rest, " ")
	if !strings.Contains(frontend+backend, "/") {
		return Line{}, false
	}
	if l.Time.IsZero() {
		l.Time = st.time
	} else {
		l.attr("accepted", s[i+2:i+2+st.len])
	}
	l.attr("client", s[:i])
	timers, rest, _ := strings.Cut(rest, " ")
	status, rest, _ := strings.Cut(rest, " ")
	before, request, ok2 := strings.Cut(rest, ` "`)
	request, after, ok3 := strings.Cut(request, `"`)
	ok3 = ok3 || isMethod(word(request)) // the line was cut off
	if !ok || !ok2 || !ok3 || strings.Count(timers, "/") < 2 {
		l.Message = text
		return l, true
	}
	l.attr("frontend", frontend)
	l.attr("backend", backend)
	l.attr("timers", timers)
	if !l.statusText(status) {
		l.attr("status", status)
	}
	l.Message = request
	l.request()
	l.attr("rest", strings.TrimSpace(before+" "+strings.TrimSpace(after)))
	return l, true
}

// envoyAccess parses what follows the time in Envoy's default format:
// `] "GET / HTTP/1.1" 200 - 0 5 1 0 "-" "curl/8.5"`
func (p *parser) envoyAccess(l Line, _ stamp, rest string) (Line, bool) {
	rest, ok := strings.CutPrefix(rest, `] "`)
	if !ok {
		return Line{}, false
	}
	request, rest, ok := strings.Cut(rest, `" `)
	status, rest, ok2 := strings.Cut(rest, " ")
	code, ok3 := number(status, len(status))
	if !ok || !ok2 || !ok3 || len(status) > 3 || strings.Count(request, " ") != 2 {
		return Line{}, false
	}
	l.Message = request
	l.request()
	l.status(code) // 0 without a response
	l.attr("rest", rest)
	return l, true
}

// squid parses what follows the time in Squid's access log:
// "    109 10.0.0.1 TCP_MISS/200 512 GET http://vm/ - HIER_DIRECT/10.0.0.2 text/html"
func (p *parser) squid(l Line, _ stamp, rest string) (Line, bool) {
	elapsed, rest, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	client, rest, _ := strings.Cut(rest, " ")
	result, rest, _ := strings.Cut(rest, " ")
	size, rest, _ := strings.Cut(rest, " ")
	method, rest, _ := strings.Cut(rest, " ")
	url, rest, ok := strings.Cut(rest, " ")
	code, status, ok2 := strings.Cut(result, "/")
	n, ok3 := number(status, len(status))
	if !ok || !ok2 || !ok3 || len(status) != 3 || !isNumber(elapsed) || !isNumber(size) {
		return Line{}, false
	}
	l.Message = method + " " + url
	l.attr("elapsed", elapsed)
	l.attr("client", client)
	l.attr("result", code)
	l.status(n)
	l.attr("size", size)
	l.attr("rest", rest)
	return l, true
}

// loadBalancer parses the access logs of AWS' load balancers, of which the classic ones write
// no protocol:
//
//	https 2026-03-05T10:11:12.123456Z app/web/50dc6c49 client target 0.000 0.001 0.000 200 200 34 366 "GET / HTTP/2.0" ...
func (p *parser) loadBalancer(s string) (Line, bool) {
	protocol, rest := "", s
	if !isDigit(s[0]) {
		var ok bool
		if protocol, _, ok = strings.Cut(s[:min(len(s), 8)], " "); !ok {
			return Line{}, false
		}
		rest = s[len(protocol)+1:]
	}
	if len(rest) < 32 || rest[10] != 'T' || rest[26] != 'Z' {
		return Line{}, false
	}
	st, ok := p.isoStamp(rest)
	if !ok || st.fraction != 6 || rest[st.len-1] != 'Z' || !strings.HasPrefix(rest[st.len:], " ") {
		return Line{}, false
	}
	l := Line{Time: st.time}
	if protocol != "" {
		l.attr("protocol", protocol)
	}
	rest = rest[st.len+1:]
	for _, name := range []string{"balancer", "client", "target", "request_time", "target_time", "response_time"} {
		w := word(rest)
		if w == "" || len(w) == len(rest) || w[0] == '"' || strings.HasSuffix(name, "_time") && !isDigit(w[0]) && w[0] != '-' {
			return Line{}, false
		}
		l.attr(name, w)
		rest = rest[len(w)+1:]
	}
	status, rest, _ := strings.Cut(rest, " ")
	sizes, rest, ok := strings.Cut(rest, ` "`)
	request, rest, ok2 := strings.Cut(rest, `"`)
	if code, ok := number(status, 3); ok && len(status) == 3 {
		l.status(code)
	} else {
		l.attr("status", status)
	}
	l.attr("sizes", sizes)
	if request != "- - - " { // TCP
		l.Message = request
	}
	l.request()
	l.attr("rest", strings.TrimPrefix(rest, " "))
	return l, ok && ok2
}

// cloudfront parses what follows the date in the access logs of Amazon CloudFront.
func (p *parser) cloudfront(l Line, _ stamp, rest string) (Line, bool) {
	columns := strings.SplitN(strings.TrimPrefix(rest, "\t"), "\t", 8)
	if len(columns) < 7 || !isMethod(columns[3]) {
		return Line{}, false
	}
	l.Time, l.Message = inZone(l.Time, time.UTC), columns[3]+" "+columns[5]
	for i, name := range []string{"edge", "size", "client", "method", "host", "path"} {
		l.attr(name, columns[i])
	}
	if !l.statusText(columns[6]) {
		l.attr("status", columns[6])
	}
	if len(columns) > 7 {
		l.attr("rest", columns[7])
	}
	return l, true
}

// haproxyProcess parses what HAProxy says of itself. Before version 2.4 it has the day of the
// year, counted from 0:
//
//	[WARNING] 063/101112 (12) : text
//	[NOTICE]   (12) : text
func (p *parser) haproxyProcess(s string) (Line, bool) {
	level, n, ok := bracketLevel(s)
	if !ok {
		return Line{}, false
	}
	l := Line{Level: level, HasLevel: true}
	rest := strings.TrimLeft(s[n:], " ")
	if day, ok := number(rest, 3); ok && len(rest) > 11 && rest[3] == '/' && rest[10] == ' ' {
		c, ok := clock(rest[4:6] + ":" + rest[6:8] + ":" + rest[8:10])
		if !ok || day > 365 {
			return Line{}, false
		}
		tomorrow := p.now.AddDate(0, 0, 1)
		if l.Time = c.on(tomorrow.Year(), 1, 1+day, p.now.Location()); l.Time.After(tomorrow) {
			l.Time = c.on(tomorrow.Year()-1, 1, 1+day, p.now.Location())
		}
		rest = rest[11:]
	}
	rest, ok = strings.CutPrefix(rest, "(")
	if l.PID, rest, _ = cutPID(rest); !ok || !strings.HasPrefix(rest, ") : ") {
		return Line{}, false
	}
	l.Message = rest[len(") : "):]
	return l, true
}

// iis parses what follows the time, which is UTC, in the access log of IIS. Its columns differ,
// but not the order of those up to the client's address:
// " 10.0.0.2 GET /path query 443 user 10.0.0.1 curl/8.5 - 200 0 0 12"
func (p *parser) iis(l Line, _ stamp, rest string) (Line, bool) {
	const mostBefore, portBefore = 5, 4
	beforeStatus, checkPort := 4, true
	head := strings.TrimLeft(rest, " ")
	method, path := "", ""
	for i := range mostBefore + 1 {
		w, after, ok := strings.Cut(head, " ")
		if !ok {
			return Line{}, false
		}
		if isMethod(w) && strings.HasPrefix(after, "/") {
			method, path = w, word(after)
			if i >= portBefore {
				beforeStatus, checkPort = 1, false
			}
			break
		}
		head = after
	}
	if method == "" {
		return Line{}, false
	}
	request := head[:len(method)+1+len(path)]
	before, columns := rest[:len(rest)-len(head)], head[len(request):]
	n := 0
	for w := range strings.FieldsSeq(columns) {
		switch n++; {
		case n == 2 && checkPort && !isNumber(w): // the port
			return Line{}, false
		case n > beforeStatus && len(w) == 3 && l.statusText(w):
			l.Time, l.Message = inZone(l.Time, time.UTC), request
			l.attr("before", strings.TrimSpace(before))
			l.attr("rest", strings.TrimSpace(columns))
			return l, true
		}
	}
	return Line{}, false
}

// zeek parses what follows the time in a log of Zeek: columns, of which the first is an id. It
// has no message.
func (p *parser) zeek(l Line, st stamp, rest string) (Line, bool) {
	const idLen = len("CxkYz31kM9dRIHUUZd")
	id, columns, ok := strings.Cut(rest[1:], "\t")
	if !ok || st.len != len("1772705472.123456") || len(id) < idLen-2 || len(id) > idLen+1 || id[0] != 'C' && id[0] != 'F' {
		return Line{}, false
	}
	l.attr("uid", id)
	l.attr("columns", columns)
	return l, true
}
