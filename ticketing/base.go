package ticketing

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
)

// HandlerOptions configure [NewHandler] and [NewBase]. nil is the default.
type HandlerOptions struct {
	Level  slog.Leveler               // lowest level to take; default all
	Filter func(*logbook.Record) bool // called after the processors; default takes all
	Bubble bool                       // pass handled records on to the next handler

	// AppID is the name of the program. Default: the attribute "service.name" of the record, or
	// of its group "resource", which records received over OTLP have; or else "generic".
	AppID string

	// HashSalt is the last part of every fingerprint. nil: "apphash-" and the name of the
	// program.
	HashSalt *string

	// Key groups records. Default [KeyFunc]; for tickets that a Python program shares,
	// [KeyCallSite]. A record with the attribute "fingerprint" has a group of its own: its
	// fingerprint is the [Hash] of "own/1", the text of the attribute, and the salt.
	Key Key

	// Release and Host are those of this program. Default: the version of the main module,
	// if it has one, and the name of this machine. The attributes "release" or
	// "service.version", and "host" or "host.name", of a record or its group "resource" replace
	// them; records that were received have no others.
	Release string
	Host    string

	// MaxData bounds the JSON of a record. A larger record is stored without its
	// attributes, and with the beginning of its message and traceback. Default 256 KiB.
	MaxData int

	// Change may change what is stored, the fingerprint too. The record must not be kept.
	// Default: nothing is changed.
	Change func(e *Entry, r *logbook.Record)

	// Context is the number of records, at most 200, of which an occurrence has the time, level,
	// channel and message: those that the same process, by app, host and process id, logged
	// before it, of any level. They are in the attribute [ContextKey]. The handler looks at all
	// records then, also those below Level or refused by Filter, and keeps the last ones of up to
	// 256 processes in memory. Default: none.
	Context int

	// Timeout bounds a call of the store. Default 30 s.
	Timeout time.Duration
}

const (
	defaultAppID   = "generic"
	defaultMaxData = 256 << 10
	defaultTimeout = 30 * time.Second
)

// Base makes entries of records. [Handler] is built on it; a handler that needs only the
// fingerprints embeds it, and adds the method Handle. It is safe for concurrent use.
type Base struct {
	o         HandlerOptions
	preceding *preceding // nil without a context
}

// NewBase returns a base. The error is a [*logbook.OptionError].
func NewBase(o *HandlerOptions) (*Base, error) {
	if o == nil {
		o = new(HandlerOptions)
	}
	b := &Base{o: *o}
	switch {
	case o.Context < 0 || o.Context > MaxContext:
		return nil, optionError("HandlerOptions", "Context", fmt.Errorf("%d: want 0 to %d", o.Context, MaxContext))
	case int(o.Key) >= len(keyNames) || o.Key < 0:
		return nil, optionError("HandlerOptions", "Key", errors.New("unknown key"))
	case o.MaxData < 0:
		return nil, optionError("HandlerOptions", "MaxData", errors.New("want a positive number"))
	case o.Timeout < 0:
		return nil, optionError("HandlerOptions", "Timeout", errors.New("want a positive duration"))
	}
	orDefault(&b.o.MaxData, defaultMaxData)
	orDefault(&b.o.Timeout, defaultTimeout)
	if b.o.Host == "" {
		b.o.Host, _ = os.Hostname()
	}
	b.o.Release = cmp.Or(b.o.Release, mainVersion())
	if o.Context > 0 {
		b.preceding = &preceding{n: o.Context, processes: make(map[process]*history)}
	}
	return b, nil
}

// mainVersion returns the version of the program, or "" if it was not built from a release.
var mainVersion = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "(devel)" {
		return ""
	}
	return info.Main.Version
})

// Binding implements [logbook.Bindable].
func (b *Base) Binding() logbook.Binding {
	if b.preceding == nil {
		return logbook.Options{Level: b.o.Level, Filter: b.o.Filter, Bubble: b.o.Bubble}.Binding()
	}
	return logbook.Options{Filter: b.remember, Bubble: b.o.Bubble}.Binding()
}

// remember remembers a record, and reports whether the handler takes it.
func (b *Base) remember(r *logbook.Record) bool {
	b.preceding.add(b.process(r), r)
	return (b.o.Level == nil || r.Level() >= logbook.LevelOf(b.o.Level)) && (b.o.Filter == nil || b.o.Filter(r))
}

func (b *Base) process(r *logbook.Record) process { return process{b.appID(r), HostOf(r), r.PID()} }

func (b *Base) appID(r *logbook.Record) string {
	return cmp.Or(b.o.AppID, attribute(r, "service.name"), defaultAppID)
}

// HostOf returns the host that a record names, by the attribute "host" or "host.name" of its own or
// of its group "resource"; "" if there is none.
func HostOf(r *logbook.Record) string { return attribute(r, "host", "host.name") }

// ReleaseOf returns the release that a record names, by the attribute "release" or
// "service.version" of its own or of its group "resource"; "" if there is none.
func ReleaseOf(r *logbook.Record) string { return attribute(r, "release", "service.version") }

// attribute returns the text of the first attribute of a record, or else of the resource that
// records of OTLP have, with one of the keys.
func attribute(r *logbook.Record, keys ...string) string {
	for _, key := range keys {
		if s := r.Text(key); s != "" {
			return s
		}
	}
	resource, ok := r.Lookup("resource")
	if !ok || resource.Kind() != slog.KindGroup {
		return ""
	}
	for _, key := range keys {
		for _, a := range resource.Group() {
			if a.Key == key {
				return a.Value.String()
			}
		}
	}
	return ""
}

func (b *Base) salt(appID string) string {
	if b.o.HashSalt != nil {
		return *b.o.HashSalt
	}
	return "apphash-" + appID
}

// Fingerprint returns the fingerprint of a record.
func (b *Base) Fingerprint(r *logbook.Record) Fingerprint {
	f, _ := b.fingerprint(r, b.appID(r))
	return f
}

func (b *Base) fingerprint(r *logbook.Record, appID string) (f Fingerprint, key string) {
	if own := r.Text("fingerprint"); own != "" {
		return Hash(ownKey, own, b.salt(appID)), ownKey
	}
	return b.o.Key.Fingerprint(r, b.salt(appID)), b.o.Key.String()
}

// Entry returns a record in the form in which stores record it. Values of the record that
// cannot be encoded, and a Change that panics, are errors.
func (b *Base) Entry(r *logbook.Record) (e *Entry, err error) {
	err = panics.Call(func() (err error) {
		e, err = b.entry(r)
		return err
	})
	return e, err
}

func (b *Base) entry(r *logbook.Record) (*Entry, error) {
	e := &Entry{AppID: b.appID(r), Level: r.Level(), Channel: r.Channel(), Time: r.Time().UTC()}
	if e.Time.IsZero() {
		e.Time = time.Now().UTC()
	}
	e.Fingerprint, e.Key = b.fingerprint(r, e.AppID)
	source := r.Source()
	e.Location = source.File + ":" + strconv.Itoa(source.Line)
	e.Module = module(source)
	e.Title, _, _ = strings.Cut(r.Message(), "\n")
	e.Host, e.Release = HostOf(r), ReleaseOf(r)
	if r.PC() != 0 { // it was logged by this program
		e.Host, e.Release = cmp.Or(e.Host, b.o.Host), cmp.Or(e.Release, b.o.Release)
	}
	e.Instance, e.Number = r.Origin().Instance, r.Origin().Number
	if len(e.Instance) > maxName { // cut, it could be that of another one
		e.Instance = string(Hash(e.Instance))
	}
	r = b.withContext(r)
	var err error
	if e.Data, err = r.MarshalJSON(); err != nil {
		return nil, err
	}
	if len(e.Data) > b.o.MaxData {
		if e.Data, err = shortened(r, b.o.MaxData).MarshalJSON(); err != nil {
			return nil, err
		}
	}
	if b.o.Change != nil {
		b.o.Change(e, r)
	}
	e.fit()
	return e, nil
}

// withContext returns a record with those that came before it.
func (b *Base) withContext(r *logbook.Record) *logbook.Record {
	if b.preceding == nil {
		return r
	}
	if before := b.preceding.before(b.process(r), r); len(before) > 0 {
		r = r.Clone()
		r.Set(ContextKey, before)
	}
	return r
}

// shortened returns a record whose JSON has at most limit bytes, if there is room for its
// names.
func shortened(r *logbook.Record, limit int) *logbook.Record {
	const worst = 6 // bytes of JSON for a byte of text
	cutText := func(s string) string { return text.Cut(s, limit/worst/8, "…") }
	d := r.Data()
	d.Message, d.Template = cutText(d.Message), ""
	d.Attrs, d.Extra = nil, []slog.Attr{slog.Bool("logbook_cut", true)}
	d.Channel = cut(d.Channel, maxName)
	if d.Error != nil {
		d.Error = &logbook.ErrorInfo{Type: cutText(d.Error.Type), Message: cutText(d.Error.Message), Trace: cutText(d.Error.Traceback())}
		d.Cause = nil
	}
	return logbook.NewRecord(d)
}

// module returns the package of a function, or the module of a function in Python.
func module(s *slog.Source) string {
	name := s.Function
	slash := strings.LastIndexByte(name, '/') + 1
	dot := strings.IndexByte(name[slash:], '.')
	if strings.HasSuffix(s.File, ".py") {
		dot = strings.LastIndexByte(name[slash:], '.')
	}
	if dot <= 0 {
		return "<unknown>"
	}
	return name[:slash+dot]
}
