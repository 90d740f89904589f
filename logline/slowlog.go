package logline

import "strings"

// slowQuery parses the first line of a record of MySQL's slow query log. The statements are the
// message:
//
//	# Time: 2026-03-05T10:11:12.123456Z
//	# User@Host: anna[anna] @ localhost []  Id:     3
//	# Query_time: 0.003464  Lock_time: 0.000324 Rows_sent: 1  Rows_examined: 2
//	SET timestamp=1772705472;
//	SELECT 1;
func (p *parser) slowQuery(s string) (Line, bool) {
	var l Line
	if rest, ok := strings.CutPrefix(s, "# Time: "); ok {
		st, ok := p.anyStamp(rest)
		if !ok {
			st, ok = p.shortStamp(rest)
		}
		if !ok || st.len < len(rest) && !strings.HasPrefix(rest[st.len:], " # ") {
			return Line{}, false
		}
		l.Time = st.time
		l.attr("begin", "Time")
		if s = strings.TrimPrefix(rest[st.len:], " "); s != "" {
			l.slowComment(s)
		}
	} else if strings.HasPrefix(s, "# User@Host: ") {
		l.slowComment(s)
	} else {
		return Line{}, false
	}
	statement := false
	l.more = func(l *Line, s string) (string, bool) {
		switch {
		case strings.HasPrefix(s, "# "):
			if statement {
				return "", false
			}
			l.slowComment(s)
			return "", true
		case strings.HasPrefix(s, "SET timestamp=") && !statement:
			seconds := strings.TrimSuffix(s[len("SET timestamp="):], ";")
			if t, ok := p.epoch(seconds); ok && l.Time.IsZero() {
				l.Time = t
			}
			l.attr("SET timestamp", seconds)
			return "", true
		case strings.HasPrefix(s, "use ") && !statement:
			l.attr("use", strings.TrimSuffix(s[len("use "):], ";"))
			return "", true
		case strings.HasSuffix(s, "started with:"), strings.HasPrefix(s, "Tcp port: "), strings.HasPrefix(s, "Time  "):
			return "", false // the server has started anew
		}
		statement = true
		return s, true
	}
	return l, true
}

// slowComment adds what a comment says, "# Query_time: 0.003464  Lock_time: 0.000324".
func (l *Line) slowComment(s string) {
	name, value, ok := strings.Cut(strings.TrimPrefix(s, "# "), ": ")
	if name == "User@Host" && ok {
		l.attr("User@Host", value)
		return
	}
	key, start := "comment", 0
	words := strings.Fields(strings.TrimPrefix(s, "# "))
	add := func(end int) {
		if start < end || key != "comment" {
			l.attr(key, strings.Join(words[start:end], " "))
		}
	}
	for i, w := range words {
		if name, ok := strings.CutSuffix(w, ":"); ok && name != "" {
			add(i)
			key, start = name, i+1
		}
	}
	add(len(words))
}
