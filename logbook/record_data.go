package logbook

import (
	"log/slog"
	"slices"
	"time"
)

// RecordData is a record's content, for making one and for taking one apart.
type RecordData struct {
	Time    time.Time // zero: when it is dispatched
	Level   Level
	Channel string

	Message  string // as text; "": Template, rendered with the attributes
	Template string // as logged; "": the message

	Attrs []slog.Attr // With's and the call's
	Extra []slog.Attr // the processors'

	Error     *ErrorInfo   // nil: none
	Cause     error        // the error itself, if it is at hand; nil where it was received
	Source    *slog.Source // nil: not known
	PID       int          // 0: this process; negative: not known
	Goroutine uint64       // 0: not known
}

// NewRecord returns a record made of d, to be changed, dispatched, kept or
// formatted. It is not pooled.
func NewRecord(d RecordData) *Record {
	r := &Record{content: content{
		level: d.Level, time: d.Time, timed: !d.Time.IsZero(), channel: d.Channel,
		template: d.Template, message: cut(d.Message, maxMessage),
		source: d.Source, pid: d.PID, goroutine: d.Goroutine,
	}, call: slices.Clone(d.Attrs), extra: slices.Clone(d.Extra)}
	switch {
	case r.pid == 0:
		r.pid = pid
	case r.pid < 0:
		r.pid = 0
	}
	switch {
	case d.Template == "":
		r.template, r.rendered, r.literal = r.message, true, true
	case d.Message != "":
		r.rendered = true
	}
	if d.Error != nil || d.Cause != nil {
		e := &loggedError{err: d.Cause}
		if d.Error != nil {
			e.info.Store(d.Error)
		}
		r.call = append(r.call, slog.Any("error", e))
	}
	return r
}

// Data returns the record's content. What was given to Exception or Err stands
// in Error and Cause, not among the attributes.
func (r *Record) Data() RecordData {
	r.alive()
	d := RecordData{
		Time: r.time.Round(0), Level: r.level, Channel: r.channel,
		Message: r.Message(), Template: r.template,
		Extra: slices.Clone(r.extra),
		PID:   r.pid, Goroutine: r.Goroutine(),
	}
	if r.source != nil || r.pc != 0 {
		s := *r.Source()
		d.Source = &s
	}
	if e := r.exception(); e != nil {
		d.Error, d.Cause = e.Info(), e.err
	}
	eachLogged(r.scope, withoutErrors(r.call), func(a slog.Attr) bool {
		if _, ok := errorValue(a.Value); !ok {
			d.Attrs = append(d.Attrs, a)
		}
		return true
	})
	return d
}

// withoutErrors returns the attributes that were not made by Exception or Err.
func withoutErrors(attrs []slog.Attr) []slog.Attr {
	isError := func(a slog.Attr) bool { _, ok := errorValue(a.Value); return ok }
	if !slices.ContainsFunc(attrs, isError) {
		return attrs
	}
	return slices.DeleteFunc(slices.Clone(attrs), isError)
}
