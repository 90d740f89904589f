package config

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func init() {
	RegisterWrapper(Wrapper{Order: 100, Read: readFingersCrossed, Options: []Option{
		{Name: "fingers_crossed", Kind: KindLevel, Help: "keep records until one of this level comes, then write all"},
		{Name: "fingers_crossed_records", Kind: KindCount, Default: "1000", Help: "how many are kept; the oldest are dropped, and that is reported"},
		{Name: "fingers_crossed_bytes", Kind: KindSize, Default: "4MiB", Help: "size of the text that is kept"},
		{Name: "fingers_crossed_reset", Kind: KindBool, Default: "false", Help: "true: keep records again after each batch; false: write all that follows"},
	}})
	RegisterWrapper(Wrapper{Order: 200, Read: readSample, Options: []Option{
		{Name: "sample", Kind: KindCount, Help: "let one of so many records of a message through; the number of the others is reported"},
		{Name: "sample_first", Kind: KindCount, Default: "0", Help: "and so many before it begins to count"},
		{Name: "sample_per", Kind: KindDuration, Default: "1s", Help: "the time after which it begins anew"},
		{Name: "sample_always", Kind: KindLevel, Default: "error", Help: "the level from which all get through"},
	}})
	RegisterWrapper(Wrapper{Order: 300, Read: readLimit, Options: []Option{
		{Name: "limit", Kind: KindCount, Help: "let so many records of a call site through; the number of the others is reported"},
		{Name: "limit_per", Kind: KindDuration, Default: "1m", Help: "in this time"},
	}})
	RegisterWrapper(Wrapper{Order: 400, Read: readDedup, Options: []Option{
		{Name: "dedup", Kind: KindDuration, Help: "hold a message until it has not come for this time; write one record with the count"},
		{Name: "dedup_hold", Kind: KindDuration, Default: "ten times dedup", Help: "but no longer than this"},
		{Name: "dedup_messages", Kind: KindCount, Default: "1000", Help: "how many messages are held"},
		{Name: "dedup_format", Kind: KindText, Default: "message repeated {count} times: {message}", Help: "text, with {count} and {message}"},
	}})
	RegisterWrapper(Wrapper{Order: 500, Read: readFallback, CoversUnopened: true, Options: []Option{
		{Name: "fallback", Kind: KindURI, Help: "another sink, for records with which this one fails, or until it can be opened"},
	}})
}

func readFingersCrossed(s *Spec) func(logbook.Handler) (logbook.Handler, error) {
	o := handlers.FingersCrossedOptions{
		ActionLevel: s.Level("fingers_crossed"),
		MaxRecords:  s.Count("fingers_crossed_records"),
		MaxBytes:    int(s.Size("fingers_crossed_bytes")),
		Reset:       s.Bool("fingers_crossed_reset"),
	}
	return func(h logbook.Handler) (logbook.Handler, error) {
		b := h.Binding() // FingersCrossed leaves that of the handler inside aside
		o := o
		o.Level, o.Filter, o.Bubble = b.Level, both(b.Accept, b.Filter), b.Bubble
		return handlers.NewFingersCrossed(h, &o), nil
	}
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

func readSample(s *Spec) func(logbook.Handler) (logbook.Handler, error) {
	o := &handlers.SampleOptions{
		Thereafter: s.Count("sample"),
		First:      s.Count("sample_first"),
		Per:        s.Duration("sample_per"),
		Always:     s.Level("sample_always"),
	}
	return func(h logbook.Handler) (logbook.Handler, error) { return handlers.NewSample(h, o), nil }
}

func readLimit(s *Spec) func(logbook.Handler) (logbook.Handler, error) {
	o := &handlers.LimitOptions{Records: s.Count("limit"), Per: s.Duration("limit_per")}
	return func(h logbook.Handler) (logbook.Handler, error) { return handlers.NewLimit(h, o), nil }
}

// dedupName is a name in the format of dedup, in which other braces stand for
// themselves.
var dedupName = regexp.MustCompile(`\{\w+\}`)

func readDedup(s *Spec) func(logbook.Handler) (logbook.Handler, error) {
	o := &handlers.DedupOptions{
		Quiet:       s.Duration("dedup"),
		MaxHold:     s.Duration("dedup_hold"),
		MaxMessages: s.Count("dedup_messages"),
		Format:      s.Text("dedup_format"),
	}
	for _, n := range dedupName.FindAllString(o.Format, -1) {
		if n != "{count}" && n != "{message}" {
			s.Refuse("dedup_format", fmt.Errorf("unknown name %q (known: {count}, {message})", n))
		}
	}
	return func(h logbook.Handler) (logbook.Handler, error) { return handlers.NewDedup(h, o), nil }
}

// readFallback reads the URI of the second sink. It takes over the defaults of the
// first one, but for the options of all sinks.
func readFallback(s *Spec) func(logbook.Handler) (logbook.Handler, error) {
	s.readKind("fallback", KindURI, func(uri string) error {
		second, err := parse(uri)
		if err != nil {
			return nested(err)
		}
		s.secrets.AddAll(second.secrets)
		second.inherit(s, func(o *setting) bool {
			return o.inherited && !ofWrapper(o.name) && o.name != "level" && o.name != "bubble"
		})
		second.section.loaded = s.section.loaded
		s.second = second
		return nested(second.prepareSink())
	})
	return func(h logbook.Handler) (logbook.Handler, error) {
		s.second.section.late = s.section.late
		second, err := s.second.open()
		if err != nil {
			return nil, nested(err)
		}
		return handlers.NewFallback(h, second), nil
	}
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
