package value

import (
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/netip"
	"reflect"
	"strconv"
	"sync"
	"time"
	"unsafe"

	"github.com/logbook-go/logbook/internal/encode"
)

// AppendJSON appends a value as JSON. It never fails: it writes a mark in place of a part
// that cannot be encoded.
func AppendJSON(b []byte, v any) []byte {
	if out, done := appendCommon(b, v); done {
		return out
	}
	s := states.Get().(*state)
	b = s.run(b, v)
	if cap(s.names) <= maxKept {
		states.Put(s)
	}
	return b
}

// appendCommon appends a value of a common type that needs no codec. It reports whether v
// is of such a type.
func appendCommon(b []byte, v any) (_ []byte, done bool) {
	switch x := v.(type) {
	case nil:
		return append(b, "null"...), true
	case string:
		return appendString(b, x), true
	case bool:
		return strconv.AppendBool(b, x), true
	case int:
		return encode.AppendInt(b, int64(x)), true
	case int8:
		return encode.AppendInt(b, int64(x)), true
	case int16:
		return encode.AppendInt(b, int64(x)), true
	case int32:
		return encode.AppendInt(b, int64(x)), true
	case int64:
		return encode.AppendInt(b, x), true
	case uint:
		return encode.AppendUint(b, uint64(x)), true
	case uint8:
		return encode.AppendUint(b, uint64(x)), true
	case uint16:
		return encode.AppendUint(b, uint64(x)), true
	case uint32:
		return encode.AppendUint(b, uint64(x)), true
	case uint64:
		return encode.AppendUint(b, x), true
	case uintptr:
		return encode.AppendUint(b, uint64(x)), true
	case float32:
		return appendFloat32(b, x), true
	case float64:
		return encode.AppendJSONFloat(b, x), true
	case time.Duration:
		return encode.AppendInt(b, int64(x)), true
	case time.Time:
		return appendTime(b, x), true
	case netip.Addr:
		return appendAddr(b, x), true
	case json.Number:
		return appendNumber(b, x, false), true
	case []byte:
		return appendBytes(b, x), true
	case []string:
		return appendStrings(b, x), true
	case []int:
		return appendInts(b, x), true
	case []int64:
		return appendInts(b, x), true
	case []uint64:
		return appendList(b, x, encode.AppendUint), true
	case []float64:
		return appendList(b, x, encode.AppendJSONFloat), true
	case []bool:
		return appendList(b, x, strconv.AppendBool), true
	case []time.Duration:
		return appendInts(b, x), true
	case []time.Time:
		return appendList(b, x, appendTime), true
	case []error:
		return appendErrors(b, x)
	}
	return b, false
}

// state is the state of one call of AppendJSON.
type state struct {
	limit   int              // the length of the buffer at which further parts are left out
	path    []visit          // the pointers, slices and maps being written
	valuers int              // the number of LogValue methods being resolved
	names   []string         // the keys of the maps and groups being written
	words   []unsafe.Pointer // copies of values that interfaces hold directly
	text    []byte           // buffer for AppendText methods
}

// maxKept is the maximum capacity of the buffers of a state that is kept for reuse.
const maxKept = 1 << 10

var states = sync.Pool{New: func() any { return new(state) }}

func (s *state) run(b []byte, v any) (out []byte) {
	n := len(b)
	defer func() {
		if p := recover(); p != nil {
			*s = state{}
			out = appendPanic(b[:n], reflect.TypeOf(v), p)
		}
	}()
	s.limit = n + MaxSize
	return s.rest(b, v)
}

// any appends a value of any type.
func (s *state) any(b []byte, v any) []byte {
	if out, done := appendCommon(b, v); done {
		return out
	}
	return s.rest(b, v)
}

// rest appends a value of any type that appendCommon does not handle.
func (s *state) rest(b []byte, v any) []byte {
	switch x := v.(type) {
	case []any:
		return s.list(b, x)
	case map[string]any:
		return appendMap(s, b, x, anyMap, (*state).any)
	case map[string]string:
		return appendMap(s, b, x, stringMap, (*state).string)
	case slog.Value:
		return s.value(b, x)
	case slog.Attr:
		return s.group(b, []slog.Attr{x})
	case []slog.Attr:
		return s.group(b, x)
	case error:
		if isPlainError(x) {
			return appendError(b, x, reflect.TypeOf(v))
		}
	}
	c := codecIn(v)
	if c.pointee != nil {
		return c.appendPointer(s, b, pointerIn(v))
	}
	n := len(s.words)
	b = c.append(s, b, s.address(v, c))
	clear(s.words[n:])
	s.words = s.words[:n]
	return b
}

// isPlainError reports whether an error is written as its text, and is not a nil pointer.
func isPlainError(err error) bool {
	switch err.(type) {
	case slog.LogValuer, json.Marshaler:
		return false
	}
	v := reflect.ValueOf(err)
	return v.Kind() != reflect.Pointer || !v.IsNil()
}

// list appends a []any, the type of lists decoded from JSON.
func (s *state) list(b []byte, list []any) []byte {
	if list == nil {
		return append(b, "null"...)
	}
	at := visit{unsafe.Pointer(unsafe.SliceData(list)), len(list), anyList}
	if mark := s.enter(at); mark != "" {
		return encode.AppendJSONString(b, mark)
	}
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if len(b) > s.limit {
			b = encode.AppendJSONString(b, CutMark)
			break
		}
		b = s.any(b, v)
	}
	s.leave()
	return append(b, ']')
}

// appendStrings is appendList for strings, without calls through a variable.
func appendStrings(b []byte, list []string) []byte {
	if list == nil {
		return append(b, "null"...)
	}
	limit := len(b) + MaxSize
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if len(b) > limit {
			b = encode.AppendJSONString(b, CutMark)
			break
		}
		if len(s) > MaxSize {
			s = Cut(s)
		}
		b = encode.AppendJSONString(b, s)
	}
	return append(b, ']')
}

// appendInts is appendList for integers, without calls through a variable.
func appendInts[T int | int64 | time.Duration](b []byte, list []T) []byte {
	if list == nil {
		return append(b, "null"...)
	}
	limit := len(b) + MaxSize
	b = append(b, '[')
	for i, n := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if len(b) > limit {
			b = encode.AppendJSONString(b, CutMark)
			break
		}
		b = encode.AppendInt(b, int64(n))
	}
	return append(b, ']')
}

// appendList appends a slice, calling each for every element.
func appendList[T any](b []byte, list []T, each func([]byte, T) []byte) []byte {
	if list == nil {
		return append(b, "null"...)
	}
	limit := len(b) + MaxSize
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if len(b) > limit {
			b = encode.AppendJSONString(b, CutMark)
			break
		}
		b = each(b, v)
	}
	return append(b, ']')
}

// appendErrors appends a list of errors. It appends nothing and reports false if not all of
// them are plain errors, or if a method panics.
func appendErrors(b []byte, list []error) (out []byte, done bool) {
	if list == nil {
		return append(b, "null"...), true
	}
	defer func() {
		if recover() != nil {
			out, done = b, false
		}
	}()
	limit := len(b) + MaxSize
	out = append(b, '[')
	for i, err := range list {
		if i > 0 {
			out = append(out, ',')
		}
		switch {
		case len(out) > limit:
			return append(encode.AppendJSONString(out, CutMark), ']'), true
		case err == nil:
			out = append(out, "null"...)
		case isPlainError(err):
			out = appendString(out, err.Error())
		default:
			return b, false
		}
	}
	return append(out, ']'), true
}

func appendString(b []byte, s string) []byte {
	if len(s) > MaxSize {
		s = Cut(s)
	}
	return encode.AppendJSONString(b, s)
}

func appendTime(b []byte, t time.Time) []byte {
	return append(encode.AppendRFC3339(append(b, '"'), t), '"')
}

func appendAddr(b []byte, a netip.Addr) []byte {
	var space [64]byte
	text, _ := a.AppendText(space[:0])
	return encode.AppendJSONString(b, text)
}

// appendFloat32 is like [encode.AppendJSONFloat], with the precision of a float32.
func appendFloat32(b []byte, f float32) []byte {
	abs := max(f, -f)
	switch {
	case f != f || abs > maxFloat32:
		return encode.AppendJSONFloat(b, float64(f))
	case abs != 0 && abs < 1e-6 || abs >= 1e21:
		b = strconv.AppendFloat(b, float64(f), 'e', -1, 32)
		if n := len(b); b[n-4] == 'e' && b[n-3] == '-' && b[n-2] == '0' {
			b[n-2] = b[n-1] // encoding/json writes e-9 where strconv writes e-09
			b = b[:n-1]
		}
		return b
	}
	return strconv.AppendFloat(b, float64(f), 'f', -1, 32)
}

// maxBytes is the number of bytes whose base64 text has MaxSize.
const maxBytes = MaxSize / 4 * 3

func appendBytes(b, data []byte) []byte {
	if data == nil {
		return append(b, "null"...)
	}
	b = append(b, '"')
	if len(data) > maxBytes {
		b = append(base64.StdEncoding.AppendEncode(b, data[:maxBytes]), CutMark...)
	} else {
		b = base64.StdEncoding.AppendEncode(b, data)
	}
	return append(b, '"')
}
