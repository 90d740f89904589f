package logbook

import (
	"fmt"
	"time"
)

// isoLayout is how Logbook's helpers.format_iso8601 writes a time, but always with
// six digits of a second: all versions of Logbook read those right, while
// Logbook up to 1.9.2 writes the microseconds without their leading zeros.
const isoLayout = "2006-01-02T15:04:05.000000Z"

// isoTime returns a time that is an attribute. It has nine digits of a second if six
// would cut it: only the time of a record is read as one.
func isoTime(t time.Time) string {
	if t.Nanosecond()%1000 != 0 {
		return t.UTC().Format("2006-01-02T15:04:05.000000000Z")
	}
	return t.UTC().Format(isoLayout)
}

func appendISOTime(b []byte, t time.Time) []byte {
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, isoLayout)
	return append(b, '"')
}

// isoLayouts are what Logbook's helpers.parse_iso8601 reads; Go reads a fraction
// of a second behind each. The zone may be missing: then it is UTC.
var isoLayouts = []string{
	"2006-01-02T15:04:05Z07:00",
	"2006-01-02T15:04:05",
	"2006-01-02T15:04Z07:00",
	"2006-01-02T15:04",
	"20060102T15:04:05Z07:00",
	"20060102T15:04:05",
}

// parseISOTime reads a time with 0 to 9 digits of a second.
func parseISOTime(s string) (time.Time, error) {
	for _, layout := range isoLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time of the form 2006-01-02T15:04:05.000000Z", cut(s, 64))
}
