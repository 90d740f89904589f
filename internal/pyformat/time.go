package pyformat

import (
	"strconv"
	"time"
)

// AppendTime appends t like Python's strftime in the C locale. The directives are
//
//	%Y %y %m %d %e %j   year, month, day, day of the year
//	%b %B %a %A         names
//	%H %I %M %S %f %p   time of day; %f is six digits
//	%z %Z               +0200, the zone's name
//	%U %W %V %G %u %w   weeks and days of the week
//	%c %x %X %D %F %T %R %s %n %t %%
//
// All other text is copied. AppendTime does not allocate if b has enough capacity.
func AppendTime(b []byte, t time.Time, layout string) []byte {
	f := splitTime(t)
	return f.append(b, layout)
}

// timeFields holds the parts of a time.
type timeFields struct {
	t                    time.Time // in UTC, shifted to show the local time
	year                 int
	month                time.Month
	day                  int
	hour, minute, second int
	zone                 string
	offset               int // seconds east of UTC
}

// splitTime looks up the zone once: Date and Clock of a time that is not in UTC would look
// it up again, which costs 20 ns.
func splitTime(t time.Time) timeFields {
	var f timeFields
	f.zone, f.offset = t.Zone()
	f.t = time.Unix(t.Unix()+int64(f.offset), int64(t.Nanosecond())).UTC()
	f.year, f.month, f.day = f.t.Date()
	f.hour, f.minute, f.second = f.t.Clock()
	return f
}

func (f *timeFields) append(b []byte, layout string) []byte {
	for i := 0; i < len(layout); i++ {
		c := layout[i]
		if c != '%' || i+1 == len(layout) {
			b = append(b, c)
			continue
		}
		i++
		switch layout[i] {
		case 'Y':
			b = appendYear(b, f.year)
		case 'm':
			b = append2(b, int(f.month))
		case 'd':
			b = append2(b, f.day)
		case 'H':
			b = append2(b, f.hour)
		case 'M':
			b = append2(b, f.minute)
		case 'S':
			b = append2(b, f.second)
		case 'f':
			b = append6(b, f.t.Nanosecond()/1000)
		case 'z':
			b = appendOffset(b, f.offset, "")
		default:
			b = f.appendRare(b, layout[i])
		}
	}
	return b
}

func (f *timeFields) appendRare(b []byte, directive byte) []byte {
	switch directive {
	case '%':
		return append(b, '%')
	case 'n':
		return append(b, '\n')
	case 't':
		return append(b, '\t')
	case 'y':
		return append2(b, (f.year%100+100)%100)
	case 'e':
		if f.day < 10 {
			b = append(b, ' ')
		}
		return strconv.AppendInt(b, int64(f.day), 10)
	case 'j':
		day := f.t.YearDay()
		return append2(append(b, byte('0'+day/100)), day%100)
	case 'b':
		return append(b, f.month.String()[:3]...)
	case 'B':
		return append(b, f.month.String()...)
	case 'a':
		return append(b, f.t.Weekday().String()[:3]...)
	case 'A':
		return append(b, f.t.Weekday().String()...)
	case 'I':
		return append2(b, (f.hour+11)%12+1)
	case 'p':
		if f.hour < 12 {
			return append(b, "AM"...)
		}
		return append(b, "PM"...)
	case 'Z':
		if f.zone == "" {
			return appendOffset(b, f.offset, "")
		}
		return append(b, f.zone...)
	case 's':
		return strconv.AppendInt(b, f.t.Unix()-int64(f.offset), 10)
	case 'U': // weeks begin on Sunday, the days before the first are week 0
		return append2(b, (f.t.YearDay()+6-int(f.t.Weekday()))/7)
	case 'W': // the same from Monday
		return append2(b, (f.t.YearDay()+6-(int(f.t.Weekday())+6)%7)/7)
	case 'V':
		_, week := f.t.ISOWeek()
		return append2(b, week)
	case 'G':
		year, _ := f.t.ISOWeek()
		return appendYear(b, year)
	case 'w':
		return append(b, byte('0'+f.t.Weekday()))
	case 'u':
		return append(b, byte('1'+(f.t.Weekday()+6)%7))
	case 'c':
		return f.append(b, "%a %b %e %H:%M:%S %Y")
	case 'x', 'D':
		return f.append(b, "%m/%d/%y")
	case 'X', 'T':
		return f.append(b, "%H:%M:%S")
	case 'F':
		return f.append(b, "%Y-%m-%d")
	case 'R':
		return f.append(b, "%H:%M")
	}
	return append(b, '%', directive)
}

// appendTimeText appends t like Python's str: with microseconds if there are any, and the
// zone. If there are nanoseconds, which Python does not have, it appends them, too.
func appendTimeText(b []byte, t time.Time) []byte {
	f := splitTime(t)
	b = f.append(b, "%Y-%m-%d %H:%M:%S")
	if nanos := t.Nanosecond(); nanos != 0 {
		b = append6(append(b, '.'), nanos/1000)
		if nanos %= 1000; nanos != 0 {
			b = append2(append(b, byte('0'+nanos/100)), nanos%100)
		}
	}
	return appendOffset(b, f.offset, ":")
}

// appendOffset appends an offset such as +0200, with seconds only if there are any.
func appendOffset(b []byte, seconds int, colon string) []byte {
	sign, s := byte('+'), uint(seconds)
	if seconds < 0 {
		sign, s = '-', -s
	}
	b = append(b, sign)
	if hours := s / 3600; hours < 100 {
		b = append2(b, int(hours))
	} else { // not a real zone, but possible with time.FixedZone
		b = strconv.AppendUint(b, uint64(hours), 10)
	}
	b = append2(append(b, colon...), int(s/60%60))
	if s %= 60; s != 0 {
		b = append2(append(b, colon...), int(s))
	}
	return b
}

// appendYear appends at least four digits.
func appendYear(b []byte, year int) []byte {
	if year < 0 || year > 9999 {
		return strconv.AppendInt(b, int64(year), 10)
	}
	return append2(append2(b, year/100), year%100)
}

func append6(b []byte, n int) []byte {
	return append2(append2(append2(b, n/10000), n/100%100), n%100)
}

// append2 appends two digits.
func append2(b []byte, n int) []byte {
	return append(b, byte('0'+n/10), byte('0'+n%10))
}
