package logbook

import (
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/logbook-go/logbook/internal/encode"
)

// JSONOptions configure [JSON]. nil is the default.
type JSONOptions struct {
	// Source adds the caller: "source":{"function","file","line"}.
	Source bool

	// Location is the time zone of the output; default the record's own.
	Location *time.Location

	// Keys are the names of the fields that every record has.
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

// JSON returns a formatter that writes one JSON object a line, in slog's flat form:
// time (RFC 3339 with microseconds and zone), level, channel (unless it is empty), msg
// (the rendered message), then the attributes of With, of the call and of processors.
//
// Of equal keys in one object the second becomes "k#2", the third "k#3". Durations are
// nanoseconds, as in slog, and times have nanoseconds; NaN and the infinities are
// strings. An error of [Logger.Exception] or [Err] is an object with type, message,
// chain and stack; any other error is its text. Other values are written as by
// encoding/json; a part that encoding/json refuses is replaced by the error. The page
// docs/values.md of the repository lists all kinds, and the differences from
// encoding/json. The line is valid JSON for any data, and safe to show in a terminal.
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

	reserved    []reservedKey // the names of the fields
	reservedSet encode.KeySet // of the same names
}

// reserve sets the name of a field to its default if it is empty, and returns it as
// JSON with a colon.
func (f *jsonFormatter) reserve(name *string, def string) string {
	if *name == "" {
		*name = def
	}
	f.reserved = append(f.reserved, reservedKey{*name, *name + "#2"})
	f.reservedSet.Add(*name)
	return string(encode.AppendJSONString(nil, *name)) + ":"
}

// AppendFormat implements [Formatter].
func (f *jsonFormatter) AppendFormat(b []byte, r *Record) ([]byte, error) {
	r.alive()
	if r.rendered || r.fargs != nil || len(r.call) > 0 && mayBeTemplate(r.template) {
		b = f.appendRendered(b, r)
	} else { // most messages need no rendering: they are short, and have no braces
		var done bool
		if b, done = encode.AppendPlainJSONString(f.appendHead(b, r), r.template); !done {
			text, rendered := r.messageBytes()
			b = appendJSONMessage(b, text, rendered)
		}
	}
	if f.Source {
		b = f.appendSource(b, r)
	}
	if len(r.call) > 0 || len(r.extra) > 0 {
		b = f.appendAttrs(b, r)
	} else if r.scope != nil {
		e := r.scope.encoded.first.Load() // encodedBy by hand, since it is not inlined
		if e == nil || e.by != f {
			e = r.scope.encodedSlow(f)
		}
		b = closeGroups(append(b, e.bare...), e.bareGroups)
	}
	return append(b, '}'), nil
}

// appendRendered appends the head and the message. It renders the message first, since
// the processor waits if it reads the message right after rendering it.
func (f *jsonFormatter) appendRendered(b []byte, r *Record) []byte {
	text, rendered := r.messageBytes()
	return appendJSONMessage(f.appendHead(b, r), text, rendered)
}

// appendJSONMessage appends a result of messageBytes.
func appendJSONMessage(b []byte, text string, rendered []byte) []byte {
	if rendered != nil {
		return encode.AppendJSONString(b, rendered)
	}
	return encode.AppendJSONString(b, text)
}

func (f *jsonFormatter) appendSource(b []byte, r *Record) []byte {
	switch {
	case r.source != nil:
		if *r.source != (slog.Source{}) {
			b = appendJSONSource(append(b, f.sourceKey...), r.source)
		}
	case r.pc != 0:
		b = append(append(b, f.sourceKey...), r.site().json...)
	}
	return b
}

// appendAttrs appends the attributes of all layers to the open object.
func (f *jsonFormatter) appendAttrs(b []byte, r *Record) []byte {
	w := jsonWriter{errorKey: f.Keys.Error}
	var root jsonObject // set field by field: a literal would be copied
	root.marks, root.reserved = f.reservedSet, f.reserved
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
		if len(b) == opened { // the open group is empty, and so left out
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

// encodedScopes caches a scope's text for each JSON formatter.
type encodedScopes struct {
	first atomic.Pointer[encodedScope] // of the first formatter
	list  atomic.Pointer[[]*encodedScope]
}

// maxEncodings bounds the formatters for which a scope caches its text.
const maxEncodings = 8

// encodedScope is the JSON of a scope, which precedes the call's attributes.
type encodedScope struct {
	by         *jsonFormatter
	open       []byte // all layers, with open groups
	openGroups int
	bare       []byte // without empty groups at the end
	bareGroups int
	root       objectKeys // with the open group, if there is one
	bareRoot   objectKeys // without the open group
	inner      objectKeys // of the innermost open group
}

// encodedBy returns the scope's text, which is encoded once for each formatter.
func (s *scope) encodedBy(f *jsonFormatter) *encodedScope {
	if e := s.encoded.first.Load(); e != nil && e.by == f {
		return e
	}
	return s.encodedSlow(f)
}

func (s *scope) encodedSlow(f *jsonFormatter) *encodedScope {
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
	// The first byte stands for the preceding field, so that a comma is written.
	b := []byte{'"'}
	w := jsonWriter{errorKey: f.Keys.Error}
	object := jsonObject{objectKeys: objectKeys{marks: f.reservedSet}, reserved: f.reserved}
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

// jsonHead is the start of the lines of one second, level and channel, up to the
// message.
type jsonHead struct {
	unix    int64
	loc     *time.Location
	level   Level
	channel string
	micros  int // offset of the microseconds in text
	size    int // of text
	text    [maxHead]byte
}

// jsonHeads caches heads, which halves the time of formatting a line without
// attributes.
type jsonHeads struct {
	kept   [16]atomic.Pointer[jsonHead]
	misses atomic.Uint32
}

// missesPerHead is the number of misses after which a head is replaced, so that records of
// many seconds or channels hardly allocate.
const missesPerHead = 16

// slot returns the place in the cache for a level and channel.
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
	unix, loc := t.Unix(), t.Location()
	h := f.heads.slot(r.level, r.channel).Load()
	if h == nil || h.unix != unix || h.loc != loc || h.level != r.level || !sameText(h.channel, r.channel) {
		return f.newHead(b, r, t)
	}
	n := len(b)
	if cap(b)-n < maxHead {
		b = slices.Grow(b, maxHead)
	}
	text := (*[maxHead]byte)(b[n : n+maxHead])
	*text = h.text // all of it, which is faster than a copy of variable size
	encode.PutMicros(text[h.micros:], t)
	return b[:n+h.size]
}

// sameText is a == b, with a shortcut for strings at the same address, such as a
// logger's channel.
func sameText(a, b string) bool {
	return len(a) == len(b) && unsafe.StringData(a) == unsafe.StringData(b) || a == b
}

func (f *jsonFormatter) newHead(b []byte, r *Record, t time.Time) []byte {
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
	// The second of the zero time is not cached, since records without a time have it.
	if t.Unix() > 0 && encode.FourDigitYear(t) && len(b)-n <= maxHead && f.heads.misses.Add(1)%missesPerHead == 1 {
		h := &jsonHead{
			unix: t.Unix(), loc: t.Location(), level: r.level, channel: r.channel,
			micros: len(f.timeKey) + encode.MicrosPos,
		}
		if r.logger == nil { // the channel may be part of a large text that was received
			h.channel = strings.Clone(r.channel)
		}
		h.size = copy(h.text[:], b[n:])
		f.heads.slot(r.level, r.channel).Store(h)
	}
	return b
}

// maxHead bounds the size of a cached head.
const maxHead = 128
