package logbook

import (
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/value"
	"github.com/logbook-go/logbook/internal/valuewords"
)

// jsonObject has the keys of an object that is being written, so that no key is written
// twice.
type jsonObject struct {
	objectKeys
	reserved []reservedKey  // keys that are not attributes
	group    string         // the logger's open group, which is another such key
	seen     [4][]slog.Attr // attributes before the list that is being written
	lists    int            // number of lists in seen
}

// objectKeys is an approximate set of the keys that were written, and an exact index
// for objects that need one.
type objectKeys struct {
	marks   encode.KeySet
	renamed [2]string // new names of renamed keys, if there is no index
	index   keyIndex  // of objects with many attributes, more renamed keys, or omitted attributes
}

func (k *objectKeys) clone() objectKeys {
	return objectKeys{k.marks, k.renamed, maps.Clone(k.index)}
}

// reservedKey is a key and the new name of an attribute with that key.
type reservedKey struct{ key, second string }

// addSeen adds a list that has been written. If seen is full, which takes groups
// without names, the object gets an index.
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

// manyKeys is the number of keys up to which a search through the lists is cheaper than
// an index. Only few keys need the search, since the KeySet is right about most.
const manyKeys = 256

// unused returns key, or key#2, key#3, ... if the object has the key.
func (o *jsonObject) unused(before []slog.Attr, key string) string {
	if o.index == nil {
		n := len(before)
		for _, list := range o.seen[:o.lists] {
			n += len(list)
		}
		if n < manyKeys {
			if !o.has(before, key) {
				return key
			}
			if second := o.second(key); o.rename(before, second) {
				return second
			}
		}
		o.needIndex(before)
	}
	if _, written := o.index[key]; !written {
		return key
	}
	return o.index.unused(key)
}

// second returns key#2.
func (o *jsonObject) second(key string) string {
	for _, r := range o.reserved {
		if r.key == key {
			return r.second
		}
	}
	return key + "#2"
}

// rename adds the new name of an attribute, if it is unused and there is space.
func (o *jsonObject) rename(before []slog.Attr, key string) bool {
	for i := range o.renamed {
		if o.renamed[i] == "" && !o.has(before, key) {
			o.renamed[i] = key
			return true
		}
	}
	return false
}

// keyIndex maps each key of an object to the highest number that was appended to it.
type keyIndex map[string]int

// unused returns key#2, or the next such key that is not in the index, and adds it.
func (x keyIndex) unused(key string) string {
	for n := x[key] + 1; ; n++ {
		renamed := key + "#" + strconv.Itoa(n)
		if _, taken := x[renamed]; !taken {
			x[key], x[renamed] = n, 1
			return renamed
		}
	}
}

// needIndex makes an index of the keys that were written, if there is none.
func (o *jsonObject) needIndex(before []slog.Attr) {
	if o.index != nil {
		return
	}
	o.marks.Fill() // so that every key is looked up in the index
	o.index = make(keyIndex)
	for _, r := range o.reserved {
		o.index[r.key] = 1
	}
	for _, key := range o.renamed {
		if key != "" {
			o.index[key] = 1
		}
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
		switch a := &attrs[i]; {
		case a.Key != "":
			o.index[a.Key] = 1
		case a.Value.Kind() == slog.KindGroup:
			o.addIndex(a.Value.Group())
		case !a.Equal(slog.Attr{}): // an empty attribute is not written
			o.index[""] = 1
		}
	}
}

func (o *jsonObject) has(before []slog.Attr, key string) bool {
	if key == o.group && key != "" {
		return true
	}
	for _, r := range o.reserved {
		if r.key == key {
			return true
		}
	}
	for _, renamed := range o.renamed {
		if renamed == key && key != "" {
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
		switch a := &attrs[i]; {
		case a.Key != "":
			// Most keys differ in length or in the last byte.
			if n := len(key); n == len(a.Key) && key[n-1] == a.Key[n-1] && key == a.Key {
				return true
			}
		case a.Value.Kind() == slog.KindGroup:
			if hasKey(a.Value.Group(), key) {
				return true
			}
		case key == "" && !a.Equal(slog.Attr{}):
			return true
		}
	}
	return false
}

// jsonWriter appends attributes to a JSON line. The line is passed along instead of
// being a field, which keeps it in registers.
type jsonWriter struct {
	f     *jsonFormatter
	depth int  // in LogValue methods
	cut   bool // attributes were left out
}

// attrs appends a list of attributes to the object.
func (w *jsonWriter) attrs(b []byte, o *jsonObject, list []slog.Attr) []byte {
	for i := range list {
		if len(b) > maxRecord {
			return w.leaveOut(b, o, list[:i])
		}
		a := &list[i]
		// The fast path for strings and numbers, with w.key inlined by hand.
		if text, ok := valuewords.Text(&a.Value); ok {
			var written bool
			if b, written = encode.AppendNewJSONKey(b, a.Key, &o.marks); !written {
				b = w.knownKey(b, o, list[:i], a.Key)
			}
			if len(text) > maxAttr {
				text = cut(text, maxAttr)
			}
			b = encode.AppendJSONString(b, text)
			continue
		}
		if kind, bits, ok := valuewords.Number(&a.Value); ok {
			var written bool
			if b, written = encode.AppendNewJSONKey(b, a.Key, &o.marks); !written {
				b = w.knownKey(b, o, list[:i], a.Key)
			}
			if kind == slog.KindInt64 { // saves a call
				b = encode.AppendInt(b, int64(bits))
			} else {
				b = w.number(b, kind, bits)
			}
			continue
		}
		b = w.attr(b, o, list[:i], a.Key, a.Value)
	}
	o.addSeen(list)
	return b
}

// leaveOut writes, once, that attributes were left out.
func (w *jsonWriter) leaveOut(b []byte, o *jsonObject, before []slog.Attr) []byte {
	if w.cut {
		return b
	}
	w.cut = true
	return encode.AppendJSONString(w.key(b, o, before, leftOutKey), leftOutText)
}

// attr appends an attribute of any kind, which follows those of before in its list.
func (w *jsonWriter) attr(b []byte, o *jsonObject, before []slog.Attr, key string, v slog.Value) []byte {
	switch kind := v.Kind(); kind {
	case slog.KindAny:
		return w.any(b, o, before, key, v.Any())
	case slog.KindGroup:
		return w.group(b, o, before, key, v.Group())
	case slog.KindLogValuer:
		outer := w.depth
		b = w.attr(b, o, before, key, resolve(v, &w.depth))
		w.depth = outer
		return b
	case slog.KindString:
		return appendJSONText(w.key(b, o, before, key), v.String())
	case slog.KindTime:
		b = append(w.key(b, o, before, key), '"')
		return append(encode.AppendRFC3339(b, v.Time()), '"')
	default:
		return w.number(w.key(b, o, before, key), kind, valuewords.Bits(v))
	}
}

// any appends a value of KindAny. A nil value without a key is left out.
func (w *jsonWriter) any(b []byte, o *jsonObject, before []slog.Attr, key string, v any) []byte {
	switch x := v.(type) {
	case nil:
		if key == "" {
			return b
		}
	case *loggedError:
		return w.exception(b, o, before, key, x.Info())
	case error: // the fast path for most errors
		if value.IsNil(v) {
			break
		}
		if key == errorAttr {
			return w.error(b, o, before, key, x)
		}
		if _, ok := v.(json.Marshaler); !ok {
			return appendJSONText(w.key(b, o, before, key), errorText(x))
		}
	}
	return appendJSONValue(w.key(b, o, before, key), v)
}

// group appends a group as an object, or its members if it has no name. An empty group
// is left out, and its key stays unused.
func (w *jsonWriter) group(b []byte, o *jsonObject, before []slog.Attr, key string, members []slog.Attr) []byte {
	if key == "" && len(members) > 0 {
		o.addSeen(before)
		return w.attrs(b, o, members)
	}
	start := len(b)
	b = append(encode.AppendJSONKey(b, key), '{')
	opened := len(b)
	var inner jsonObject
	b = w.attrs(b, &inner, members)
	if len(b) == opened {
		o.needIndex(before) // the key of the attribute was not written
		return b[:start]
	}
	// Now the key counts as written, and may have to be renamed.
	if known := o.marks.Add(key); known || !utf8.ValidString(key) {
		var space [64]byte
		head := w.knownKey(append(space[:0], b[start-1]), o, before, key)
		b = slices.Replace(b, start, opened-1, head[1:]...)
	}
	return append(b, '}')
}

// key appends the key of an attribute that follows those of before in its list, renamed
// if the object has it.
func (w *jsonWriter) key(b []byte, o *jsonObject, before []slog.Attr, key string) []byte {
	b, written := encode.AppendNewJSONKey(b, key, &o.marks)
	if written {
		return b
	}
	return w.knownKey(b, o, before, key)
}

// extraKey appends a key that no attribute has, after the error of the attribute that
// follows those of before. It is renamed if the object has it.
func (w *jsonWriter) extraKey(b []byte, o *jsonObject, before []slog.Attr, key string) []byte {
	written := w.f.Keys.Error
	if o.index == nil && key != written && o.rename(before, key) {
		o.marks.Add(key)
		return encode.AppendJSONKey(b, key)
	}
	o.needIndex(before)
	o.index[written] = max(1, o.index[written])
	return w.key(b, o, before, key)
}

// knownKey appends a key that the object may have, or that needs escapes.
func (w *jsonWriter) knownKey(b []byte, o *jsonObject, before []slog.Attr, key string) []byte {
	if o.marks.Add(key) {
		if unused := o.unused(before, key); unused != key {
			key = unused
			o.marks.Add(key)
		}
	}
	if o.index != nil {
		o.index[key] = max(1, o.index[key])
	}
	start := len(b)
	b = encode.AppendJSONKey(b, key)
	if len(b)-start > len(key)+len(`,"":`) && !utf8.ValidString(key) {
		// Keys that differ only in invalid UTF-8 are written alike.
		o.needIndex(before)
		return w.key(b[:start], o, before, string([]rune(key)))
	}
	return b
}
