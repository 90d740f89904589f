package logline

import (
	"strings"
	"time"
)

// anyStamp parses a time with a date at the start of s, in ISO's notation or another.
func (p *parser) anyStamp(s string) (stamp, bool) {
	if st, ok := p.isoStamp(s); ok {
		return st, true
	}
	if st, ok := p.epochStamp(s); ok {
		return st, true
	}
	return p.dateStamp(s)
}

// epochStamp parses the seconds since the epoch with a fraction, 1772705472.123.
func (p *parser) epochStamp(s string) (st stamp, ok bool) {
	const point = len("1772705472")
	if len(s) < point+4 || s[point] != '.' || s[0] != '1' || digits(s) != point {
		return st, false
	}
	n := digits(s[point+1:])
	if n != 3 && n != 6 && n != 9 {
		return st, false
	}
	st.len = point + 1 + n
	st.time, ok = p.epoch(s[:st.len])
	st.seconds, st.fraction, st.offset, st.dated = true, n, true, true
	return st, ok
}

// dateStamp parses a time with a date in a notation other than ISO's:
//
//	Mar  5 10:11:12          also with a weekday, a year before or after the time, and a zone
//	Thu, 05 Mar 2026 10:11:12 GMT
//	05-Mar-2026 10:11:12.123, 05/Mar/2026:10:11:12 +0100
//	2026.03.05 10:11:12, 2026-03-05  10:11:12, 2026 Mar  5 10:11:12
//	3/5/2026 10:11:12 AM, 05.03.2026 10:11:12
//
// Of a date of numbers alone with the year at its end, the month is first between slashes and
// the day otherwise, unless there is no such date.
func (p *parser) dateStamp(s string) (st stamp, ok bool) {
	const shortest = len("Mar 5 10:11:12")
	if len(s) < shortest {
		return st, false
	}
	if st, ok := p.shortStamp(s); ok {
		return st, true
	}
	i := weekday(s)
	y, mo, d, n := date(s[i:])
	if n == 0 {
		return st, false
	}
	i += n
	n = dateSeparator(s[i:])
	c, ok := longClock(s[i+n:])
	if n == 0 || !ok {
		return st, false
	}
	i += n + c.len
	comma := c.fraction > 0 && s[i-c.fraction-1] == ','
	loc := p.now.Location()
	if z, n := p.stampZone(s[i:]); z != nil {
		loc = z
		st.offset = isDigit(s[i+n-1])
		i += n
	}
	if y == 0 {
		if y, n = yearAfter(s[i:]); n > 0 {
			i += n
		}
	}
	st.len, st.seconds, st.fraction = i, true, c.fraction
	st.comma = comma
	if y == 0 {
		at := parser{now: p.now.In(loc)}
		st.time, ok = at.withYear(mo, d, c)
		return st, ok
	}
	st.time, st.dated = c.on(y, mo, d, loc), true
	return st, validDate(y, mo, d)
}

// shortStamp parses dates whose year has two digits, and dates without separators:
//
//	26/03/05 10:11:12            of Spark, after which the usual layout of Java follows
//	20260305 10:11:12, 260305 10:11:12, 260305  9:11:12
//	20260305 101112, 260305 101112, 20260305T101112,123
func (p *parser) shortStamp(s string) (st stamp, ok bool) {
	if len(s) < len("260305 101112") {
		return st, false
	}
	n := digits(s[:min(len(s), 9)])
	var y, mo, d int
	switch {
	case n == 8:
		y, _ = number(s, 4)
	case n == 6, n == 2 && s[2] == '/' && s[5] == '/':
		y, _ = number(s, 2)
		y += 2000
	default:
		return st, false
	}
	if n == 2 {
		mo, _ = number(s[3:], 2)
		d, ok = number(s[6:], 2)
		st.comma = true
		n = len("26/03/05")
	} else {
		mo, _ = number(s[n-4:], 2)
		d, ok = number(s[n-2:], 2)
	}
	if !ok || y < 1970 || y > 2100 || !validDate(y, mo, d) || s[n] != ' ' && s[n] != '-' && s[n] != 'T' {
		return st, false
	}
	var c clockTime
	if t := s[n+1:]; digits(t) == 6 {
		const longest = len("101112.123456789")
		c, ok = clock(t[:2] + ":" + t[2:4] + ":" + t[4:min(len(t), longest)])
		c.len -= 2
		n++
	} else {
		if n++; t[0] == ' ' {
			n++ // before an hour of one digit
		}
		c, ok = longClock(s[n:])
	}
	if !ok || !c.seconds {
		return st, false
	}
	loc := p.now.Location()
	st.len, st.seconds, st.fraction, st.dated = n+c.len, true, c.fraction, true
	st.comma = st.comma || c.fraction > 0 && s[st.len-c.fraction-1] == ','
	if z, n := zone(s[st.len:]); z != nil {
		loc = z
		st.len += n
	}
	st.time = c.on(y, mo, d, loc)
	return st, true
}

// monthStamp parses a date without a year, "03-05 10:11:12" or "03-05 10:11".
func (p *parser) monthStamp(s string) (st stamp, ok bool) {
	if len(s) < 11 || s[2] != '-' || s[5] != ' ' {
		return st, false
	}
	mo, ok1 := number(s, 2)
	d, ok2 := number(s[3:], 2)
	c, ok3 := clock(s[6:])
	if !ok1 || !ok2 || !ok3 || mo < 1 || mo > 12 || d < 1 || d > 31 {
		return st, false
	}
	st.len, st.seconds, st.fraction = 6+c.len, c.seconds, c.fraction
	st.comma = c.fraction > 0 && s[st.len-c.fraction-1] == ','
	st.time, ok = p.withYear(mo, d, c)
	return st, ok
}

// isDayOrMonth reports whether a text begins as the name of a day or month.
func isDayOrMonth(s string) bool {
	const names = "Mon Tue Wed Thu Fri Sat Sun Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
	return len(s) > 3 && strings.Contains(names, s[:3])
}

// weekday returns the length of the name of a day at the start of s, with what separates it
// from the date.
func weekday(s string) int {
	const names = "MonTueWedThuFriSatSun"
	if !isUpper(s[0]) {
		return 0
	}
	if i := strings.Index(names, s[:3]); i < 0 || i%3 != 0 {
		return 0
	}
	n := 3
	if s[n] == ',' {
		n++
	}
	if s[n] != ' ' {
		return 0
	}
	return n + 1
}

// date parses a date at the start of s, and returns its length, or 0. Without a year, y is 0.
func date(s string) (y, mo, d, n int) {
	if isUpper(s[0]) {
		return monthDay(s)
	}
	var f [3]dateField
	if f[0], n = parseDateField(s); n == 0 {
		return 0, 0, 0, 0
	}
	sep := s[n]
	if sep != ' ' && sep != '-' && sep != '/' && sep != '.' {
		return 0, 0, 0, 0
	}
	for i := 1; i < 3; i++ {
		if n >= len(s) || s[n] != sep {
			return 0, 0, 0, 0
		}
		n++
		if sep == ' ' && i == 2 && strings.HasPrefix(s[n:], " ") {
			n++ // before a day of one digit
		}
		k := 0
		if f[i], k = parseDateField(s[n:]); k == 0 {
			return 0, 0, 0, 0
		}
		n += k
	}
	byName := f[1].digits == 0
	if f[2].digits == 0 || sep == ' ' && !byName {
		return 0, 0, 0, 0
	}
	switch {
	case f[0].digits == 4:
		y, mo, d = f[0].value, f[1].value, f[2].value
	case f[2].digits == 2 && byName:
		y, mo, d = 2000+f[2].value, f[1].value, f[0].value
	case f[2].digits == 4:
		y, mo, d = f[2].value, f[1].value, f[0].value
		if !byName && (sep == '/' && d <= 12 || mo > 12) {
			mo, d = d, mo
		}
	}
	if y == 0 || !validDate(y, mo, d) {
		return 0, 0, 0, 0
	}
	return y, mo, d, n
}

// monthDay parses "Mar 5", "Mar 5 2026" and "Mar 5, 2026".
func monthDay(s string) (y, mo, d, n int) {
	mo = month(s[:3])
	i := 4
	if s[i] == ' ' {
		i++
	}
	n = digits(s[i:min(len(s), i+3)])
	if mo == 0 || s[3] != ' ' || n == 0 || n > 2 {
		return 0, 0, 0, 0
	}
	d, _ = number(s[i:], n)
	i += n
	if y, n = yearAfter(strings.TrimPrefix(s[i:], ",")); n > 0 {
		if s[i] == ',' {
			n++
		}
		if i += n; strings.HasPrefix(s[i:], ",") {
			i++
		}
	}
	if d < 1 || d > 31 {
		return 0, 0, 0, 0
	}
	return y, mo, d, i
}

// dateField is a part of a date: a number, or the name of a month, which has no digits.
type dateField struct{ value, digits int }

func parseDateField(s string) (f dateField, n int) {
	if len(s) >= 3 && isUpper(s[0]) {
		if f.value = month(s[:3]); f.value == 0 {
			return f, 0
		}
		return f, 3
	}
	f.digits = digits(s[:min(len(s), 5)])
	if f.digits != 1 && f.digits != 2 && f.digits != 4 {
		return f, 0
	}
	f.value, _ = number(s, f.digits)
	return f, f.digits
}

// yearAfter parses a space and a year, and returns the length of both, or 0.
func yearAfter(s string) (y, n int) {
	if len(s) < 5 || s[0] != ' ' {
		return 0, 0
	}
	y, ok := number(s[1:], 4)
	if !ok || y < 1970 || y > 2100 || len(s) > 5 && (isDigit(s[5]) || isLower(s[5]|0x20)) {
		return 0, 0
	}
	return y, 5
}

// dateSeparator returns the length of what separates a date from the time of day: spaces, T,
// or the colons of Apache and Erlang.
func dateSeparator(s string) int {
	switch {
	case s == "":
	case s[0] == 'T' || s[0] == '\t':
		return 1
	case s[0] == ',' && len(s) > 1 && s[1] == ' ':
		return 2 // of JavaScript
	case strings.HasPrefix(s, " at "): // of loguru
		return len(" at ")
	case s[0] == ' ' || s[0] == ':':
		if len(s) > 1 && s[1] == s[0] {
			return 2
		}
		return 1
	}
	return 0
}

// longClock parses a time of day with seconds, also with an hour of one digit or of twelve.
func longClock(s string) (c clockTime, ok bool) {
	one := len(s) > 1 && isDigit(s[0]) && s[1] == ':'
	if one {
		c, ok = clock("0" + s[:min(len(s), 32)])
		c.len--
	} else {
		c, ok = clock(s)
	}
	if !ok || !c.seconds {
		return c, false
	}
	rest := s[c.len:]
	if after, ok := strings.CutPrefix(rest, "\u202f"); ok { // of JavaScript
		c.len, rest = c.len+len("\u202f")-1, " "+after
	}
	if len(rest) >= 3 && rest[0] == ' ' && (rest[1] == 'A' || rest[1] == 'P') && rest[2] == 'M' && stampEnds(rest[3:]) {
		if c.hour < 1 || c.hour > 12 {
			return c, false
		}
		c.hour %= 12
		if rest[1] == 'P' {
			c.hour += 12
		}
		c.len += 3
	}
	return c, true
}

// stampZone parses a zone after a time: an offset, UTC, or a known abbreviation.
func (p *parser) stampZone(s string) (*time.Location, int) {
	if z, n := zone(s); z != nil {
		return z, n
	}
	n := 1
	for n < len(s) && n < 7 && isUpper(s[n]) {
		n++
	}
	if n < 4 || !stampEnds(s[n:]) {
		return nil, 0
	}
	if z, name := p.namedZone(s[:n]); z != nil {
		return z, 1 + len(name)
	}
	return nil, 0
}
