package logline

import (
	"cmp"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// stamp is a time at the start of a text, with the details by which formats differ.
type stamp struct {
	time     time.Time
	len      int // length of its text
	seconds  bool
	fraction int  // number of digits of the fraction
	offset   bool // whether it has a numeric zone
	zulu     bool // whether it ends with Z
	comma    bool // whether a comma precedes the fraction
	dated    bool // whether it has a year
}

// isoStamp is the function isoStamp in the zone of p. It remembers the last result, since several
// recognizers begin with the time of the same line.
func (p *parser) isoStamp(s string) (stamp, bool) {
	if s != p.stamped || s == "" {
		p.stamped = s
		p.stamp, p.hasStamp = isoStamp(s, p.now.Location())
	}
	return p.stamp, p.hasStamp
}

// isoStamp parses 2006-01-02 or 2006/01/02, then T or a space, 15:04, :05, a fraction after
// . or , and a zone: Z, +02:00, +0200, +02, or after a space +0200 or UTC. The parts after
// the minutes are optional.
func isoStamp(s string, loc *time.Location) (st stamp, ok bool) {
	if len(s) < 16 || s[4] != '-' && s[4] != '/' || s[7] != s[4] || s[10] != 'T' && s[10] != ' ' {
		return st, false
	}
	y, ok1 := number(s, 4)
	mo, ok2 := number(s[5:], 2)
	d, ok3 := number(s[8:], 2)
	c, ok4 := clock(s[11:])
	if !ok1 || !ok2 || !ok3 || !ok4 || !validDate(y, mo, d) {
		return st, false
	}
	st.seconds, st.fraction = c.seconds, c.fraction
	st.comma = c.fraction > 0 && s[19] == ','
	st.len = 11 + c.len
	zone, n := zone(s[st.len:])
	if zone != nil {
		loc = zone
		st.offset = s[st.len] == '+' || s[st.len] == '-'
		st.zulu = s[st.len] == 'Z'
		st.len += n
	}
	st.time, st.dated = c.on(y, mo, d, loc), true
	return st, true
}

// zone parses a zone, with or without a space before it. It returns nil if there is none.
func zone(s string) (*time.Location, int) {
	n := 0
	if n < len(s) && s[n] == ' ' {
		n++
	}
	if n == len(s) {
		return nil, 0
	}
	switch s[n] {
	case 'Z', 'z':
		if n == 0 {
			return time.UTC, 1
		}
	case 'U', 'G':
		if n == 1 && strings.HasPrefix(s, " GMT") && len(s) > 4 && (s[4] == '+' || s[4] == '-') { // of JavaScript
			z, n := zone(s[4:])
			return z, 4 + n
		}
		if n == 1 && len(s) >= 4 && (s[1:4] == "UTC" || s[1:4] == "GMT") && stampEnds(s[4:]) {
			return time.UTC, 4
		}
	case '+', '-':
		h, ok := number(s[n+1:], 2)
		if !ok || h > 24 {
			return nil, 0
		}
		end := n + 3
		m := 0
		switch {
		case end+2 < len(s) && s[end] == ':':
			m, ok = number(s[end+1:], 2)
			end += 3
		case end < len(s) && isDigit(s[end]):
			m, ok = number(s[end:], 2)
			end += 2
		default:
			ok = n == 0
		}
		if !ok || m > 59 {
			return nil, 0
		}
		offset := h*3600 + m*60
		if s[n] == '-' {
			offset = -offset
		}
		if offset == 0 {
			return time.UTC, end
		}
		return time.FixedZone("", offset), end
	}
	return nil, 0
}

// stampEnds reports whether a time may be followed by s.
func stampEnds(s string) bool {
	return s == "" || s[0] == ' ' || s[0] == '\t' || s[0] == ']' || s[0] == ':' || s[0] == ',' || s[0] == ';' || s[0] == '|'
}

// withYear adds the year to a date; see Parse.
func (p *parser) withYear(mo, d int, c clockTime) (time.Time, bool) {
	limit := p.now.AddDate(0, 0, 1)
	// Leap days are at most eight years apart.
	for y := limit.Year(); y >= limit.Year()-8; y-- {
		if !validDate(y, mo, d) {
			continue
		}
		t := c.on(y, mo, d, p.now.Location())
		if !t.After(limit) {
			return t, true
		}
	}
	return time.Time{}, false
}

// dayStamp parses a time without a date, as printed on consoles: 15:04:05, with an optional
// fraction, or 3:04PM. The result is the latest such time that is at most an hour after
// now.
func (p *parser) dayStamp(s string) (st stamp, ok bool) {
	c, ok := clock(s)
	if !ok || !c.seconds {
		if c, ok = kitchen(s); !ok {
			return st, false
		}
	}
	return stamp{time: p.today(c), len: c.len, seconds: c.seconds, fraction: c.fraction}, true
}

// today returns the latest time of day c that is at most an hour after now.
func (p *parser) today(c clockTime) time.Time {
	y, mo, d := p.now.Date()
	t := c.on(y, int(mo), d, p.now.Location())
	if t.After(p.now.Add(time.Hour)) {
		t = t.AddDate(0, 0, -1)
	}
	return t
}

type clockTime struct {
	hour, min, sec, nsec int
	seconds              bool
	fraction, len        int
}

// on returns the time of day c on a date.
func (c clockTime) on(y, mo, d int, loc *time.Location) time.Time {
	return time.Date(y, time.Month(mo), d, c.hour, c.min, c.sec, c.nsec, loc)
}

// clock parses 15:04, optionally followed by :05 and a fraction, which may be :000.
func clock(s string) (c clockTime, ok bool) {
	if len(s) < 5 || s[2] != ':' {
		return c, false
	}
	h, ok1 := number(s, 2)
	m, ok2 := number(s[3:], 2)
	if !ok1 || !ok2 || h > 23 || m > 59 {
		return c, false
	}
	c.hour, c.min, c.len = h, m, 5
	if len(s) < 8 || s[5] != ':' && !strings.HasPrefix(s[8:], " [") || s[5] != ':' && s[5] != '.' { // 10:11.12 of structlog
		return c, true
	}
	sec, ok := number(s[6:], 2)
	if !ok || sec > 60 { // 60: a leap second
		return c, false
	}
	c.sec, c.len, c.seconds = sec, 8, true
	if len(s) > 9 && (s[8] == '.' || s[8] == ',' || s[8] == ':') {
		c.fraction = digits(s[9:])
		if s[8] == ':' && (c.fraction != 3 || !stampEnds(s[12:])) { // HH:mm:ss:SSS of Java's layouts
			c.fraction = 0
		}
		c.nsec = nanoseconds(s[9 : 9+c.fraction])
		if c.fraction > 0 {
			c.len += 1 + c.fraction
		}
	}
	return c, true
}

func kitchen(s string) (c clockTime, ok bool) {
	n := digits(s)
	if n < 1 || n > 2 || len(s) < n+5 || s[n] != ':' || s[n+3] != 'A' && s[n+3] != 'P' || s[n+4] != 'M' {
		return c, false
	}
	h, _ := number(s, n)
	m, ok := number(s[n+1:], 2)
	if !ok || h < 1 || h > 12 || m > 59 {
		return c, false
	}
	h %= 12
	if s[n+3] == 'P' {
		h += 12
	}
	return clockTime{hour: h, min: m, len: n + 5}, true
}

// nanoseconds parses the digits of a fraction, ignoring those after the ninth.
func nanoseconds(s string) int {
	v := 0
	for i := range 9 {
		v *= 10
		if i < len(s) {
			v += int(s[i] - '0')
		}
	}
	return v
}

func validDate(y, mo, d int) bool {
	if mo < 1 || mo > 12 || d < 1 {
		return false
	}
	if mo == 2 && d == 29 {
		return y%4 == 0 && (y%100 != 0 || y%400 == 0)
	}
	return d <= [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[mo-1]
}

func month(s string) int {
	const names = "JanFebMarAprMayJunJulAugSepOctNovDec"
	for i := 0; i < len(names); i += 3 {
		if names[i:i+3] == s {
			return i/3 + 1
		}
	}
	return 0
}

// fieldTime parses the value of a time field: a complete time as text, or the time since
// the epoch.
func (p *parser) fieldTime(v slog.Value) (time.Time, bool) {
	switch v.Kind() {
	case slog.KindString:
		s := strings.TrimRight(v.String(), " ") // .NET's formats end in a space
		if st, ok := p.isoStamp(s); ok {
			if st.len == len(s) {
				return st.time, true
			}
			if st.offset || st.zulu {
				return time.Time{}, false
			}
			z, n := p.stampZone(s[st.len:])
			return inZone(st.time, cmp.Or(z, time.UTC)), z != nil && st.len+n == len(s)
		}
		if t, ok := p.epoch(s); ok {
			return t, true
		}
		st, ok := p.dateStamp(s)
		return st.time, ok && st.len == len(s)
	case slog.KindInt64:
		return p.epochUnits(v.Int64(), 0)
	case slog.KindFloat64:
		return p.epochFloat(v.Float64())
	}
	return time.Time{}, false
}

// epochFloat uses the shortest decimal of f, since the exact nanoseconds of the float are
// rounding errors.
func (p *parser) epochFloat(f float64) (time.Time, bool) {
	if !(f >= 1e8 && f < 1e19) {
		return time.Time{}, false
	}
	var buf [32]byte
	return p.epoch(string(strconv.AppendFloat(buf[:0], f, 'f', -1, 64)))
}

// epoch parses a decimal number of seconds or of a smaller unit.
func (p *parser) epoch(s string) (time.Time, bool) {
	n := digits(s)
	if n == 0 || n > 19 {
		return time.Time{}, false
	}
	v, err := strconv.ParseInt(s[:n], 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	frac := 0
	if n < len(s) {
		f := s[n+1:]
		if s[n] != '.' || f == "" || !isNumber(f) {
			return time.Time{}, false
		}
		frac = nanoseconds(f)
	}
	return p.epochUnits(v, frac)
}

// epochUnits distinguishes seconds, milliseconds, microseconds and nanoseconds by their
// size: each range is from 1973 to 2286. A number outside of these ranges is not a time.
// frac is in billionths of the unit.
func (p *parser) epochUnits(v int64, frac int) (time.Time, bool) {
	var t time.Time
	switch {
	case 1e8 <= v && v < 1e10:
		t = time.Unix(v, int64(frac))
	case 1e11 <= v && v < 1e13:
		t = time.UnixMilli(v).Add(time.Duration(frac / 1e3))
	case 1e14 <= v && v < 1e16:
		t = time.UnixMicro(v).Add(time.Duration(frac / 1e6))
	case 1e17 <= v:
		t = time.Unix(v/1e9, v%1e9)
	default:
		return t, false
	}
	return t.In(p.now.Location()), true
}
