package logline

import "strings"

// mysql parses the error log of MySQL and MariaDB:
//
//	2026-03-05T10:11:12.123456Z 0 [Note] [MY-010926] [Server] text
//	2026-03-05  9:11:12 12 [Note] text
//	260305  9:11:12 [Note] text
func (p *parser) mysql(s string) (Line, bool) {
	if len(s) < 17 {
		return Line{}, false
	}
	var l Line
	rest := ""
	switch {
	case s[6] == ' ' && digits(s) == 6:
		y, _ := number(s, 2)
		mo, _ := number(s[2:], 2)
		d, _ := number(s[4:], 2)
		c, n, ok := spacedClock(s[7:])
		if !ok || !validDate(2000+y, mo, d) {
			return Line{}, false
		}
		l.Time, rest = c.on(2000+y, mo, d, p.now.Location()), s[7+n:]
		if !strings.HasPrefix(rest, " [") && !strings.HasPrefix(rest, " InnoDB") && !strings.HasPrefix(rest, "  InnoDB") && !strings.HasPrefix(rest, " mysqld") {
			return Line{}, false
		}
	case s[4] == '-' && s[10] == ' ' && s[11] == ' ':
		y, ok1 := number(s, 4)
		mo, ok2 := number(s[5:], 2)
		d, ok3 := number(s[8:], 2)
		c, n, ok := spacedClock(s[11:])
		if !ok || !ok1 || !ok2 || !ok3 || !validDate(y, mo, d) {
			return Line{}, false
		}
		l.Time, rest = c.on(y, mo, d, p.now.Location()), s[11+n:]
	case s[4] == '-':
		st, ok := isoStamp(s, p.now.Location())
		if !ok {
			return Line{}, false
		}
		l.Time, rest = st.time, s[st.len:]
		after := strings.TrimLeft(rest, " ")
		n := digits(after)
		if n == 0 || !strings.HasPrefix(after[n:], " [") {
			return Line{}, false
		}
	default:
		return Line{}, false
	}
	rest = strings.TrimLeft(rest, " ")
	if n := digits(rest); n > 0 && strings.HasPrefix(rest[n:], " ") {
		l.attr("thread", rest[:n])
		rest = strings.TrimLeft(rest[n:], " ")
	}
	if strings.HasPrefix(rest, "[System] ") {
		l.HasLevel = true
		l.attr("priority", "System")
		rest = rest[len("[System] "):]
	} else if strings.HasPrefix(rest, "[Note] ") {
		l.HasLevel = true
		rest = rest[len("[Note] "):]
	} else if strings.HasPrefix(rest, "[") {
		lv, n, ok := bracketLevel(rest)
		if !ok {
			return Line{}, false
		}
		l.Level, l.HasLevel = lv, true
		rest = strings.TrimPrefix(rest[n:], " ")
	}
	if strings.HasPrefix(rest, "[MY-") {
		code, r, ok := strings.Cut(rest[1:], "] ")
		if ok && !strings.Contains(code, " ") {
			l.attr("code", code)
			rest = r
			if strings.HasPrefix(rest, "[") {
				if sub, r, ok := strings.Cut(rest[1:], "] "); ok && !strings.Contains(sub, " ") {
					l.Channel, rest = sub, r
				}
			}
		}
	}
	l.Message = rest
	return l, true
}

// spacedClock parses a time of day whose hour may have a space for its first digit.
func spacedClock(s string) (c clockTime, n int, ok bool) {
	if strings.HasPrefix(s, " ") {
		c, ok = clock("0" + s[1:min(len(s), 20)])
	} else {
		c, ok = clock(s)
	}
	return c, c.len, ok && c.seconds
}
