package encode

import "time"

// AppendDuration appends d in the format of [time.Duration.String].
func AppendDuration(b []byte, d time.Duration) []byte {
	u := uint64(d)
	if d < 0 {
		b = append(b, '-')
		u = -u
	}
	switch {
	case u == 0:
		return append(b, '0', 's')
	case u < uint64(time.Microsecond):
		return append(AppendUint(b, u), 'n', 's')
	case u < uint64(time.Millisecond):
		whole := u / 1000
		b = appendFraction(AppendUint(b, whole), uint32(u-whole*1000)*1e5)
		return append(b, "µs"...)
	case u < uint64(time.Second):
		whole := u / 1e6
		b = appendFraction(AppendUint(b, whole), uint32(u-whole*1e6)*100)
		return append(b, 'm', 's')
	}
	secs := u / 1e9
	nanos := uint32(u - secs*1e9)
	if secs >= 60 {
		minutes := secs / 60
		secs -= minutes * 60
		if minutes >= 60 {
			hours := minutes / 60
			minutes -= hours * 60
			b = append(AppendUint(b, hours), 'h')
		}
		b = append(AppendUint(b, minutes), 'm')
	}
	b = AppendUint(b, secs)
	if last := nanos % 10; last != 0 {
		b = append(grow(b, 10), '.')
		b = put8(b, digits8(nanos/10), 8)
		b = append(b, '0'+byte(last))
	} else {
		b = appendFraction(b, nanos/10)
	}
	return append(b, 's')
}
