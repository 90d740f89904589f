package config

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

const (
	backgroundOption = "background"
	spoolOption      = "spool"
)

func init() {
	RegisterWrapper(Wrapper{Order: 100, Read: readFingersCrossed, Options: []Option{
		{Name: "fingers_crossed", Kind: KindLevel, Help: "hold records until one of this level or above arrives, then write all"},
		{Name: "fingers_crossed_records", Kind: KindCount, Default: "1000", Help: "number of records held; the oldest are dropped, and the loss is reported"},
		{Name: "fingers_crossed_bytes", Kind: KindSize, Default: "4MiB", Help: "size of the text held"},
		{Name: "fingers_crossed_reset", Kind: KindBool, Default: "false", Help: "true: hold records again after each batch; false: write all that follow"},
	}})
	RegisterWrapper(Wrapper{Order: 200, Read: readSample, Options: []Option{
		{Name: "sample", Kind: KindCount, Help: "let one in COUNT records of a message through; report how many were dropped"},
		{Name: "sample_first", Kind: KindCount, Default: "0", Help: "let this many through at the start of each period"},
		{Name: "sample_per", Kind: KindDuration, Default: "1s", Help: "length of a period"},
		{Name: "sample_always", Kind: KindLevel, Default: "error", Help: "let all records of this level or above through"},
	}})
	RegisterWrapper(Wrapper{Order: 300, Read: readLimit, Options: []Option{
		{Name: "limit", Kind: KindCount, Help: "let COUNT records of a call site through per period; report how many were dropped"},
		{Name: "limit_per", Kind: KindDuration, Default: "1m", Help: "length of a period"},
	}})
	RegisterWrapper(Wrapper{Order: 400, Read: readDedup, Options: []Option{
		{Name: "dedup", Kind: KindDuration, Help: "hold a message until it has not recurred for this time; write one record with the count"},
		{Name: "dedup_hold", Kind: KindDuration, Default: "ten times dedup", Help: "longest time to hold a message"},
		{Name: "dedup_messages", Kind: KindCount, Default: "1000", Help: "number of messages held"},
		{Name: "dedup_format", Kind: KindText, Default: "message repeated {count} times: {message}", Help: "text of that record, with {count} and {message}"},
	}})
	RegisterWrapper(Wrapper{Order: 450, Read: readBackground, Options: []Option{
		{Name: backgroundOption, Kind: KindCount, Help: "write on a goroutine of its own, with a queue of COUNT records before it"},
		{Name: "background_bytes", Kind: KindSize, Default: "8MiB", Help: "size of the text in the queue"},
		{Name: "background_overflow", Kind: KindOverflow, Default: "block", Help: "what a full queue does: make the program wait, or drop records and report how many"},
	}})
	RegisterWrapper(Wrapper{Order: 460, Read: readSpool, Options: []Option{
		{Name: spoolOption, Kind: KindPath, Help: "write to a log in this directory first, from which the sink gets its records: none is lost while it fails, or when the program ends"},
		{Name: "spool_bytes", Kind: KindSize, Default: "1GiB", Help: "space on the disk, at least 256KiB"},
		{Name: "spool_overflow", Kind: "block|drop_newest|drop_oldest", Default: "block", Help: "what a full log does: make the program wait, or drop records and report how many"},
		{Name: "spool_sync", Kind: "interval|always|never", Default: "interval", Help: "when records are on the disk for certain: after a second, before the call returns, or when the system chooses"},
		{Name: "spool_attempts", Kind: KindCount, Default: "10", Help: "number of attempts with a record that the sink fails to write; then it is set aside"},
	}})
	RegisterWrapper(Wrapper{Order: 500, Read: readFallback, CoversUnopened: true, Options: []Option{
		{Name: "fallback", Kind: KindURI, Help: "another sink, for records that this one fails to write, or until it can be opened"},
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
		b := h.Binding() // FingersCrossed ignores the binding of the handler that it wraps
		o := o
		o.Level, o.Filter, o.Bubble = b.Level, both(b.Accept, b.Filter), b.Bubble
		return handlers.NewFingersCrossed(h, &o), nil
	}
}

// both returns a filter that accepts what a and b accept. Either may be nil.
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

// dedupName matches a placeholder in the format of dedup. Other braces are literal.
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

func readBackground(s *Spec) func(logbook.Handler) (logbook.Handler, error) {
	o := &queues.BackgroundOptions{
		MaxRecords: s.Count(backgroundOption),
		MaxBytes:   int(s.Size("background_bytes")),
		Overflow:   s.Overflow("background_overflow"),
	}
	return putBackground(o)
}

func putBackground(o *queues.BackgroundOptions) func(logbook.Handler) (logbook.Handler, error) {
	return func(h logbook.Handler) (logbook.Handler, error) { return queues.NewBackground(h, o), nil }
}

func readSpool(s *Spec) func(logbook.Handler) (logbook.Handler, error) {
	s.spool = s.FilePath(spoolOption)
	dir := s.spool
	o := &queues.SpoolOptions{MaxBytes: s.Size("spool_bytes"), MaxAttempts: s.Count("spool_attempts"), TakeOver: s.section.loaded}
	if v := s.Choice("spool_overflow"); v != "" {
		_ = o.Overflow.UnmarshalText([]byte(v)) // it is one of the choices
	}
	switch s.Choice("spool_sync") {
	case "always":
		o.SyncEach = true
	case "never":
		o.SyncInterval = -1
	}
	if s.setting(spoolOption) != nil && s.setting(backgroundOption) != nil {
		s.Refuse(spoolOption, errors.New("not allowed beside background: it takes its place"))
	}
	if n := o.MaxBytes; n != 0 && n < 256<<10 {
		s.Refuse("spool_bytes", errors.New("want at least 256KiB"))
	}
	return func(h logbook.Handler) (logbook.Handler, error) { return queues.NewSpool(h, dir, o) }
}

// readFallback reads the URI of the second sink, which inherits the [DEFAULT] keys of
// the first one, except level, bubble and wrappers.
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

// nested unpacks the [*URIError] of a nested sink, so that [Spec.fail] adds the option
// of the outer sink.
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
