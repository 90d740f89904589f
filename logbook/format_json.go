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

// JSON returns a formatter that writes one JSON object a line, in slog's flat form:
// time (RFC 3339 with microseconds and zone), level, channel (unless it is empty), msg
// (the rendered message), then the attributes of With, of the call and of processors.
// The options change names and forms; [SlogJSON], [ZapJSON], [ECSJSON], [GoogleCloudJSON]
// and [OpenTelemetryJSON] return those of other programs.
//
// Of equal keys in one object the second becomes "k#2", the third "k#3". Durations are
// nanoseconds, as in slog, and times have nanoseconds; NaN and the infinities are
// strings. An error is its text; if it was given by [Logger.Exception] or [Err], the field
// exception has its type, chain and stack. Other values are written as by encoding/json;
// a part that encoding/json refuses is replaced by the error. The page docs/values.md of
// the repository lists all kinds, and the differences from encoding/json. The line is
// valid JSON for any data, and safe to show in a terminal.
func JSON(o *JSONOptions) Formatter {
	f := new(jsonFormatter)
	if o != nil {
		f.JSONOptions = *o
	}
	f.timeKey = f.reserve(&f.Keys.Time, slog.TimeKey)
	f.levelKey = f.reserve(&f.Keys.Level, slog.LevelKey)
	f.channelKey = f.reserve(&f.Keys.Channel, "channel")
	f.messageKey = f.reserve(&f.Keys.Message, slog.MessageKey)
	if f.Keys.Severity != "" {
		f.severityKey = f.reserve(&f.Keys.Severity, "")
	}
	if f.Source {
		f.reserveSource()
	}
	if f.Keys.Error == "" {
		f.Keys.Error = errorAttr
	}
	if f.Keys.Exception == "" {
		f.Keys.Exception = "exception"
	}
	if f.Keys.Attrs != "" {
		f.attrsKey = "," + f.key(f.Keys.Attrs) + "{"
	}
	f.plain = !f.Source && f.attrsKey == ""
	f.setTrace()
	f.cacheable = f.TimeLayout == "" && f.timeKey != ""
	f.setLevels()
	f.setFields()
	return f
}

type jsonFormatter struct {
	heads jsonHeads
	plain bool // neither the caller nor an object of the attributes is written
	JSONOptions
	timeKey     string // "time":
	levelKey    string // "level":
	severityKey string
	channelKey  string
	messageKey  string
	sourceKey   string       // ,"source":
	attrsKey    string       // ,"attributes":{
	levels      *[256]string // "level":"INFO", of each level, if the names are not the usual ones
	fields      string       // of [JSONOptions].Fields, with a comma at the end
	cacheable   bool         // the time is written as in the cached heads

	reserved    []reservedKey // the names of the fields
	reservedSet encode.KeySet // of the same names

	trace []traceField // the parts of the trace context that the options name
}

// reserve sets the name of a field to its default if it is empty, and returns it as
// JSON with a colon. The name "-" stands for no field.
func (f *jsonFormatter) reserve(name *string, def string) string {
	if *name == "" {
		*name = def
	}
	if *name == "-" {
		return ""
	}
	if f.Keys.Attrs == "" {
		f.reserveName(*name)
	}
	return f.key(*name)
}

// reserveName keeps a name from being used by an attribute.
func (f *jsonFormatter) reserveName(name string) {
	f.reserved = append(f.reserved, reservedKey{name, name + "#2"})
	f.reservedSet.Add(name)
}

func (f *jsonFormatter) key(name string) string {
	return string(encode.AppendJSONString(nil, name)) + ":"
}

// setLevels renders the fields of all levels.
func (f *jsonFormatter) setLevels() {
	if f.LevelName == nil && f.severityKey == "" {
		return
	}
	f.levels = new([256]string)
	for i := range f.levels {
		level := Level(i - 128)
		var b []byte
		if f.levelKey != "" {
			name := level.String()
			if f.LevelName != nil {
				name = f.LevelName(level)
			}
			b = append(encode.AppendJSONString(append(b, f.levelKey...), name), ',')
		}
		if f.severityKey != "" {
			b = append(encode.AppendInt(append(b, f.severityKey...), severity(level)), ',')
		}
		f.levels[i] = string(b)
	}
}

// severity returns OpenTelemetry's number of a level, from 1 for TRACE to 24.
func severity(l Level) int64 { return max(1, min(24, int64(l)+9)) }

// setFields renders the constant fields.
func (f *jsonFormatter) setFields() {
	if len(f.Fields) == 0 {
		return
	}
	var object jsonObject
	if f.Keys.Attrs == "" {
		object.marks, object.reserved = f.reservedSet, f.reserved
	}
	w := jsonWriter{f: f}
	f.fields = string(w.attrs([]byte{'{'}, &object, f.Fields)[1:]) + ","
	if f.Keys.Attrs == "" {
		for _, a := range f.Fields {
			f.reserveName(a.Key)
		}
	}
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
	if !f.plain {
		if f.attrsKey != "" {
			return f.appendNested(b, r), nil
		}
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

// appendNested appends the caller and the attributes as an object of their own, unless
// there are none, and the end of the line.
func (f *jsonFormatter) appendNested(b []byte, r *Record) []byte {
	if len(f.trace) > 0 && len(r.extra) > 0 {
		w, line := jsonWriter{f: f}, jsonObject{objectKeys: objectKeys{marks: f.reservedSet}, reserved: f.reserved}
		b = f.appendTrace(b, &w, &line, r.extra)
	}
	start := len(b)
	b = append(b, f.attrsKey...)
	opened := len(b)
	if f.Source {
		b = f.appendSource(b, r)
	}
	if r.scope != nil || len(r.call) > 0 || len(r.extra) > 0 {
		b = f.appendAttrs(b, r)
	}
	if len(b) == opened {
		b = b[:start]
	} else {
		b = append(b, '}')
	}
	return append(b, '}')
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

// appendAttrs appends the attributes of all layers to the open object.
func (f *jsonFormatter) appendAttrs(b []byte, r *Record) []byte {
	w := jsonWriter{f: f}
	var root jsonObject // set field by field: a literal would be copied
	root.marks, root.reserved = f.reservedSet, f.reserved
	switch {
	case r.scope == nil && r.source != nil && f.writesWholeSource():
		b = w.attrs(b, &root, r.withoutSource(f.Keys.Source))
	case r.scope == nil:
		b = w.attrs(b, &root, r.call)
	case len(r.scope.layers) == 1:
		e := r.scope.encodedBy(f)
		b = appendMembers(b, e.open)
		root.objectKeys = e.root.clone()
		root.addSeen(r.scope.layers[0].attrs)
		b = w.attrs(b, &root, r.call)
	default:
		e := r.scope.encodedBy(f)
		start := len(b)
		b = appendMembers(b, e.open)
		opened := len(b)
		inner := jsonObject{objectKeys: e.inner.clone()}
		inner.addSeen(r.scope.layers[len(r.scope.layers)-1].attrs)
		b = w.attrs(b, &inner, r.call)
		groups := e.openGroups
		if len(b) == opened { // the open group is empty, and so left out
			b, groups = appendMembers(b[:start], e.bare), e.bareGroups
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
		b = f.appendUntraced(b, &w, &root, r.extra)
		if f.attrsKey == "" {
			b = f.appendTrace(b, &w, &root, r.extra)
		}
	}
	return b
}

// appendMembers appends the text of members that starts with a comma, which it leaves out
// at the start of an object.
func appendMembers[S string | []byte](b []byte, text S) []byte {
	if len(text) > 0 && b[len(b)-1] == '{' {
		text = text[1:]
	}
	return append(b, text...)
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
	w := jsonWriter{f: f}
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
	b = append(b, '{')
	if !t.IsZero() && f.timeKey != "" {
		b = append(f.appendTime(append(b, f.timeKey...), t), ',')
	}
	switch {
	case f.levels != nil:
		b = append(b, f.levels[int(r.level)+128]...)
	case f.levelKey != "":
		b = append(append(append(b, f.levelKey...), '"'), r.level.String()...)
		b = append(b, '"', ',')
	}
	if r.channel != "" && f.channelKey != "" {
		b = append(encode.AppendJSONString(append(b, f.channelKey...), r.channel), ',')
	}
	b = append(b, f.fields...)
	b = append(b, f.messageKey...)
	// The second of the zero time is not cached, since records without a time have it.
	if f.cacheable && t.Unix() > 0 && encode.FourDigitYear(t) && len(b)-n <= maxHead && f.heads.misses.Add(1)%missesPerHead == 1 {
		h := &jsonHead{
			unix: t.Unix(), loc: t.Location(), level: r.level, channel: r.channel,
			micros: len("{") + len(f.timeKey) + len(`"`) + encode.MicrosPos,
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
