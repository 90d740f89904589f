package compat

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"

	"github.com/logbook-go/logbook/logbook"
)

// SlogOptions configure [NewSlogHandler]. The zero value, like nil, replaces no attributes.
type SlogOptions struct {
	// ReplaceAttr is called for each attribute that is not a group, as in
	// [slog.HandlerOptions]: with the names of the enclosing groups and a resolved
	// value. Its result replaces the attribute; the zero Attr drops it. It is called
	// for the members of a group but not for the group. An attribute of With is
	// replaced once, when With is called.
	//
	// It is not called for time, level, message and source, which are fields of the
	// record and not attributes here: a formatter chooses their keys, and a
	// [logbook.Processor] can change the message. If ReplaceAttr panics, the value
	// becomes "!PANIC in ReplaceAttr".
	//
	// ReplaceAttr must not keep or modify groups.
	ReplaceAttr func(groups []string, a slog.Attr) slog.Attr
}

// NewSlogHandler returns a slog handler that logs through l and so reaches the
// handlers bound to the application, to the calling goroutine, and to the context
// passed to slog. If l is nil, [logbook.Default] is used. Records keep their time,
// level and source; a level outside the range of [logbook.Level] becomes the nearest
// one inside. The message is literal: braces in it have no meaning.
//
// The handler does not allocate, unless ReplaceAttr is set. Its Handle always returns
// nil; failures of Logbook's handlers go to the error flag.
func NewSlogHandler(l *logbook.Logger, o *SlogOptions) slog.Handler {
	bridged.Store(true)
	h := &slogHandler{logger: orDefault(l)}
	if o != nil {
		h.replace = o.ReplaceAttr
	}
	return h
}

// bridged is set by the first call of NewSlogHandler.
var bridged atomic.Bool

// orDefault returns l, or logbook.Default() if l is nil.
func orDefault(l *logbook.Logger) *logbook.Logger {
	if l == nil {
		return logbook.Default()
	}
	return l
}

// slogHandler logs through a logger that has the attributes and groups of With and
// WithGroup.
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

// replaceAttr appends the replacement of an attribute, unless it is dropped.
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

// callReplace calls replace. If that panics, the value is hidden, since replace might
// have redacted it.
func (h *slogHandler) callReplace(groups []string, a slog.Attr) (out slog.Attr) {
	defer func() {
		if recover() != nil {
			out = slog.String(a.Key, "!PANIC in ReplaceAttr")
		}
	}()
	return h.replace(groups, a)
}
