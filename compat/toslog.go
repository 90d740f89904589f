package compat

import (
	"context"
	"log"
	"log/slog"
	"reflect"

	"github.com/logbook-go/logbook/logbook"
)

// ChannelKey is the key under which [ToSlog] hands over the channel.
const ChannelKey = "channel"

// ToSlog returns a handler that hands records to a slog handler, nil for that of
// [slog.Default]. For an [*slog.Logger] give its Handler:
//
//	compat.ToSlog(logger.Handler(), nil)
//
// The handler gets time, level, the rendered message, the caller, and as
// attributes the channel ("channel", first, unless it is empty) and the record's
// own, in their groups. The error of Exception and Err is the error that was
// given, under "error". A record from elsewhere that has a source but no caller
// has it under "source". The context is that of the call; its Enabled is asked
// before anything is computed, and what it declines goes on to the next handler.
//
// Level, Filter and Bubble of the options apply, the formatter does not. A record
// that the slog handler would bring back to Logbook is reported as a loop and
// goes on to the next handler.
func ToSlog(h slog.Handler, o *logbook.Options) logbook.Handler {
	exits.Store(true)
	if h == nil {
		h = slog.Default().Handler()
	}
	t := &toSlog{handler: h, loop: loopReport{errToSlog}}
	if o != nil {
		t.Options = *o
	}
	if writesToLog(h) {
		t.target = newLogTarget(log.Default())
	}
	return t
}

// writesToLog reports whether this is the handler that slog starts with. It
// prints through log.Default().
func writesToLog(h slog.Handler) bool {
	return reflect.TypeOf(h).String() == "*slog.defaultHandler"
}

type toSlog struct {
	logbook.Options
	handler slog.Handler
	target  *logTarget // of a handler that writes to log; else nil
	loop    loopReport
}

// Binding is that of the options. What slog does with the records is the program's
// choice: the default handler does not print what it declines.
func (h *toSlog) Binding() logbook.Binding {
	b := h.Options.Binding()
	b.NoCaller, b.Console = false, true
	b.Accept = h.enabled
	return b
}

func (h *toSlog) enabled(r *logbook.Record) bool {
	return h.handler.Enabled(r.Context(), r.Level().Level())
}

// Handle asks once more whether the handler is enabled, since batches come here
// without having been offered, and slog promises it.
func (h *toSlog) Handle(r *logbook.Record) error {
	if !h.enabled(r) {
		return logbook.ErrPass
	}
	if h.target != nil && h.target.locked(walkStack(0)) {
		return h.loop.decline(r)
	}
	ctx := r.Context()
	if !entrances.Load() {
		return h.handler.Handle(ctx, slogRecord(r))
	}
	f := &flight{text: r.Message(), time: r.Time(), pc: r.PC(), level: r.Level().Level().String()}
	defer f.start(ctx)()
	err := h.handler.Handle(context.WithValue(ctx, flightKey{}, f), slogRecord(r))
	back := f.land()
	if h.target != nil {
		h.target.leadsBack.Store(back)
	}
	if back {
		return h.loop.decline(r)
	}
	return err
}

func slogRecord(r *logbook.Record) slog.Record {
	s := slog.NewRecord(r.Time(), r.Level().Level(), r.Message(), r.PC())
	if c := r.Channel(); c != "" {
		s.AddAttrs(slog.String(ChannelKey, c))
	}
	failed := r.Err() != nil
	for a := range r.Attrs {
		if failed {
			a = plainErrors(a)
		}
		s.AddAttrs(a)
	}
	if src := r.Source(); r.PC() == 0 && src.File != "" {
		s.AddAttrs(slog.Any(slog.SourceKey, src))
	}
	return s
}

// loggedError is how the values of logbook.Err and Exception are known.
type loggedError interface {
	error
	Info() *logbook.ErrorInfo
	Unwrap() error
}

// plainErrors puts the errors that were logged in the place of Logbook's own
// values, whose type means nothing to others.
func plainErrors(a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindAny:
		if e, ok := a.Value.Any().(loggedError); ok {
			err := e.Unwrap()
			if err == nil {
				err = e.Info() // it was received, and is known by its description
			}
			a.Value = slog.AnyValue(err)
		}
	case slog.KindGroup:
		members := make([]slog.Attr, len(a.Value.Group()))
		for i, m := range a.Value.Group() {
			members[i] = plainErrors(m)
		}
		a.Value = slog.GroupValue(members...)
	}
	return a
}
