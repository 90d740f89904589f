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
		return appendDuration(b, v.Duration())
	case slog.KindTime:
		return appendTime(b, v.Time())
	case slog.KindGroup:
		return s.group(b, v.Group())
	case slog.KindLogValuer:
		return s.valuer(b, v.LogValuer())
	default:
		return s.any(b, v.Any())
	}
}

// valuer appends what a value stands for. A nil pointer stands for nothing.
func (s *state) valuer(b []byte, v slog.LogValuer) []byte {
	if isNil(v) {
		return append(b, "null"...)
	}
	return s.logValue(b, v, reflect.TypeOf(v))
}

func isNil(v any) bool {
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}

// group appends attributes as an object. Groups without a name are opened in it, and
// those that turn out empty left out. A key that is there already gets a number.
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
		valuer := v.LogValuer()
		if s.valuers == maxValuers || isNil(valuer) {
			break
		}
		value, mark := callLogValue(valuer, reflect.TypeOf(valuer))
		if mark != nil {
			return append(s.key(b, key, first, known), mark...)
		}
		s.valuers++
		b = s.member(b, key, value, first, known)
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

// key appends the key of a member. The keys of its object stand in names from first on.
func (s *state) key(b []byte, key string, first int, known *encode.KeySet) []byte {
	if !utf8.ValidString(key) { // keys that differ only in it look the same
		key = string([]rune(key))
	}
	if known.Add(key) && slices.Contains(s.names[first:], key) {
		key = unused(key, func(k string) bool { return slices.Contains(s.names[first:], k) })
		known.Add(key)
	}
	s.names = append(s.names, key)
	return encode.AppendJSONKey(b, key)
}

// unused returns the key with the first number from 2 on that makes it a new one.
func unused(key string, taken func(string) bool) string {
	for n := 2; ; n++ {
		if k := key + "#" + strconv.Itoa(n); !taken(k) {
			return k
		}
	}
}
