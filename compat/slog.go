package compat

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"

	"github.com/logbook-go/logbook/logbook"
)

// SlogOptions configure [NewSlogHandler]. nil and the zero value change nothing.
type SlogOptions struct {
	// ReplaceAttr is called for each attribute that is no group, as in
	// [slog.HandlerOptions]: with the names of the groups around it and a value
	// that is resolved. What it returns takes the attribute's place, and the zero
	// Attr drops it. Members of groups are handed to it, groups are not. An
	// attribute of With is replaced once, when With is called.
	//
	// Time, level, message and source are fields of the record here and no
	// attributes, so it is not called for them: a formatter names them and a
	// [logbook.Processor] may change the message. If ReplaceAttr panics, the text
	// "!PANIC in ReplaceAttr" stands for the value.
	//
	// It must not keep or change groups.
	ReplaceAttr func(groups []string, a slog.Attr) slog.Attr
}

// NewSlogHandler returns a handler for slog whose records go to l, nil for
// [logbook.Default], and from there to the handlers that are bound where the call
// is made: to the application, to the goroutine, and to the context that slog was
// given. They keep time, level and source; every slog level survives, but those
// that do not fit a [logbook.Level] become the nearest one that does. The message
// is literal: braces mean nothing in it.
//
// The handler itself allocates nothing, unless ReplaceAttr is set. Its Handle
// returns nil, since failures of handlers go to the error flag.
func NewSlogHandler(l *logbook.Logger, o *SlogOptions) slog.Handler {
	bridged.Store(true)
	h := &slogHandler{logger: orDefault(l)}
	if o != nil {
		h.replace = o.ReplaceAttr
	}
	return h
}

// bridged is set once there is a handler for slog that leads here.
var bridged atomic.Bool

// orDefault returns the logger that nil stands for in this package.
func orDefault(l *logbook.Logger) *logbook.Logger {
	if l == nil {
		return logbook.Default()
	}
	return l
}

// slogHandler carries what With and WithGroup fixed in its logger.
type slogHandler struct {
	logger  *logbook.Logger
	replace func(groups []string, a slog.Attr) slog.Attr
	groups  []string // open groups, for replace
}

func (h *slogHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.logger.Enabled(ctx, clamp(level))
}

// clamp is logbook.LevelOf without the conversion to an interface.
func clamp(level slog.Level) logbook.Level { return logbook.Level(max(-128, min(127, level))) }

func (h *slogHandler) Handle(ctx context.Context, r slog.Record) error {
	if h.replace != nil {
		r = h.replaceRecord(r)
	}
	h.logger.LogSlog(ctx, r)
	return nil
}

func (h *slogHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if len(attrs) == 0 {
		return h
	}
	if h.replace != nil {
		attrs = h.replaceAttrs(nil, h.groups, attrs)
	}
	return &slogHandler{h.logger.WithAttrs(attrs...), h.replace, h.groups}
}

func (h *slogHandler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return &slogHandler{h.logger.WithGroup(name), h.replace, append(slices.Clip(h.groups), name)}
}

func (h *slogHandler) replaceRecord(r slog.Record) slog.Record {
	attrs := make([]slog.Attr, 0, r.NumAttrs())
	r.Attrs(func(a slog.Attr) bool {
		attrs = h.replaceAttr(attrs, h.groups, a)
		return true
	})
	n := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	n.AddAttrs(attrs...)
	return n
}

func (h *slogHandler) replaceAttrs(dst []slog.Attr, groups []string, attrs []slog.Attr) []slog.Attr {
	for _, a := range attrs {
		dst = h.replaceAttr(dst, groups, a)
	}
	return dst
}

// replaceAttr appends what stands for an attribute, if anything does.
func (h *slogHandler) replaceAttr(dst []slog.Attr, groups []string, a slog.Attr) []slog.Attr {
	a.Value = a.Value.Resolve()
	if a.Value.Kind() != slog.KindGroup {
		a = h.callReplace(groups, a)
		a.Value = a.Value.Resolve()
	}
	if a.Equal(slog.Attr{}) {
		return dst
	}
	if a.Value.Kind() == slog.KindGroup {
		if a.Key != "" {
			groups = append(slices.Clip(groups), a.Key)
		}
		a.Value = slog.GroupValue(h.replaceAttrs(nil, groups, a.Value.Group())...)
	}
	return append(dst, a)
}

// callReplace guards the caller of slog, and keeps the value from being shown
// if it was to be replaced.
func (h *slogHandler) callReplace(groups []string, a slog.Attr) (out slog.Attr) {
	defer func() {
		if recover() != nil {
			out = slog.String(a.Key, "!PANIC in ReplaceAttr")
		}
	}()
	return h.replace(groups, a)
}
