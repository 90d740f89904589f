package logbook

import (
	"log/slog"
	"slices"
	"time"
)

// RecordData is the content of a record, for [NewRecord] and [Record.Data].
type RecordData struct {
	Time    time.Time // default: when it is dispatched
	Level   Level
	Channel string

	Message  string // default: Template, rendered with the attributes
	Template string // default: Message, without fields

	Attrs []slog.Attr // With's and the call's
	Extra []slog.Attr // the processors'

	Error     *ErrorInfo   // nil if there is none
	Cause     error        // the error itself; nil in received records
	Source    *slog.Source // nil if unknown
	PID       int          // 0 for this process; negative if unknown
	Goroutine uint64       // 0 if unknown
	Origin    Origin       // of a received record, if it is known
}

// Origin identifies a record that was received, whatever the number of times that it comes:
// by who sent it, and its number there, from 1. The zero value is unknown. It is not part of
// what formatters write.
type Origin struct {
	Instance string // a name that no other sender, and no other run of it, has
	Number   uint64
}

// NewRecord returns a record with the content of d. It is not pooled, and may be
// changed, dispatched, kept and formatted.
func NewRecord(d RecordData) *Record {
	r := &Record{content: content{
		level: d.Level, time: d.Time, timed: !d.Time.IsZero(), channel: d.Channel,
		template: d.Template, message: cut(d.Message, maxMessage),
		source: d.Source, pid: d.PID, goroutine: d.Goroutine,
	}, call: slices.Clone(d.Attrs), extra: slices.Clone(d.Extra)}
	if d.Origin != (Origin{}) {
		origin := d.Origin // not d, which would be on the heap then
		r.origin = &origin
	}
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

// Data returns the record's content. An error of Exception or Err is in Error and
// Cause, not among the attributes.
func (r *Record) Data() RecordData {
	r.alive()
	d := RecordData{
		Time: r.time.Round(0), Level: r.level, Channel: r.channel,
		Message: r.Message(), Template: r.template,
		Extra: slices.Clone(r.extra),
		PID:   r.pid, Goroutine: r.Goroutine(), Origin: r.Origin(),
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
