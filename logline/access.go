package logline

import (
	"log/slog"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// access parses the common and combined formats of web servers, with or without a virtual host
// before them:
//
//	client ident user [05/Mar/2026:10:11:12 +0100] "GET / HTTP/1.1" 200 512 "referer" "agent" ...
//
// The request is the message. The level follows from the status.
func (p *parser) access(s string) (Line, bool) {
	const bracket = " ["
	i := strings.Index(s[:min(len(s), 512)], bracket)
	if i < 0 {
		return Line{}, false
	}
	head := s[:i]
	st, ok := p.dateStamp(s[i+len(bracket):])
	if !ok {
		return Line{}, false
	}
	rest := s[i+len(bracket)+st.len:]
	if !strings.HasPrefix(rest, `] "`) {
		return Line{}, false
	}
	rest = rest[2:]
	n := quotedLen(rest)
	if n == 0 {
		return Line{}, false
	}
	l := Line{Time: st.time, Message: rest[1 : n-1]}
	fields := strings.Fields(head)
	if len(fields) < 3 || len(fields) > 8 {
		return Line{}, false
	}
	user := fields[len(fields)-1]
	clients := fields[:len(fields)-2]
	if len(clients) > 1 && !strings.HasSuffix(clients[0], ",") {
		l.attr("host", clients[0])
		clients = clients[1:]
	}
	for _, c := range clients[:len(clients)-1] {
		if !strings.HasSuffix(c, ",") { // a list of proxies has commas
			return Line{}, false
		}
	}
	l.attr("client", strings.Join(clients, " "))
	if ident := fields[len(fields)-2]; ident != "-" {
		l.attr("ident", ident)
	}
	if user != "-" {
		l.attr("user", user)
	}
	l.request()
	return l, l.accessTail(strings.TrimPrefix(rest[n:], " "))
}

// request adds the attributes of a request line.
func (l *Line) request() {
	method, rest, ok := strings.Cut(l.Message, " ")
	path, _, _ := strings.Cut(rest, " ")
	if ok && isMethod(method) {
		l.attr("method", method)
		l.attr("path", path)
	}
}

// isMethod reports whether s may be a method of HTTP: GET, M-SEARCH, RPC_OUT_DATA.
func isMethod(s string) bool {
	for i := range len(s) {
		if !isUpper(s[i]) && (i == 0 || s[i] != '-' && s[i] != '_') {
			return false
		}
	}
	return len(s) >= 3 && len(s) <= len("VERSION-CONTROL")
}

// accessTail parses status, size, referer, agent, and key=value fields, and keeps what else
// follows.
func (l *Line) accessTail(s string) bool {
	status, rest, _ := strings.Cut(s, " ")
	code, ok := number(status, len(status))
	if !ok && status != "-" || len(status) > 3 {
		return false
	}
	if ok {
		l.status(code)
	}
	size, rest, _ := strings.Cut(rest, " ")
	if n, err := strconv.ParseInt(size, 10, 64); err == nil {
		l.Attrs = append(l.Attrs, slog.Int64("size", n))
	} else if size != "" && size != "-" {
		rest = strings.TrimSuffix(size+" "+rest, " ")
	}
	for _, name := range []string{"referer", "user_agent"} {
		n := quotedLen(rest)
		if n == 0 || rest[0] != '"' {
			break
		}
		if v := rest[1 : n-1]; v != "-" {
			l.attr(name, v)
		}
		rest = strings.TrimPrefix(rest[n:], " ")
	}
	rest, pairs := cutPairs(rest) // such as rt=0.120, which many configurations of nginx add
	if rest != "" {
		l.attr("rest", rest)
	}
	l.Attrs = append(l.Attrs, pairs...)
	return true
}

// status adds the status of an HTTP response, and the level that it stands for.
func (l *Line) status(code int) {
	l.Attrs = append(l.Attrs, slog.Int("status", code))
	if code >= 100 {
		l.Level, l.HasLevel = statusLevel(code), true
	}
}

func statusLevel(code int) logbook.Level {
	switch {
	case code >= 500:
		return logbook.LevelError
	case code >= 400:
		return logbook.LevelWarn
	}
	return logbook.LevelInfo
}

// attr adds a text attribute.
func (l *Line) attr(key, value string) { l.Attrs = append(l.Attrs, slog.String(key, value)) }
