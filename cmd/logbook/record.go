package main

import (
	"time"

	"github.com/logbook-go/logbook/internal/logline"
	"github.com/logbook-go/logbook/logbook"
)

// newRecord returns the record of a log line. now and channel apply to a line that has
// no time or no channel. The message is literal: braces in it have no meaning.
func newRecord(line []byte, now time.Time, channel string) *logbook.Record {
	l := logline.Parse(line, now)
	if l.Format == logline.Wire {
		r := new(logbook.Record)
		if r.UnmarshalJSON([]byte(l.Message)) == nil {
			return r
		}
		// Not a valid record, so the line is the message.
	}
	d := logbook.RecordData{
		Time: l.Time, Level: l.Level, Channel: l.Channel, Message: l.Message,
		Attrs: l.Attrs, Source: l.Source, PID: l.PID,
	}
	if d.Time.IsZero() {
		d.Time = now
	}
	if d.Channel == "" {
		d.Channel = channel
	}
	setError(&d, l.Err, l.Stack)
	return logbook.NewRecord(d)
}
