package value

import (
	"log/slog"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"
	"unsafe"

	"github.com/logbook-go/logbook/internal/encode"
)

// value appends a slog.Value as JSON.
func (s *state) value(b []byte, v slog.Value) []byte {
	switch v.Kind() {
	case slog.KindString:
		return appendString(b, v.String())
	case slog.KindInt64:
		return encode.AppendInt(b, v.Int64())
	case slog.KindUint64:
		return encode.AppendUint(b, v.Uint64())
	case slog.KindFloat64:
		return encode.AppendJSONFloat(b, v.Float64())
	case slog.KindBool:
		return strconv.AppendBool(b, v.Bool())
	case slog.KindDuration:
		return encode.AppendInt(b, int64(v.Duration()))
	case slog.KindTime:
		return appendTime(b, v.Time())
	case slog.KindGroup:
		return s.group(b, v.Group())
	case slog.KindLogValuer:
		return s.valuer(b, v.LogValuer(), reflect.TypeOf(v.LogValuer()))
	default:
		return s.any(b, v.Any())
	}
}

// Resolve calls LogValue until the result is not a LogValuer. It returns nil for a nil
// pointer, and a mark if a method panics or there is no end.
func Resolve(v slog.Value) slog.Value {
	for range maxChain {
		if v.Kind() != slog.KindLogValuer {
			return v
		}
		valuer := v.LogValuer()
		v = logValue(valuer, reflect.TypeOf(valuer))
	}
	return slog.StringValue(CutMark)
}

// maxChain is the maximum length of a chain of LogValue calls, as in slog.
const maxChain = 100

func logValue(v slog.LogValuer, t reflect.Type) (value slog.Value) {
	defer func() {
		if p := recover(); p != nil {
			value = slog.StringValue(Panic(t, p))
		}
	}()
	if IsNil(v) {
		return slog.Value{}
	}
	return v.LogValue()
}

// IsNil reports whether v is a nil pointer.
func IsNil(v any) bool {
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}

// valuer appends the value that v, of type t, resolves to.
func (s *state) valuer(b []byte, v slog.LogValuer, t reflect.Type) []byte {
	if s.valuers == maxValuers {
		return encode.AppendJSONString(b, CutMark)
	}
	s.valuers++
	b = s.value(b, Resolve(logValue(v, t)))
	s.valuers--
	return b
}

// group appends attributes as an object. It inlines groups without a name, leaves out empty
// groups, and numbers duplicate keys.
func (s *state) group(b []byte, list []slog.Attr) []byte {
	if mark := s.enter(visit{unsafe.Pointer(unsafe.SliceData(list)), len(list), attrList}); mark != "" {
		return encode.AppendJSONString(b, mark)
	}
	var known encode.KeySet
	first := len(s.names)
	b = s.members(append(b, '{'), list, first, &known)
	s.forget(first)
	s.leave()
	return append(b, '}')
}

func (s *state) members(b []byte, list []slog.Attr, first int, known *encode.KeySet) []byte {
	for i := range list {
		if len(b) > s.limit {
			return appendCutMember(b)
		}
		b = s.member(b, list[i].Key, list[i].Value, first, known)
	}
	return b
}

func (s *state) member(b []byte, key string, v slog.Value, first int, known *encode.KeySet) []byte {
	switch v.Kind() {
	case slog.KindLogValuer:
		if s.valuers == maxValuers {
			break
		}
		s.valuers++
		b = s.member(b, key, Resolve(v), first, known)
		s.valuers--
		return b
	case slog.KindGroup:
		start := len(b)
		if key == "" {
			return s.members(b, v.Group(), first, known)
		}
		before := *known
		b = s.key(b, key, first, known)
		opened := len(b)
		if b = s.group(b, v.Group()); len(b)-opened == len("{}") && b[opened] == '{' {
			s.names = s.names[:len(s.names)-1]
			*known = before
			return b[:start]
		}
		return b
	case slog.KindAny:
		if key == "" && v.Any() == nil {
			return b
		}
	}
	return s.value(s.key(b, key, first, known), v)
}

// key appends the key of a member. s.names[first:] are the keys of its object so far.
func (s *state) key(b []byte, key string, first int, known *encode.KeySet) []byte {
	if !utf8.ValidString(key) { // keys that differ only in invalid UTF-8 are duplicates
		key = string([]rune(key))
	}
	if known.Add(key) && slices.Contains(s.names[first:], key) {
		key = unused(key, func(k string) bool { return slices.Contains(s.names[first:], k) })
		known.Add(key)
	}
	s.names = append(s.names, key)
	return encode.AppendJSONKey(b, key)
}

// unused returns key#n with the lowest n from 2 that is not taken.
func unused(key string, taken func(string) bool) string {
	for n := 2; ; n++ {
		if k := key + "#" + strconv.Itoa(n); !taken(k) {
			return k
		}
	}
}
