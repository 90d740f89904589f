package config

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// Options that put a handler before a sink, whatever its scheme. All but the last
// have further ones, such as limit_per.
const (
	fingersCrossed = "fingers_crossed"
	sample         = "sample"
	limit          = "limit"
	dedup          = "dedup"
	fallback       = "fallback"
)

var wrappers = []string{dedup, fallback, fingersCrossed, limit, sample}

// isWrapping reports whether an option is one of those, or a further one.
func isWrapping(name string) bool {
	return slices.ContainsFunc(wrappers, func(w string) bool { return name == w || strings.HasPrefix(name, w+"_") })
}

// wrapping is what stands before a sink, the outermost first.
type wrapping struct {
	fingersCrossed *handlers.FingersCrossedOptions // nil: none, and so on
	sample         *handlers.SampleOptions
	limit          *handlers.LimitOptions
	dedup          *handlers.DedupOptions
	fallback       *Sink
}

// wrapping reads the options of all wrappers.
func (s *Sink) wrapping() *wrapping {
	w := &wrapping{
		fingersCrossed: &handlers.FingersCrossedOptions{
			ActionLevel: s.level(fingersCrossed),
			MaxRecords:  s.Count("fingers_crossed_records"),
			MaxBytes:    int(s.Size("fingers_crossed_bytes")),
			Reset:       s.Bool("fingers_crossed_reset"),
		},
		sample: &handlers.SampleOptions{
			Thereafter: s.Count(sample),
			First:      s.Count("sample_first"),
			Per:        s.Duration("sample_per"),
			Always:     s.level("sample_always"),
		},
		limit: &handlers.LimitOptions{
			Records: s.Count(limit),
			Per:     s.Duration("limit_per"),
		},
		dedup: &handlers.DedupOptions{
			Quiet:       s.Duration(dedup),
			MaxHold:     s.Duration("dedup_hold"),
			MaxMessages: s.Count("dedup_messages"),
			Format:      s.dedupFormat("dedup_format"),
		},
	}
	s.Func(fallback, func(uri string) (err error) {
		if w.fallback, err = parse(uri); err != nil {
			return nested(err)
		}
		s.secrets.AddAll(w.fallback.secrets)
		w.fallback.inherit(s, func(o *option) bool {
			return o.inherited && !isWrapping(o.name) && o.name != "level" && o.name != "bubble"
		})
		w.fallback.section.loaded = s.section.loaded
		return nested(w.fallback.check(nil))
	})
	if !s.wraps(fingersCrossed) {
		w.fingersCrossed = nil
	}
	if !s.wraps(sample) {
		w.sample = nil
	}
	if !s.wraps(limit) {
		w.limit = nil
	}
	if !s.wraps(dedup) {
		w.dedup = nil
	}
	return w
}

// dedupName is a name in the format of dedup.
var dedupName = regexp.MustCompile(`\{\w+\}`)

// dedupFormat reads the format of dedup, in which other braces stand for themselves.
func (s *Sink) dedupFormat(name string) (format string) {
	s.Func(name, func(v string) error {
		for _, n := range dedupName.FindAllString(v, -1) {
			if n != "{count}" && n != "{message}" {
				return fmt.Errorf("unknown name %q (known: {count}, {message})", n)
			}
		}
		format = v
		return nil
	})
	return format
}

// wraps reports whether a wrapper is wanted. If not, its further options are
// refused.
func (s *Sink) wraps(name string) bool {
	if s.option(name) != nil {
		return true
	}
	for _, o := range s.options {
		if strings.HasPrefix(o.name, name+"_") && slices.Contains(s.known, o.name) {
			s.misplaced(o.name, fmt.Sprintf("only with %q", name))
		}
	}
	return false
}

// wrap puts the wrappers before the handler of the sink. If it fails, the handler
// is closed.
func (w *wrapping) wrap(s *Sink, h logbook.Handler) (logbook.Handler, error) {
	if w.fallback != nil {
		w.fallback.section.late = s.section.late
		second, err := w.fallback.open(nil)
		if err != nil {
			_ = logbook.Close(context.Background(), h) // err is what has to be told
			if err = nested(err); s.failure != nil {
				err = fmt.Errorf("%w; the sink itself: %w", err, nested(s.failure))
			}
			return nil, s.fail(fallback, err)
		}
		h = handlers.NewFallback(h, second)
	}
	if w.dedup != nil {
		h = handlers.NewDedup(h, w.dedup)
	}
	if w.limit != nil {
		h = handlers.NewLimit(h, w.limit)
	}
	if w.sample != nil {
		h = handlers.NewSample(h, w.sample)
	}
	if w.fingersCrossed != nil {
		b := h.Binding() // FingersCrossed leaves that of the handler inside aside
		w.fingersCrossed.Level, w.fingersCrossed.Filter, w.fingersCrossed.Bubble = b.Level, both(b.Accept, b.Filter), b.Bubble
		h = handlers.NewFingersCrossed(h, w.fingersCrossed)
	}
	return h, nil
}

// both returns a filter that asks two of them, each of which may be nil.
func both(a, b func(*logbook.Record) bool) func(*logbook.Record) bool {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return func(r *logbook.Record) bool { return a(r) && b(r) }
}

// nested makes the error of one sink that of an option of another, which would
// else be left out.
func nested(err error) error {
	e := (*URIError)(nil)
	if !errors.As(err, &e) {
		return err
	}
	if e.Option == "" {
		return fmt.Errorf("sink %q: %w", e.URI, e.Err)
	}
	return fmt.Errorf("sink %q: option %q: %w", e.URI, e.Option, e.Err)
}
