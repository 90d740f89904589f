package logline

import (
	"strings"
	"time"
)

const directives = "YymdejbBaAHIpMSfszZTDF%"

// badDirective returns the first directive of a layout that strptime does not know, or "".
func badDirective(layout string) string {
	for i := 0; i < len(layout); i++ {
		if layout[i] != '%' {
			continue
		}
		if i++; i == len(layout) {
			return "%"
		}
		if strings.IndexByte(directives, layout[i]) < 0 {
			return layout[i-1 : i+1]
		}
	}
	return ""
}

// timeParts are the parts of a time that a layout named.
type timeParts struct {
	year, month, day, yearDay   int
	hour, min, sec, nsec        int
	pm, twelve, dated, yearless bool
	zone                        *time.Location
	epoch                       time.Time
}

// strptime parses a time at the start of s by the directives of strftime, and returns its
// length.
func (p *parser) strptime(s, layout string) (time.Time, int, bool) {
	t := timeParts{yearless: true}
	n, ok := t.parse(s, layout)
	if !ok {
		return time.Time{}, 0, false
	}
	at, ok := p.complete(&t)
	return at, n, ok
}

func (t *timeParts) parse(s, layout string) (n int, ok bool) {
	for i := 0; i < len(layout); i++ {
		c := layout[i]
		if c != '%' {
			if n == len(s) || s[n] != c {
				return n, false
			}
			n++
			continue
		}
		i++
		k, ok := t.directive(layout[i], s[n:])
		if !ok {
			return n, false
		}
		n += k
		next := byte(0)
		if i+1 < len(layout) {
			next = layout[i+1]
		}
		if layout[i] == 'S' || layout[i] == 'T' {
			n += t.fraction(s[n:], next)
		}
	}
	return n, true
}

// fraction takes a fraction after the seconds, unless the layout has it.
func (t *timeParts) fraction(s string, next byte) int {
	if len(s) < 2 || s[0] != '.' && s[0] != ',' || s[0] == next {
		return 0
	}
	d := digits(s[1:])
	if d == 0 {
		return 0
	}
	t.nsec = nanoseconds(s[1 : 1+d])
	return 1 + d
}

// directive parses a part of a time and returns its length.
func (t *timeParts) directive(c byte, s string) (n int, ok bool) {
	field := func(v *int, most, low, high int) (int, bool) {
		n := min(digits(s), most)
		if n == 0 {
			return 0, false
		}
		*v, _ = number(s, n)
		return n, low <= *v && *v <= high
	}
	switch c {
	case 'Y':
		t.yearless = false
		return field(&t.year, 4, 1, 9999)
	case 'y':
		t.yearless = false
		n, ok = field(&t.year, 2, 0, 99)
		if t.year += 1900; t.year < 1969 {
			t.year += 100
		}
		return n, ok
	case 'm':
		t.dated = true
		return field(&t.month, 2, 1, 12)
	case 'd', 'e':
		t.dated = true
		blank := len(s) - len(strings.TrimLeft(s, " "))
		s = s[blank:]
		n, ok = field(&t.day, 2, 1, 31)
		return blank + n, ok && blank <= 1
	case 'j':
		t.dated = true
		return field(&t.yearDay, 3, 1, 366)
	case 'b', 'B':
		t.dated = true
		if len(s) < 3 {
			return 0, false
		}
		t.month = month(s[:3])
		return name(s, c == 'B'), t.month != 0
	case 'a', 'A':
		return name(s, c == 'A'), s != "" && isUpper(s[0])
	case 'H':
		return field(&t.hour, 2, 0, 23)
	case 'I':
		t.twelve = true
		return field(&t.hour, 2, 1, 12)
	case 'p':
		if len(s) < 2 || s[1]|0x20 != 'm' || s[0]|0x20 != 'a' && s[0]|0x20 != 'p' {
			return 0, false
		}
		t.pm = s[0]|0x20 == 'p'
		return 2, true
	case 'M':
		return field(&t.min, 2, 0, 59)
	case 'S':
		return field(&t.sec, 2, 0, 60)
	case 'f':
		n = digits(s)
		t.nsec = nanoseconds(s[:n])
		return n, n > 0
	case 's':
		n = digits(s)
		v, ok := number(s, min(n, 18))
		t.epoch = time.Unix(int64(v), 0)
		return n, ok && n > 0 && n < 12
	case 'z', 'Z':
		zone, n := zone(s)
		if zone == nil {
			if zone, n = bareZone(s); zone == nil {
				return 0, false
			}
		}
		t.zone = zone
		return n, true
	case 'T':
		return t.parse(s, "%H:%M:%S")
	case 'D':
		return t.parse(s, "%m/%d/%y")
	case 'F':
		return t.parse(s, "%Y-%m-%d")
	}
	return 1, s != "" && s[0] == '%'
}

// bareZone is zone for a zone without a space before it.
func bareZone(s string) (*time.Location, int) {
	z, n := zone(" " + s)
	return z, n - 1
}

// name returns the length of a name of a month or day.
func name(s string, full bool) int {
	n := 0
	for n < len(s) && (isUpper(s[n]) || isLower(s[n])) && (full || n < 3) {
		n++
	}
	return n
}

// complete returns the time, with the parts that are not named from now.
func (p *parser) complete(t *timeParts) (time.Time, bool) {
	loc := p.now.Location()
	if t.zone != nil {
		loc = t.zone
	}
	if !t.epoch.IsZero() {
		return t.epoch.Add(time.Duration(t.nsec)).In(loc), true
	}
	if t.twelve {
		t.hour %= 12
		if t.pm {
			t.hour += 12
		}
	}
	c := clockTime{hour: t.hour, min: t.min, sec: t.sec, nsec: t.nsec}
	q := parser{now: p.now.In(loc)}
	switch {
	case t.yearDay > 0 && !t.yearless:
		return c.on(t.year, 1, t.yearDay, loc), true
	case t.yearDay > 0:
		limit := q.now.AddDate(0, 0, 1)
		at := c.on(limit.Year(), 1, t.yearDay, loc)
		if at.After(limit) {
			at = c.on(limit.Year()-1, 1, t.yearDay, loc)
		}
		return at, true
	case !t.dated && t.yearless:
		return q.today(c), true
	case t.yearless:
		return q.withYear(t.month, t.day, c)
	}
	t.month, t.day = max(t.month, 1), max(t.day, 1)
	return c.on(t.year, t.month, t.day, loc), validDate(t.year, t.month, t.day)
}
