package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logline"
)

// selection says which records pipe passes on.
type selection struct {
	since, until time.Time // zero: without a bound
	grep         []*regexp.Regexp
	where        []*condition

	first, last time.Time // of the records that are out of these bounds
	inTime      bool      // a record was within
}

// keeps reports whether a record is selected. at is its time, or the one it is given.
func (s *selection) keeps(l *logline.Line, at time.Time) bool {
	if !s.since.IsZero() && at.Before(s.since) || !s.until.IsZero() && at.After(s.until) {
		if s.first.IsZero() || at.Before(s.first) {
			s.first = at
		}
		if at.After(s.last) {
			s.last = at
		}
		return false
	}
	s.inTime = true
	if len(s.grep) > 0 && !s.matches(l.Raw) {
		return false
	}
	for _, c := range s.where {
		if !c.holds(l) {
			return false
		}
	}
	return true
}

// hint reports the bounds and the times of the records if none is within them. The zone of a bound
// may be another one than expected.
func (s *selection) hint(stderr io.Writer, zone *time.Location) {
	if s.inTime || s.first.IsZero() {
		return
	}
	format := func(t time.Time) string { return t.In(zone).Format("2006-01-02 15:04:05Z07:00") }
	asked := ""
	if !s.since.IsZero() {
		asked = " since " + format(s.since)
	}
	if !s.until.IsZero() {
		asked += " until " + format(s.until)
	}
	complain(stderr, "no record%s: they are from %s to %s", asked, format(s.first), format(s.last))
}

// colors matches the escape sequences that set colours.
var colors = regexp.MustCompile(`\x1b\[[0-9;:]*m`)

func (s *selection) matches(line string) bool {
	line = strings.TrimPrefix(line, "\ufeff") // a byte order mark
	if strings.Contains(line, "\x1b[") {
		line = colors.ReplaceAllString(line, "")
	}
	for _, re := range s.grep {
		if re.MatchString(line) {
			return true
		}
	}
	return false
}

// anyTime matches the times of logs.
var anyTime = func() *logline.Pattern {
	p, err := logline.ParsePattern("{time}")
	if err != nil {
		panic(err)
	}
	return p
}()

// readTime reads a point in time: a time as logs have them, a date, a time of today, or how long it is ago. ""
// is the zero time.
func readTime(flag, s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if d, err := text.ParseDuration(s); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
			return t, nil
		}
	}
	if t, err := time.Parse("15:04", s); err == nil {
		y, m, d := now.Date()
		return time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, now.Location()), nil
	}
	if l, ok := anyTime.Match([]byte(s), now); ok {
		return l.Time, nil
	}
	return time.Time{}, fmt.Errorf("invalid %s %q: want a time such as 2026-03-05T10:30:00Z, 2026-03-05 10:30, 2026-03-05 or 10:30, or how long ago, such as 15m", flag, s)
}

// readZone reads the name of a time zone.
func readZone(flag, s string) (*time.Location, error) {
	switch strings.ToLower(s) {
	case "local":
		return time.Local, nil
	case "utc", "z":
		return time.UTC, nil
	}
	loc, err := time.LoadLocation(s)
	if err != nil || s == "" {
		return nil, fmt.Errorf("invalid %s %q: want local, UTC, or a name such as Europe/Berlin", flag, s)
	}
	return loc, nil
}
