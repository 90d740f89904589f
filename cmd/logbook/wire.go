package main

import (
	"cmp"
	"slices"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
)

// wireRecord returns the record of a line in Python Logbook's form, and fills in the parts of
// the line. Of a line that only looks like one, it makes a plain line, and returns nil.
func wireRecord(l *logline.Line) *logbook.Record {
	r := l.WireRecord()
	if r == nil {
		return nil
	}
	d := r.Data()
	l.Time, l.Level, l.HasLevel, l.Channel, l.Message = d.Time, d.Level, true, d.Channel, d.Message
	l.Attrs = slices.Concat(d.Attrs, d.Extra)
	l.PID, l.Source = d.PID, d.Source
	if d.Error != nil {
		l.Err, l.Stack = d.Error.String(), d.Error.Traceback()
	}
	return r
}

// wire returns what is shown of a record in Python Logbook's form.
func (p *pipe) wire(r *logbook.Record) *logbook.Record {
	if p.pick.all() && p.location == nil {
		return r
	}
	d := r.Data()
	if p.location != nil {
		d.Time = d.Time.In(p.location)
	}
	d.Attrs, d.Extra = p.pick.attrs("", d.Attrs), p.pick.attrs("", d.Extra)
	if p.pick.hide["error"] {
		d.Error = nil
	}
	if p.pick.hide["stack"] && d.Error != nil {
		e := *d.Error
		e.Stack, e.Trace = nil, ""
		d.Error = &e
	}
	d.PID = cmp.Or(d.PID, -1)
	return logbook.NewRecord(d)
}
