package logline

import (
	"cmp"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// ParseRecord is [Parse], with a record as the result; see [Line.Record]. A line that looks
// like a record in Python Logbook's JSON form and is none is the message.
func ParseRecord(line []byte, now time.Time, channel string) *logbook.Record {
	l := Parse(line, now)
	r := l.WireRecord()
	if r == nil {
		r, _ = l.Record(now, channel) // has no error
	}
	return r
}

// WireRecord returns the record of a [Wire] line. If the line only looks like such a record,
// WireRecord sets its Format to [Plain], so that it is the message of its record, and returns
// nil, as it does for the lines of other formats.
func (l *Line) WireRecord() *logbook.Record {
	if l.Format != Wire {
		return nil
	}
	r, err := l.Record(time.Time{}, "")
	if err != nil {
		l.Format = Plain
		return nil
	}
	return r
}

// Record returns the record of a line. now and channel apply to a line that has no time or
// no channel. The process id and the source are attributes as well, since few formatters
// write them: "pid" and "caller", unless the line has them as fields. The message is literal:
// braces in it have no meaning. The error is that of a [Wire] line that is not a valid record.
func (l Line) Record(now time.Time, channel string) (*logbook.Record, error) {
	if l.Format == Wire {
		r := new(logbook.Record)
		if err := r.UnmarshalJSON([]byte(l.Message)); err != nil {
			return nil, err
		}
		return r, nil
	}
	return logbook.NewRecord(l.Data(now, channel)), nil
}

// Data returns the content of the record that [Line.Record] returns, for a program that makes
// the record itself. The line must not be a [Wire] line.
func (l Line) Data(now time.Time, channel string) logbook.RecordData {
	const unknown = -1
	d := logbook.RecordData{
		Time: l.Time, Level: l.Level, Channel: cmp.Or(l.Channel, channel), Message: l.Message,
		Attrs: l.Attrs, Source: l.Source, PID: cmp.Or(l.PID, unknown),
	}
	if l.PID != 0 && !l.hasPID {
		d.Attrs = append(d.Attrs, slog.Int("pid", l.PID))
	}
	if l.Source != nil && !l.hasSource {
		d.Attrs = append(d.Attrs, slog.String("caller", caller(l.Source)))
	}
	if d.Time.IsZero() {
		d.Time = now
	}
	setError(&d, l.Err, l.Stack)
	return d
}

// caller returns a source as loggers write it.
func caller(s *slog.Source) string {
	text := s.File
	if s.Line != 0 {
		text += ":" + strconv.Itoa(s.Line)
	}
	if s.Function == "" {
		return text
	}
	return strings.TrimPrefix(text+" "+s.Function, " ")
}
