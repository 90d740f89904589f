package encode

import (
	"encoding/binary"
	"sync/atomic"
	"time"
)

// The two layouts for [time.Time.Format].
const (
	layoutRFC3339 = "2006-01-02T15:04:05.000000Z07:00"
	layoutText    = "2006-01-02 15:04:05.000000-0700"
)

// A TimeCache appends times and caches the text of one second at one location. Its zero
// value is ready for use. It must not be copied.
//
// A hit takes about a tenth of the time of a miss. Times of many seconds or locations
// cost a miss each but few allocations: only one miss in missesPerRefresh replaces the
// cached second.
//
// Years before 0 and after 9999, which RFC 3339 cannot express, are formatted by
// [time.Time.Format]. A zone that is a day or more away from UTC is shown as UTC. The
// seconds of a zone's offset are dropped, as by Format.
//
// A location must not be overwritten (*time.Local = ...): the change would take effect
// from the next second on.
type TimeCache struct {
	second atomic.Pointer[second]
	misses atomic.Uint32
}

// missesPerRefresh limits the allocations of a series of misses. The few misses at the
// start of a busy second hardly matter.
const missesPerRefresh = 16

// A second is the text of one second at one location, with space for the microseconds.
// A zone's offset changes only between seconds, so the second and the location determine
// the text.
type second struct {
	unix    int64
	loc     *time.Location // the pointer keeps the address from being reused
	text    [32]byte
	rfc3339 [32]byte
	rfcLen  int
}

// MicrosPos is where the microseconds begin in a time of either layout.
const MicrosPos = len("2006-01-02T15:04:05.")

const textLen = len(layoutText)

// AppendRFC3339 appends t as 2006-01-02T15:04:05.000000Z07:00.
func (c *TimeCache) AppendRFC3339(b []byte, t time.Time) []byte {
	s := c.second.Load()
	if s == nil || s.unix != t.Unix() || s.loc != t.Location() {
		return c.missRFC3339(b, t)
	}
	return appendSecond(b, &s.rfc3339, s.rfcLen, t)
}

// AppendText appends t as 2006-01-02 15:04:05.000000-0700.
func (c *TimeCache) AppendText(b []byte, t time.Time) []byte {
	s := c.second.Load()
	if s == nil || s.unix != t.Unix() || s.loc != t.Location() {
		return c.missText(b, t)
	}
	return appendSecond(b, &s.text, textLen, t)
}

func (c *TimeCache) missRFC3339(b []byte, t time.Time) []byte {
	if t = printable(t); !FourDigitYear(t) {
		return t.AppendFormat(b, layoutRFC3339)
	}
	var s second
	c.render(&s, t)
	return appendSecond(b, &s.rfc3339, s.rfcLen, t)
}

func (c *TimeCache) missText(b []byte, t time.Time) []byte {
	if t = printable(t); !FourDigitYear(t) {
		return t.AppendFormat(b, layoutText)
	}
	var s second
	c.render(&s, t)
	return appendSecond(b, &s.text, textLen, t)
}

// render sets s to the second of t, and caches a copy once in missesPerRefresh calls.
func (c *TimeCache) render(s *second, t time.Time) {
	s.set(t)
	if c.misses.Add(1)%missesPerRefresh == 1 {
		kept := new(second)
		*kept = *s
		c.second.Store(kept)
	}
}

// appendSecond appends the n bytes of a rendered second with the microseconds
// of t in their place.
func appendSecond(b []byte, rendered *[32]byte, n int, t time.Time) []byte {
	b = grow(b, len(rendered))
	i := len(b)
	line := (*[32]byte)(b[i : i+32])
	*line = *rendered
	PutMicros(line[MicrosPos:], t)
	return b[:i+n]
}

// PutMicros writes the six digits of the microseconds of t to the start of b, which must
// be longer than six bytes.
func PutMicros(b []byte, t time.Time) {
	micros := uint32(t.Nanosecond()) / 1000
	millis := micros / 1000
	digits := (*[7]byte)(b)
	behind := digits[6]
	binary.LittleEndian.PutUint32(digits[:4], threeDigits[millis])
	binary.LittleEndian.PutUint32(digits[3:7], threeDigits[micros-1000*millis]|uint32(behind)<<24)
}

// FourDigitYear reports whether the year has four digits, as RFC 3339 requires.
func FourDigitYear(t time.Time) bool {
	year := t.Year()
	return 0 <= year && year <= 9999
}

// printable returns t in UTC if its zone is a day or more away from it.
func printable(t time.Time) time.Time {
	if _, offset := t.Zone(); offset <= -86400 || offset >= 86400 {
		return t.UTC()
	}
	return t
}

// set renders the second of t, which must be printable and have a year of four digits,
// with zeros for the microseconds.
func (s *second) set(t time.Time) {
	s.unix, s.loc = t.Unix(), t.Location()

	_, offset := t.Zone()
	year, month, day := t.Date()
	hour, minute, sec := t.Clock()
	line := append(s.text[:0], "0000-00-00 00:00:00.000000+0000"...)
	put2(line[0:], year/100)
	put2(line[2:], year%100)
	put2(line[5:], int(month))
	put2(line[8:], day)
	put2(line[11:], hour)
	put2(line[14:], minute)
	put2(line[17:], sec)
	zone := offset / 60
	if zone < 0 {
		zone = -zone
		line[26] = '-'
	}
	put2(line[27:], zone/60)
	put2(line[29:], zone%60)

	line = append(s.rfc3339[:0], line...)
	line[10] = 'T'
	if offset == 0 {
		line = append(line[:26], 'Z')
	} else {
		line = append(line[:29], ':', line[29], line[30])
	}
	s.rfcLen = len(line)
}

// put2 writes the two digits of v, which must be below 100, over the first two bytes of b.
func put2(b []byte, v int) {
	binary.LittleEndian.PutUint16(b, uint16(threeDigits[v]>>8))
}

// The range of times that [AppendRFC3339] formats itself, in seconds since 1970 of the
// zone's local time.
const (
	year0     = -62167219200
	year10000 = 253402300800
)

// AppendRFC3339 appends t in the format [time.RFC3339Nano]. It is meant for attributes,
// whose times are of many different seconds, and has no cache.
func AppendRFC3339(b []byte, t time.Time) []byte {
	_, offset := t.Zone()
	local := t.Unix() + int64(offset)
	if local < year0 || local >= year10000 || offset <= -86400 || offset >= 86400 {
		return printable(t).AppendFormat(b, time.RFC3339Nano)
	}
	year, month, day, clock := civil(local)
	b = grow(b, len("2006-01-02T15:04:05.123456789+00:00"))
	i := len(b)
	b = append(b, "0000-00-00T00:00:00"...)
	line := (*[19]byte)(b[i:])
	century := year / 100
	put2(line[0:], int(century))
	put2(line[2:], int(year-century*100))
	put2(line[5:], int(month))
	put2(line[8:], int(day))
	minutes := clock / 60
	hours := minutes / 60
	put2(line[11:], int(hours))
	put2(line[14:], int(minutes-hours*60))
	put2(line[17:], int(clock-minutes*60))
	if nanos := uint32(t.Nanosecond()); nanos != 0 {
		tenth := nanos / 10
		if last := nanos - tenth*10; last != 0 {
			b = put8(append(b, '.'), digits8(tenth), 8)
			b = append(b, '0'+byte(last))
		} else {
			b = appendFraction(b, tenth)
		}
	}
	if offset == 0 {
		return append(b, 'Z')
	}
	sign, zone := byte('+'), offset/60
	if zone < 0 {
		sign, zone = '-', -zone
	}
	b = append(b, sign, '0', '0', ':', '0', '0')
	put2(b[len(b)-5:], zone/60)
	put2(b[len(b)-2:], zone%60)
	return b
}

// civil returns the date of a second since 1970, and the second of the day. The year must
// not be before 0. It counts years from March to February, so that a leap day is the last
// day of its year, starting 400 years before the year 0.
//
// It is the algorithm of Neri and Schneider: a product has the quotient of a division in
// its upper half, and a fraction that gives the remainder in its lower half.
func civil(second int64) (year, month, day, clock uint32) {
	const (
		daysOf400Years = 146097
		marchToEpoch   = 719468 + daysOf400Years // from the first of March -400 to 1970
		perQuarterDay  = 1<<32/1461 + 1          // a year is 1461 quarters of a day
		perDay         = 2141                    // five months are 153 days: 1<<16*5/153
	)
	s := uint64(second + marchToEpoch*86400)
	days := uint32(s / 86400)
	clock = uint32(s - uint64(days)*86400)

	quarters := 4*days + 3
	century := quarters / daysOf400Years
	years := perQuarterDay * uint64((quarters-century*daysOf400Years)|3)
	dayOfYear := uint32(years) / perQuarterDay / 4
	months := perDay*dayOfYear + 197913 // the first of March is in month 3
	day = months&0xffff/perDay + 1
	month, year = months>>16, 100*century+uint32(years>>32)-400
	if month > 12 {
		month, year = month-12, year+1
	}
	return year, month, day, clock
}
