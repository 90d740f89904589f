package logbook

import (
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
)

// JSONOptions configure [JSON]. nil and the zero value give the default shape.
type JSONOptions struct {
	// Source adds where the call stands: "source":{"function","file","line"}.
	Source bool

	// Location is the zone in which times are shown; nil: the record's own.
	Location *time.Location

	// Keys names the fields that every record has; an empty name is the default.
	Keys JSONKeys
}

// JSONKeys are the names of the fields of a JSON line.
type JSONKeys struct {
	Time    string // default "time"
	Level   string // default "level"
	Channel string // default "channel"
	Message string // default "msg"
	Source  string // default "source"
	Error   string // default "error"; of errors given by Err and Exception
}

// JSON returns a formatter of one JSON object a line, in slog's flat shape: time
// (RFC 3339 with microseconds and zone), level, channel (unless it is empty), msg
// (the rendered message), then the attributes: With's, the call's and the processors'.
//
// Of equal keys in one object the second becomes "k#2", the third "k#3". Durations are
// nanoseconds, as in slog, and times keep theirs; NaN and the infinities are strings. An
// error of [Logger.Exception] or [Err] is an object with type, message, chain and stack;
// any other error is its text. Other values are as encoding/json writes them; in the
// place of a part that it refuses stands the error. Page docs/values.md of the repository
// lists all kinds, and what differs from encoding/json. The line is valid JSON whatever
// the data is, and safe to show in a terminal.
func JSON(o *JSONOptions) Formatter {
	f := new(jsonFormatter)
	if o != nil {
		f.JSONOptions = *o
	}
	f.timeKey = "{" + f.reserve(&f.Keys.Time, slog.TimeKey) + `"`
	f.levelKey = f.reserve(&f.Keys.Level, slog.LevelKey) + `"`
	f.channelKey = "," + f.reserve(&f.Keys.Channel, "channel")
	f.messageKey = "," + f.reserve(&f.Keys.Message, slog.MessageKey)
	if f.Source {
		f.sourceKey = "," + f.reserve(&f.Keys.Source, slog.SourceKey)
	}
	if f.Keys.Error == "" {
		f.Keys.Error = "error"
	}
	return f
}

type jsonFormatter struct {
	JSONOptions
	timeKey    string // {"time":"
	levelKey   string // "level":"
	channelKey string // ,"channel":
	messageKey string // ,"msg":
	sourceKey  string // ,"source":
	heads      jsonHeads

	reserved   []reservedKey // names of the fields, and their marks
	reservedIn encode.KeySet
}

// reserve settles the name of a field and returns it as JSON, with its colon.
func (f *jsonFormatter) reserve(name *string, def string) string {
	if *name == "" {
		*name = def
	}
	f.reserved = append(f.reserved, reservedKey{*name, *name + "#2"})
	f.reservedIn.Add(*name)
	return string(encode.AppendJSONString(nil, *name)) + ":"
}

// AppendFormat implements [Formatter].
func (f *jsonFormatter) AppendFormat(b []byte, r *Record) ([]byte, error) {
	r.alive()
	// A message is rendered before the head is written: to read at once what was just
	// written makes the processor wait. Without attributes of the call it most often
	// needs no rendering, since it is short and has no brace.
	var text string
	var rendered []byte
	render := len(r.call) > 0 || r.rendered || r.fargs != nil
	if render {
		text, rendered = r.messageBytes()
	}
	b = f.appendHead(b, r)
	written := false
	if !render {
		if b, written = encode.AppendPlainJSONString(b, r.template); !written {
			text, rendered = r.messageBytes()
		}
	}
	switch {
	case written:
	case rendered != nil:
		b = encode.AppendJSONString(b, rendered)
	default:
		b = encode.AppendJSONString(b, text)
	}
	if f.Source {
		if r.source != nil {
			if *r.source != (slog.Source{}) {
				b = appendJSONSource(append(b, f.sourceKey...), r.source)
			}
		} else if r.pc != 0 {
			b = append(append(b, f.sourceKey...), r.site().json...)
		}
	}
	if len(r.call) > 0 || len(r.extra) > 0 {
		b = f.appendAttrs(b, r)
	} else if r.scope != nil {
		e := r.scope.encoded.first.Load() // encodedBy, which is too much to be inlined
		if e == nil || e.by != f {
			e = r.scope.encodedLate(f)
		}
		b = closeGroups(append(b, e.bare...), e.bareGroups)
	}
	return append(b, '}'), nil
}

// appendAttrs appends the attributes of all layers to the open object.
func (f *jsonFormatter) appendAttrs(b []byte, r *Record) []byte {
	w := jsonWriter{errorKey: f.Keys.Error}
	var root jsonObject // filled in place: a literal would be copied
	root.marks, root.reserved = f.reservedIn, f.reserved
	switch {
	case r.scope == nil:
		b = w.attrs(b, &root, r.call)
	case len(r.scope.layers) == 1:
		e := r.scope.encodedBy(f)
		b = append(b, e.open...)
		root.objectKeys = e.root.clone()
		root.addSeen(r.scope.layers[0].attrs)
		b = w.attrs(b, &root, r.call)
	default:
		e := r.scope.encodedBy(f)
		start := len(b)
		b = append(b, e.open...)
		opened := len(b)
		inner := jsonObject{objectKeys: e.inner.clone()}
		inner.addSeen(r.scope.layers[len(r.scope.layers)-1].attrs)
		b = w.attrs(b, &inner, r.call)
		groups := e.openGroups
		if len(b) == opened { // nothing came into the open group: those that are empty are left out
			b, groups = append(b[:start], e.bare...), e.bareGroups
		}
		b = closeGroups(b, groups)
		if groups > 0 {
			root.objectKeys = e.root.clone()
			root.group = r.scope.layers[1].group
		} else {
			root.objectKeys = e.bareRoot.clone()
		}
		root.addSeen(r.scope.layers[0].attrs)
	}
	if len(r.extra) > 0 {
		b = w.attrs(b, &root, r.extra)
	}
	return b
}

func closeGroups(b []byte, n int) []byte {
	for range n {
		b = append(b, '}')
	}
	return b
}

// encodedScopes keeps, for each JSON formatter that wrote it, a scope's text.
type encodedScopes struct {
	first atomic.Pointer[encodedScope] // of the formatter that came first
	list  atomic.Pointer[[]*encodedScope]
}

// maxEncodings bounds how many formatters' texts a scope keeps.
const maxEncodings = 8

// encodedScope is the JSON of a scope: what stands before the call's attributes.
type encodedScope struct {
	by         *jsonFormatter
	open       []byte // all layers, with the groups left open
	openGroups int
	bare       []byte // without the groups at the end that hold nothing
	bareGroups int
	root       objectKeys // with the open group, if there is one
	bareRoot   objectKeys // without it
	inner      objectKeys // of the innermost open group
}

// encodedBy returns the scope's text. With's attributes are encoded once.
func (s *scope) encodedBy(f *jsonFormatter) *encodedScope {
	if e := s.encoded.first.Load(); e != nil && e.by == f {
		return e
	}
	return s.encodedLate(f)
}

func (s *scope) encodedLate(f *jsonFormatter) *encodedScope {
	list := s.encoded.list.Load()
	if list != nil {
		for _, e := range *list {
			if e.by == f {
				return e
			}
		}
	}
	e := s.encode(f)
	var all []*encodedScope
	if list != nil {
		all = *list
	}
	s.encoded.first.CompareAndSwap(nil, e)
	if len(all) < maxEncodings {
		all = append(slices.Clip(all), e)
		s.encoded.list.CompareAndSwap(list, &all)
	}
	return e
}

func (s *scope) encode(f *jsonFormatter) *encodedScope {
	e := &encodedScope{by: f}
	// The byte in front stands for what precedes: it makes a comma follow.
	b := []byte{'"'}
	w := jsonWriter{errorKey: f.Keys.Error}
	object := jsonObject{objectKeys: objectKeys{marks: f.reservedIn}, reserved: f.reserved}
	for i, l := range s.layers {
		if i > 0 {
			if i == 1 {
				e.bareRoot = object.objectKeys.clone()
			}
			b = append(w.key(b, &object, nil, l.group), '{')
			if i == 1 {
				e.root = object.objectKeys
			}
			object = jsonObject{}
		}
		n := len(b)
		b = w.attrs(b, &object, l.attrs)
		if len(b) > n || i == 0 {
			e.bare, e.bareGroups = slices.Clone(b[1:]), i
		}
	}
	e.open, e.openGroups = b[1:], len(s.layers)-1
	e.inner = object.objectKeys
	if len(s.layers) == 1 {
		e.root = object.objectKeys
	}
	return e
}

// jsonHead is what the lines of one second, level and channel begin with: all up to
// the message.
type jsonHead struct {
	unix    int64
	loc     *time.Location
	level   Level
	channel string
	text    []byte
	micros  int // where the microseconds stand in text
}

// jsonHeads keeps heads for reuse, which saves a formatter half of what a line
// without attributes costs.
type jsonHeads struct {
	kept   [16]atomic.Pointer[jsonHead]
	misses atomic.Uint32
}

// Only one in so many misses replaces a head, so that records of many seconds or
// channels hardly allocate.
const missesPerHead = 16

// slot returns where the head of a level and channel is kept.
func (h *jsonHeads) slot(level Level, channel string) *atomic.Pointer[jsonHead] {
	i := uint(level)/2 + uint(len(channel))
	return &h.kept[i%uint(len(h.kept))]
}

// appendHead appends a record's time, level and channel, and the key of its message.
func (f *jsonFormatter) appendHead(b []byte, r *Record) []byte {
	t := r.time
	if f.Location != nil && !t.IsZero() {
		t = t.In(f.Location)
	}
	slot := f.heads.slot(r.level, r.channel)
	h := slot.Load()
	if h == nil || h.unix != t.Unix() || h.level != r.level || h.channel != r.channel || h.loc != t.Location() {
		return f.newHead(b, r, t, slot)
	}
	n := len(b)
	b = append(b, h.text...)
	encode.PutMicros(b[n+h.micros:], t)
	return b
}

func (f *jsonFormatter) newHead(b []byte, r *Record, t time.Time, slot *atomic.Pointer[jsonHead]) []byte {
	n := len(b)
	if t.IsZero() {
		b = append(b, '{')
	} else {
		b = lineTimes.AppendRFC3339(append(b, f.timeKey...), t)
		b = append(b, '"', ',')
	}
	b = append(append(append(b, f.levelKey...), r.level.String()...), '"')
	if r.channel != "" {
		b = encode.AppendJSONString(append(b, f.channelKey...), r.channel)
	}
	b = append(b, f.messageKey...)
	// The year 1 is left to records without a time.
	if t.Unix() > 0 && encode.FourDigitYear(t) && len(b)-n <= maxHead && f.heads.misses.Add(1)%missesPerHead == 1 {
		slot.Store(&jsonHead{t.Unix(), t.Location(), r.level, strings.Clone(r.channel), slices.Clone(b[n:]), len(f.timeKey) + encode.MicrosPos})
	}
	return b
}

// maxHead bounds what is kept of long channels.
const maxHead = 512
