package logbook

import (
	"encoding/json"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/logbook-go/logbook/internal/encode"
)

// jsonWriter appends attributes to a JSON line. The line is passed along and not
// kept in it, which keeps it in registers.
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
		// What most attributes are, by the shortest way: key inlined by hand, too.
		if text, ok := textOf(&a.Value); ok {
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
		if kind, bits, ok := numberOf(&a.Value); ok {
			var written bool
			if b, written = encode.AppendNewJSONKey(b, a.Key, &o.marks); !written {
				b = w.knownKey(b, o, list[:i], a.Key)
			}
			b = appendJSONNumber(b, kind, bits)
			continue
		}
		b = w.attr(b, o, list[:i], a.Key, a.Value)
	}
	o.addSeen(list)
	return b
}

// leaveOut says that there were more attributes.
func (w *jsonWriter) leaveOut(b []byte, o *jsonObject, before []slog.Attr) []byte {
	if w.cut {
		return b
	}
	w.cut = true
	return encode.AppendJSONString(w.key(b, o, before, leftOutKey), leftOutText)
}

// attr appends an attribute of any kind, which stands behind those of before in its
// list.
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
		return appendJSONNumber(w.key(b, o, before, key), kind, bitsOf(v))
	}
}

// any appends a value of KindAny. What is nil and has no key is left out.
func (w *jsonWriter) any(b []byte, o *jsonObject, before []slog.Attr, key string, v any) []byte {
	switch x := v.(type) {
	case nil:
		if key == "" {
			return b
		}
	case *loggedError:
		if w.f.Keys.Error != key {
			key = w.f.Keys.Error
			o.needIndex(before) // the attributes' own keys do not tell
		}
	case *fixedError:
		return x.appendJSON(w.key(b, o, before, key))
	case error: // the most frequent one, by the shortest way
		if _, ok := v.(json.Marshaler); !ok {
			return appendJSONText(w.key(b, o, before, key), errorText(x))
		}
	}
	return appendJSONValue(w.key(b, o, before, key), v)
}

// group appends a group as an object, or its members if it has no name. A group that
// is empty, or turns out to be, is left out, and its key stays free.
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
		o.needIndex(before) // which knows what was written, and not only what was given
		return b[:start]
	}
	// Only now is the key counted. It may have to be another one.
	if known := o.marks.Add(key); known || !utf8.ValidString(key) {
		var space [64]byte
		head := w.knownKey(append(space[:0], b[start-1]), o, before, key)
		b = slices.Replace(b, start, opened-1, head[1:]...)
	}
	return append(b, '}')
}

// key appends the key of an attribute that stands behind those of before in its
// list, renamed if the object has it.
func (w *jsonWriter) key(b []byte, o *jsonObject, before []slog.Attr, key string) []byte {
	b, written := encode.AppendNewJSONKey(b, key, &o.marks)
	if written {
		return b
	}
	return w.knownKey(b, o, before, key)
}

// knownKey appends a key that the object may have, or that is unusual.
func (w *jsonWriter) knownKey(b []byte, o *jsonObject, before []slog.Attr, key string) []byte {
	if o.marks.Add(key) && w.f.Duplicates != DuplicatesKeep {
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
	if len(b)-start > len(key)+len(`,"":`) && !utf8.ValidString(key) && w.f.Duplicates != DuplicatesKeep {
		// Keys that differ only in what is no UTF-8 look the same.
		o.needIndex(before)
		return w.key(b[:start], o, before, string([]rune(key)))
	}
	return b
}

// appendJSONNumber appends a value of the kinds that [bitsOf] takes.
func appendJSONNumber(b []byte, kind slog.Kind, bits uint64) []byte {
	switch kind {
	case slog.KindUint64:
		return encode.AppendUint(b, bits)
	case slog.KindFloat64:
		return encode.AppendJSONFloat(b, math.Float64frombits(bits))
	case slog.KindBool:
		return strconv.AppendBool(b, bits == 1)
	default: // KindInt64 and KindDuration
		return encode.AppendInt(b, int64(bits))
	}
}

// appendJSONValue appends a value of KindAny, but for errors that have a text only.
func appendJSONValue(b []byte, v any) []byte {
	switch x := v.(type) {
	case *loggedError:
		return appendJSONError(b, x.Info())
	case *slog.Source:
		return appendJSONSource(b, x)
	}
	n := len(b)
	b = appendJSONAny(b, v)
	if len(b)-n > maxAttr {
		text := cut(string(b[n:]), maxAttr)
		b = appendJSONText(b[:n], text)
	}
	return b
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
