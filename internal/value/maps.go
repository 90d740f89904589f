package value

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/logbook-go/logbook/internal/encode"
)

var (
	anyMap     = reflect.TypeFor[map[string]any]()
	stringMap  = reflect.TypeFor[map[string]string]()
	intMap     = reflect.TypeFor[map[string]int]()
	stringsMap = reflect.TypeFor[map[string][]string]() // HTTP headers, form values
)

// mapping completes the codec of a map.
func (m *compiler) mapping(c *codec) {
	key, elem := c.typ.Key(), c.typ.Elem()
	switch {
	case key != reflect.TypeFor[string]():
	case elem == anyMap.Elem():
		c.append = func(s *state, b []byte, p unsafe.Pointer) []byte {
			return appendMap(s, b, *(*map[string]any)(p), anyMap, (*state).any)
		}
		return
	case elem == stringMap.Elem():
		c.leaf(func(s *state, b []byte, p unsafe.Pointer) []byte {
			return appendMap(s, b, *(*map[string]string)(p), stringMap, (*state).string)
		})
		return
	case elem == intMap.Elem():
		c.leaf(func(s *state, b []byte, p unsafe.Pointer) []byte {
			return appendMap(s, b, *(*map[string]int)(p), intMap, (*state).int)
		})
		return
	case elem == stringsMap.Elem():
		c.leaf(func(s *state, b []byte, p unsafe.Pointer) []byte {
			return appendMap(s, b, *(*map[string][]string)(p), stringsMap, (*state).strings)
		})
		return
	}
	e := m.codec(use{typ: elem})
	c.flat = e.flat && key.Kind() != reflect.Interface
	c.append = func(s *state, b []byte, p unsafe.Pointer) []byte {
		return s.mapping(b, reflect.NewAt(c.typ, p).Elem(), e)
	}
}

func (s *state) string(b []byte, v string) []byte { return appendString(b, v) }

func (s *state) int(b []byte, v int) []byte { return encode.AppendInt(b, int64(v)) }

func (s *state) strings(b []byte, v []string) []byte { return appendStrings(b, v) }

// appendMap appends a map with string keys, sorted by key.
func appendMap[V any](s *state, b []byte, m map[string]V, t reflect.Type, each func(*state, []byte, V) []byte) []byte {
	if m == nil {
		return append(b, "null"...)
	}
	first, valid := len(s.names), true
	for key := range m {
		s.names = append(s.names, key)
		valid = valid && utf8.ValidString(key)
	}
	end := len(s.names)
	keys := s.names[first:end]
	if !valid {
		s.forget(first)
		return s.mapping(b, reflect.ValueOf(m), codecOf(t.Elem()))
	}
	slices.Sort(keys)
	if mark := s.enter(visit{at: *(*unsafe.Pointer)(unsafe.Pointer(&m)), typ: t}); mark != "" {
		s.forget(first)
		return encode.AppendJSONString(b, mark)
	}
	b = append(b, '{')
	for _, key := range keys {
		if len(b) > s.limit {
			b = appendCutMember(b)
			break
		}
		b = each(s, encode.AppendJSONKey(b, key), m[key])
	}
	s.leave()
	s.forget(first)
	return append(b, '}')
}

// forget drops the names from the first one on.
func (s *state) forget(first int) {
	clear(s.names[first:])
	s.names = s.names[:first]
}

// pair is a member of a map: its key as text, and the index of its key and value.
type pair struct {
	key string
	at  int
}

// mapping appends a map of any type, sorted by the texts of its keys. It numbers all but
// the first of the keys with the same text.
func (s *state) mapping(b []byte, m reflect.Value, elem *codec) []byte {
	if m.IsNil() {
		return append(b, "null"...)
	}
	if mark := s.enter(visit{at: m.UnsafePointer(), typ: m.Type()}); mark != "" {
		return encode.AppendJSONString(b, mark)
	}
	n := m.Len()
	pairs := make([]pair, 0, n)
	keys := reflect.MakeSlice(reflect.SliceOf(m.Type().Key()), n, n)
	values := reflect.MakeSlice(reflect.SliceOf(elem.typ), n, n)
	for it := m.MapRange(); it.Next() && len(pairs) < n; {
		at := len(pairs)
		keys.Index(at).SetIterKey(it)
		values.Index(at).SetIterValue(it)
		pairs = append(pairs, pair{s.keyText(keys.Index(at)), at})
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		if c := strings.Compare(a.key, b.key); c != 0 {
			return c
		}
		return strings.Compare(identity(keys.Index(a.at)), identity(keys.Index(b.at)))
	})
	makeUnique(pairs)

	first, size := values.UnsafePointer(), elem.typ.Size()
	b = append(b, '{')
	for _, p := range pairs {
		if len(b) > s.limit {
			b = appendCutMember(b)
			break
		}
		b = encode.AppendJSONKey(b, p.key)
		b = elem.append(s, b, unsafe.Add(first, uintptr(p.at)*size))
	}
	s.leave()
	return append(b, '}')
}

// identity returns a text that distinguishes keys of different types or values, for keys
// whose own texts are equal.
func identity(key reflect.Value) string {
	return fmt.Sprintf("%[1]T %#[1]v %[1]p", key.Interface())
}

// makeUnique numbers duplicate keys. Keys that differ only in invalid UTF-8 are duplicates.
func makeUnique(pairs []pair) {
	twice := false
	for i := range pairs {
		if !utf8.ValidString(pairs[i].key) {
			pairs[i].key = string([]rune(pairs[i].key))
			twice = true
		}
		twice = twice || i > 0 && pairs[i].key == pairs[i-1].key
	}
	if !twice {
		return
	}
	given := make(map[string]bool, len(pairs)) // true if an earlier pair has the key
	for _, p := range pairs {
		given[p.key] = false
	}
	for i := range pairs {
		key := pairs[i].key
		if given[key] {
			key = unused(key, func(k string) bool { _, ok := given[k]; return ok })
			pairs[i].key = key
		}
		given[key] = true
	}
}

// keyText returns the key of a map as text: as encoding/json writes it, or for types that
// encoding/json refuses, the text of the key as a value.
func (s *state) keyText(key reflect.Value) string {
	if key.Kind() == reflect.Interface {
		if key.IsNil() {
			return "<nil>"
		}
		key = key.Elem()
	}
	if key.Kind() == reflect.String {
		return key.String()
	}
	if t := key.Type(); implements[encoding.TextMarshaler](t) {
		if t.Kind() == reflect.Pointer && key.IsNil() {
			return ""
		}
		return unquoted(appendTextMarshaler(nil, key.Interface().(encoding.TextMarshaler), t))
	}
	switch {
	case key.CanInt():
		return strconv.FormatInt(key.Int(), 10)
	case key.CanUint():
		return strconv.FormatUint(key.Uint(), 10)
	}
	return unquoted(s.any(nil, key.Interface()))
}
