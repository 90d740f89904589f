package config

import (
	"log/slog"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// Wrap returns a handler that passes a record to h if both the levels and h's own level
// allow it. Other records go on to the handlers below. Batches pass unchanged.
func (l *Levels) Wrap(h logbook.Handler) logbook.Handler {
	return l.wrap(h, &restrictions{levels: new(Levels), rest: logbook.LevelNotSet})
}

// restrictions apply to one sink, besides the levels common to all.
type restrictions struct {
	levels  *Levels       // never changed
	rest    logbook.Level // the level of channels without an entry in the common levels
	channel string        // take only this channel and those below it; "" for all
}

// leveled is a handler with levels by channel.
type leveled struct {
	logbook.Wrapper
	binding logbook.Binding
	quiet   bool // the wrapped handler never logs

	takesAll bool // nothing restricts what the wrapped handler takes
}

func (l *Levels) wrap(h logbook.Handler, o *restrictions) *leveled {
	w := &leveled{Wrapper: logbook.Wrapper{Handler: h}, binding: h.Binding(), quiet: logbook.IsQuiet(h)}
	own, accept := w.binding.Level, w.binding.Accept
	w.takesAll = len(l.entries()) == 0 && len(o.levels.entries()) == 0 && o.rest == logbook.LevelNotSet && o.channel == ""
	level, constant := constantLevel(own)
	if constant && (w.quiet || accept == nil) {
		w.binding.Quiet = w
	}
	level = max(level, o.levels.table.Load().lowest(logbook.LevelNotSet))
	w.binding.Level = l.floor(floorKey{level, o.rest})
	w.binding.Accept = func(r *logbook.Record) bool {
		return r.Level() >= l.find(r.Channel()).or(o.rest) &&
			r.Level() >= o.levels.Level(r.Channel()) &&
			(constant || r.Level() >= logbook.LevelOf(own)) &&
			(o.channel == "" || isBelow(r.Channel(), o.channel)) &&
			(accept == nil || accept(r))
	}
	return w
}

// Binding implements [logbook.Bindable].
func (w *leveled) Binding() logbook.Binding { return w.binding }

// Unnamed marks a wrapper that failures do not name; see [logbook.Wrapper].
func (w *leveled) Unnamed() {}

// Handle passes the record on.
func (w *leveled) Handle(r *logbook.Record) error {
	if w.quiet {
		return w.Handler.Handle(r)
	}
	return w.Wrapper.Handle(r)
}

// HandleBatch passes the records on.
func (w *leveled) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	return logbook.HandleBatch(w.Handler, rs, why)
}

// constantLevel returns the level of l if it can never change.
func constantLevel(l slog.Leveler) (level logbook.Level, constant bool) {
	switch l.(type) {
	case nil, logbook.Level, slog.Level:
		return logbook.LevelOf(l), true
	}
	return logbook.LevelNotSet, false
}

// isBelow reports whether channel is above, or a channel below it.
func isBelow(channel, above string) bool {
	rest, ok := strings.CutPrefix(channel, above)
	return ok && (rest == "" || rest[0] == '.')
}
