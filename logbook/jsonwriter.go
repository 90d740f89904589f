package logbook

import (
	"encoding/json"
	"log/slog"
	"strconv"
	"unicode/utf8"

	"github.com/logbook-go/logbook/internal/encode"
)

// jsonWriter appends attributes to a JSON line.
type jsonWriter struct {
	f     *jsonFormatter
	b     []byte
	depth int  // in LogValue methods
	cut   bool // attributes were left out
}

// jsonObject knows the keys of an object that is being written, so that none is
// written twice.
type jsonObject struct {
	marks    keyMarks
	reserved []string       // keys that are no attributes
	group    string         // the logger's open group, another such key
	seen     [4][]slog.Attr // attributes before the list that is being written
	lists    int            // how many lists of seen are in use
	index    map[string]int // of objects with many attributes or with renamed ones
}

// addSeen notes that a list has been written. An object of more lists than it
// has room for, which takes groups without names, keeps an index.
func (o *jsonObject) addSeen(list []slog.Attr) {
	switch {
	case o.index != nil || len(list) == 0:
	case o.lists < len(o.seen):
		o.seen[o.lists] = list
		o.lists++
	default:
		o.needIndex(list)
	}
}

// keyMarks is a set of keys that may err, in that it takes a key for known which is
// not: a bit for each of 256 classes. So most keys are known to be new by one look.
type keyMarks [4]uint64

// add puts a key into the set, and reports whether it may have been there.
func (m *keyMarks) add(key string) (known bool) {
	h := uint64(len(key))
	if n := len(key); n >= 8 {
		h ^= load8(key) ^ load8(key[n-8:])*3
	} else if n > 0 {
		h ^= uint64(key[0])<<8 | uint64(key[n/2])<<16 | uint64(key[n-1])<<24
	}
	h = h * 0x9E3779B97F4A7C15 >> 56
	word, bit := &m[h>>6], uint64(1)<<(h&63)
	known = *word&bit != 0
	*word |= bit
	return known
}

func load8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// attrs appends a list of attributes to the object.
func (w *jsonWriter) attrs(o *jsonObject, list []slog.Attr) {
	for i := range list {
		if len(w.b) > maxRecord {
			if !w.cut {
				w.cut = true
				w.key(o, list[:i], leftOutKey)
				w.b = encode.AppendJSONString(w.b, leftOutText)
			}
			return
		}
		a := &list[i]
		v := a.Value
		kind := v.Kind()
		depth := w.depth
		if kind == slog.KindLogValuer {
			v = resolve(v, &depth)
			kind = v.Kind()
		}
		switch {
		case kind == slog.KindGroup:
			outer := w.depth
			w.depth = depth
			w.group(o, list[:i], a.Key, v.Group())
			w.depth = outer
			continue
		case kind == slog.KindAny && a.Key == "" && v.Any() == nil:
			continue
		}
		key := a.Key
		if kind == slog.KindAny {
			if _, ok := v.Any().(*loggedError); ok {
				if key = w.f.Keys.Error; key != a.Key {
					o.needIndex(list[:i]) // the attributes' own keys do not tell
				}
			}
		}
		w.key(o, list[:i], key)
		w.value(v, kind)
	}
	o.addSeen(list)
}

// group appends a group as an object, or its members if it has no name. Empty
// groups are left out.
func (w *jsonWriter) group(o *jsonObject, before []slog.Attr, key string, members []slog.Attr) {
	if len(members) == 0 {
		return
	}
	if key == "" {
		o.addSeen(before)
		w.attrs(o, members)
		return
	}
	start := len(w.b)
	w.key(o, before, key)
	w.b = append(w.b, '{')
	opened := len(w.b)
	var inner jsonObject
	w.attrs(&inner, members)
	if len(w.b) == opened {
		w.b = w.b[:start]
		return
	}
	w.b = append(w.b, '}')
}

// key appends the key of an attribute that stands behind those of before in its
// list, renamed if the object has it.
func (w *jsonWriter) key(o *jsonObject, before []slog.Attr, key string) {
	start := len(w.b)
	if o.marks.add(key) && w.f.Duplicates != DuplicatesKeep {
		if unused := o.unused(before, key); unused != key {
			key = unused
			o.marks.add(key)
		}
	}
	if o.index != nil {
		o.index[key] = max(1, o.index[key])
	}
	w.b = encode.AppendJSONKey(w.b, key)
	if len(w.b)-start > len(key)+len(`,"":`) && !utf8.ValidString(key) && w.f.Duplicates != DuplicatesKeep {
		// Keys that differ only in what is no UTF-8 look the same.
		w.b = w.b[:start]
		o.needIndex(before)
		w.key(o, before, string([]rune(key)))
	}
}

// manyKeys is how many keys are looked through one by one, for the few that
// keyMarks takes for known. To index them all costs more up to here.
const manyKeys = 256

// unused returns key, or key#2, key#3, ... if that was written before.
func (o *jsonObject) unused(before []slog.Attr, key string) string {
	if o.index == nil {
		n := len(before)
		for _, list := range o.seen[:o.lists] {
			n += len(list)
		}
		if n < manyKeys && !o.has(before, key) {
			return key
		}
		o.needIndex(before)
	}
	n, written := o.index[key]
	if !written {
		return key
	}
	for {
		n++
		renamed := key + "#" + strconv.Itoa(n)
		if _, taken := o.index[renamed]; !taken {
			o.index[key] = n
			return renamed
		}
	}
}

// needIndex maps each key that was written to how often that was, if that has not
// been done.
func (o *jsonObject) needIndex(before []slog.Attr) {
	if o.index != nil {
		return
	}
	o.index = make(map[string]int)
	for _, k := range o.reserved {
		o.index[k] = 1
	}
	if o.group != "" {
		o.index[o.group] = 1
	}
	for _, list := range o.seen[:o.lists] {
		o.addIndex(list)
	}
	o.addIndex(before)
}

func (o *jsonObject) addIndex(attrs []slog.Attr) {
	for i := range attrs {
		if v := attrs[i].Value; attrs[i].Key == "" && v.Kind() == slog.KindGroup {
			o.addIndex(v.Group())
			continue
		}
		o.index[attrs[i].Key] = 1
	}
}

func (o *jsonObject) has(before []slog.Attr, key string) bool {
	if key == o.group && key != "" {
		return true
	}
	for _, k := range o.reserved {
		if k == key {
			return true
		}
	}
	for _, list := range o.seen[:o.lists] {
		if hasKey(list, key) {
			return true
		}
	}
	return hasKey(before, key)
}

func hasKey(attrs []slog.Attr, key string) bool {
	for i := range attrs {
		if v := attrs[i].Value; attrs[i].Key == "" && v.Kind() == slog.KindGroup {
			if hasKey(v.Group(), key) {
				return true
			}
		} else if attrs[i].Key == key {
			return true
		}
	}
	return false
}

func (w *jsonWriter) value(v slog.Value, kind slog.Kind) {
	switch kind {
	case slog.KindString:
		w.b = appendJSONText(w.b, v.String())
	case slog.KindInt64:
		w.b = encode.AppendInt(w.b, v.Int64())
	case slog.KindUint64:
		w.b = encode.AppendUint(w.b, v.Uint64())
	case slog.KindFloat64:
		w.b = encode.AppendJSONFloat(w.b, v.Float64())
	case slog.KindBool:
		w.b = strconv.AppendBool(w.b, v.Bool())
	case slog.KindDuration:
		w.b = encode.AppendInt(w.b, int64(v.Duration()))
	case slog.KindTime:
		w.b = append(w.b, '"')
		w.b = encode.AppendRFC3339(w.b, v.Time())
		w.b = append(w.b, '"')
	case slog.KindAny:
		w.any(v.Any())
	}
}

func (w *jsonWriter) any(v any) {
	switch x := v.(type) {
	case *loggedError:
		w.b = appendJSONError(w.b, x.Info())
		return
	case *slog.Source:
		w.b = appendJSONSource(w.b, x)
		return
	case error:
		if _, ok := v.(json.Marshaler); !ok {
			w.b = appendJSONText(w.b, errorText(x))
			return
		}
	}
	n := len(w.b)
	w.b = appendJSONAny(w.b, v)
	if len(w.b)-n > maxAttr {
		text := cut(string(w.b[n:]), maxAttr)
		w.b = appendJSONText(w.b[:n], text)
	}
}

// appendJSONText appends a string, cut where it is too long.
func appendJSONText(b []byte, s string) []byte {
	if len(s) > maxAttr {
		s = cut(s, maxAttr)
	}
	return encode.AppendJSONString(b, s)
}

func appendJSONSource(b []byte, s *slog.Source) []byte {
	b = append(b, `{"function":`...)
	b = encode.AppendJSONString(b, s.Function)
	b = append(b, `,"file":`...)
	b = encode.AppendJSONString(b, s.File)
	b = append(b, `,"line":`...)
	return append(strconv.AppendInt(b, int64(s.Line), 10), '}')
}

func appendJSONError(b []byte, e *ErrorInfo) []byte {
	b = append(b, `{"type":`...)
	b = appendJSONText(b, e.Type)
	b = append(b, `,"message":`...)
	b = appendJSONText(b, e.Message)
	if len(e.Chain) > 0 {
		b = append(b, `,"chain":[`...)
		for i := range e.Chain {
			l := &e.Chain[i]
			b = append(b, `{"depth":`...)
			b = strconv.AppendInt(b, int64(l.Depth), 10)
			b = append(b, `,"type":`...)
			b = appendJSONText(b, l.Type)
			b = append(b, `,"message":`...)
			b = appendJSONText(b, l.Message)
			b = append(b, '}', ',')
		}
		b[len(b)-1] = ']'
	}
	if len(e.Stack) > 0 {
		b = append(b, `,"stack":[`...)
		for i := range e.Stack {
			b = append(appendJSONSource(b, &e.Stack[i]), ',')
		}
		b[len(b)-1] = ']'
	}
	if e.Trace != "" {
		b = append(b, `,"trace":`...)
		b = appendJSONText(b, e.Trace)
	}
	return append(b, '}')
}

// appendSafeJSON appends JSON of another encoder, with what could control a
// terminal escaped. Such characters stand only inside of strings.
func appendSafeJSON(b, text []byte) []byte {
	for len(text) > 0 {
		if c := text[0]; c < utf8.RuneSelf && c != 0x7f {
			n := 1
			for n < len(text) && text[n] < utf8.RuneSelf && text[n] != 0x7f {
				n++
			}
			b = append(b, text[:n]...)
			text = text[n:]
			continue
		}
		_, n := utf8.DecodeRune(text)
		b = encode.AppendJSONText(b, text[:n])
		text = text[n:]
	}
	return b
}
