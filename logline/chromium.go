package logline

import "strings"

// chromium parses a line of Chromium and Electron, without or with process and thread:
// "[12:34:0305/101112.123456:ERROR:file.cc(12)] text".
func (p *parser) chromium(s string) (Line, bool) {
	in, text, ok := strings.Cut(s[1:min(len(s), 200)], "] ")
	parts := strings.Split(in, ":")
	if !ok || text == "" || len(parts) < 3 || len(parts) > 5 {
		return Line{}, false
	}
	n := len(parts)
	at, level, place := parts[n-3], parts[n-2], parts[n-1]
	if len(at) < 11 || at[4] != '/' || digits(at) != 4 || digits(at[5:]) != 6 {
		return Line{}, false
	}
	mo, _ := number(at, 2)
	d, _ := number(at[2:], 2)
	c, ok := clock(at[5:7] + ":" + at[7:9] + ":" + at[9:])
	if !ok || c.len != len(at)-5+2 || mo < 1 || mo > 12 || d < 1 || d > 31 {
		return Line{}, false
	}
	l := Line{Message: s[len(in)+3:]}
	if l.Time, ok = p.withYear(mo, d, c); !ok {
		return Line{}, false
	}
	if l.Level, l.HasLevel = levelName(level); !l.HasLevel {
		if l.Level, l.HasLevel = levelName(strings.TrimRight(level, "0123456789")); !l.HasLevel { // VERBOSE1
			return Line{}, false
		}
		l.attr("level", level)
	}
	for i, v := range parts[:n-3] {
		id, after, ok := cutPID(v)
		switch {
		case !ok || after != "":
			return Line{}, false
		case i == 0:
			l.PID = id
		default:
			l.attr("thread", v)
		}
	}
	l.attr("place", place)
	return l, true
}
