package logline

import "strings"

// mongodb parses the text log of MongoDB before 4.4:
//
//	2026-03-05T10:11:12.123+0100 I NETWORK  [initandlisten] text
//	2014-03-05T10:11:12.123+0100 [initandlisten] text
//	Thu Mar  5 10:11:12.123 [initandlisten] text
func (p *parser) mongodb(s string) (Line, bool) {
	var l Line
	rest := ""
	if isUpper(s[0]) {
		if len(s) < 28 || weekday(s) == 0 {
			return Line{}, false
		}
		st, ok := p.dateStamp(s)
		if !ok || !strings.HasPrefix(s[st.len:], " [") {
			return Line{}, false
		}
		l.Time, rest = st.time, s[1+st.len:]
	} else {
		if len(s) < 32 || s[10] != 'T' || s[19] != '.' {
			return Line{}, false
		}
		st, ok := p.isoStamp(s)
		if !ok {
			return Line{}, false
		}
		rest = s[st.len:]
		if st.offset && s[st.len-3] != ':' && strings.HasPrefix(rest, " [") {
			return mongodb26(Line{Time: st.time}, rest[2:])
		}
		if len(rest) < 4 || rest[0] != ' ' || rest[2] != ' ' && (!isDigit(rest[2]) || rest[3] != ' ') {
			return Line{}, false
		}
		if l.Level, ok = androidLevel(rest[1]); !ok {
			return Line{}, false
		}
		l.Time, l.HasLevel = st.time, true
		if isDigit(rest[2]) {
			l.attr("verbosity", rest[2:3])
			rest = rest[1:]
		}
		rest = strings.TrimLeft(rest[2:], " ")
		l.Channel = word(rest)
		rest = strings.TrimLeft(rest[len(l.Channel):], " ")
	}
	if !strings.HasPrefix(rest, "[") {
		return Line{}, false
	}
	thread, msg, ok := strings.Cut(rest[1:], "] ")
	if _, isLevel := levelName(thread); !ok || isLevel {
		return Line{}, false
	}
	l.attr("thread", thread)
	l.takeLevel(msg)
	return l, true
}

// mongodb26 parses "thread] text". Other programs have a level there.
func mongodb26(l Line, s string) (Line, bool) {
	thread, msg, ok := strings.Cut(s, "] ")
	if !ok {
		return Line{}, false
	}
	if _, isLevel := levelName(strings.Trim(thread, " ")); isLevel {
		return Line{}, false
	}
	if _, n, isLevel := levelWord(msg); isLevel && msg[n-1] != ':' {
		return Line{}, false
	}
	l.attr("thread", thread)
	l.takeLevel(msg)
	return l, true
}
