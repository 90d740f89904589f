package logbook

import (
	"bytes"
	"time"
)

// day is a day at a location, in seconds since 1970.
type day struct {
	from, to int64
	loc      *time.Location
}

// appendTime appends the time of day with milliseconds, after the date if it is not
// today's, or if the line is the first one of the day.
func (f *consoleFormatter) appendTime(b []byte, t time.Time) []byte {
	n := len(b)
	b = lineTimes.AppendText(b, t)
	clock := bytes.IndexByte(b[n:], ' ') + 1
	end := n + clock + len("15:04:05.000")
	if d := f.today.Load(); d != nil && d.from <= t.Unix() && t.Unix() < d.to && d.loc == t.Location() {
		return append(b[:n], b[n+clock:end]...)
	}
	year, month, date := t.Date()
	if y, m, d := time.Now().In(t.Location()).Date(); y != year || m != month || d != date {
		return b[:end]
	}
	from := time.Date(year, month, date, 0, 0, 0, 0, t.Location())
	first := f.today.Swap(&day{from.Unix(), from.AddDate(0, 0, 1).Unix(), t.Location()}) == nil
	if first {
		return append(b[:n], b[n+clock:end]...)
	}
	return b[:end]
}
