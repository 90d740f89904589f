package value

import (
	"encoding"
	"encoding/json"
	"log/slog"
	"net/netip"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/logbook-go/logbook/internal/encode"
)

// An appendFunc appends the value that p points to.
type appendFunc func(s *state, b []byte, p unsafe.Pointer) []byte

// codec writes the values of one type.
type codec struct {
	typ     reflect.Type
	word    uintptr // the typeWord of its values
	append  appendFunc
	pointee *codec // the codec of the element of a pointer type, unless a method of the pointer is called
	flat    bool   // a value can contain neither a value of its own type nor an interface
	direct  bool   // an interface holds the value itself, not a pointer to it
	refused string // the error of a type that cannot be encoded
}

var (
	anyList  = reflect.TypeFor[[]any]()
	attrList = reflect.TypeFor[[]slog.Attr]()
)

// codecs caches the codecs of the types found in interfaces.
var codecs sync.Map // reflect.Type to *codec

// placed has some of them, each in a place that follows from the address of its type. A
// look takes a tenth of the time of one into codecs.
var placed [128]atomic.Pointer[codec]

// codecIn returns the codec of the type of a value.
func codecIn(v any) *codec {
	word := typeWord(v)
	place := &placed[(word>>6^word>>13)%uintptr(len(placed))]
	c := place.Load()
	if c == nil {
		c = codecOf(reflect.TypeOf(v))
		place.Store(c)
	} else if c.word != word {
		return codecOf(reflect.TypeOf(v))
	}
	return c
}

func codecOf(t reflect.Type) *codec {
	if c, ok := codecs.Load(t); ok {
		return c.(*codec)
	}
	compiled.Lock()
	defer compiled.Unlock()
	c := compiled.codec(use{typ: t})
	codecs.Store(t, c)
	return c
}

// use is a type and the context of its value.
type use struct {
	typ reflect.Type

	// addressed means that encoding/json would find the value addressable, as an element
	// of a slice or behind a pointer, and so call methods of the pointer type, too.
	addressed bool

	quoted bool // the field has the option "string"
}

// compiler makes codecs. It makes the codec of a type, and of all types that the type
// contains, under the lock, so that no incomplete codec is used.
type compiler struct {
	sync.Mutex
	codecs map[use]*codec
}

var compiled = compiler{codecs: make(map[use]*codec)}

func (m *compiler) codec(u use) *codec {
	if c, ok := m.codecs[u]; ok {
		return c
	}
	zero := reflect.Zero(u.typ).Interface()
	c := &codec{typ: u.typ, word: typeWord(zero), direct: isDirect(zero)}
	m.codecs[u] = c
	if !c.known() && !c.methods(u.addressed) {
		m.kind(c, u)
	}
	return c
}

// known completes the codec of a type that has an appender of its own.
func (c *codec) known() bool {
	switch c.typ {
	case reflect.TypeFor[time.Time]():
		c.leaf(func(_ *state, b []byte, p unsafe.Pointer) []byte { return appendTime(b, *(*time.Time)(p)) })
	case reflect.TypeFor[netip.Addr]():
		c.leaf(func(_ *state, b []byte, p unsafe.Pointer) []byte { return appendAddr(b, *(*netip.Addr)(p)) })
	case reflect.TypeFor[json.RawMessage]():
		c.leaf(func(_ *state, b []byte, p unsafe.Pointer) []byte { return appendRaw(b, *(*json.RawMessage)(p)) })
	case reflect.TypeFor[slog.Value]():
		c.append = func(s *state, b []byte, p unsafe.Pointer) []byte { return s.value(b, *(*slog.Value)(p)) }
	case reflect.TypeFor[slog.Attr]():
		c.append = func(s *state, b []byte, p unsafe.Pointer) []byte { return s.group(b, unsafe.Slice((*slog.Attr)(p), 1)) }
	case reflect.TypeFor[[]slog.Attr]():
		c.append = func(s *state, b []byte, p unsafe.Pointer) []byte { return s.group(b, *(*[]slog.Attr)(p)) }
	case reflect.TypeFor[[]any]():
		c.append = func(s *state, b []byte, p unsafe.Pointer) []byte { return s.list(b, *(*[]any)(p)) }
	default:
		return false
	}
	return true
}

func (c *codec) leaf(fn appendFunc) { c.append, c.flat = fn, true }

// methods completes the codec of a type with a method that encodes it.
func (c *codec) methods(addressed bool) bool {
	if c.typ.Kind() == reflect.Interface {
		return false // use the methods of the dynamic type
	}
	if c.typ.Kind() == reflect.Pointer && (&codec{typ: c.typ.Elem()}).known() {
		return false
	}
	switch {
	case callable[slog.LogValuer](c.typ, addressed):
		of := methodOf[slog.LogValuer](c.typ)
		c.append = func(s *state, b []byte, p unsafe.Pointer) []byte { return s.valuer(b, of(p), c.typ) }
	case callable[json.Marshaler](c.typ, addressed):
		of := methodOf[json.Marshaler](c.typ)
		c.leaf(func(_ *state, b []byte, p unsafe.Pointer) []byte { return appendMarshaler(b, of(p), c.typ) })
	case callable[error](c.typ, false):
		of := methodOf[error](c.typ)
		c.leaf(func(_ *state, b []byte, p unsafe.Pointer) []byte { return appendError(b, of(p), c.typ) })
	case callable[encoding.TextMarshaler](c.typ, addressed):
		if callable[encoding.TextAppender](c.typ, addressed) {
			of := methodOf[encoding.TextAppender](c.typ)
			c.leaf(func(s *state, b []byte, p unsafe.Pointer) []byte { return s.textAppender(b, of(p), c.typ) })
			break
		}
		of := methodOf[encoding.TextMarshaler](c.typ)
		c.leaf(func(_ *state, b []byte, p unsafe.Pointer) []byte { return appendTextMarshaler(b, of(p), c.typ) })
	default:
		return false
	}
	if c.typ.Kind() == reflect.Pointer {
		method := c.append
		c.append = func(s *state, b []byte, p unsafe.Pointer) []byte {
			if *(*unsafe.Pointer)(p) == nil {
				return append(b, "null"...)
			}
			return method(s, b, p)
		}
	}
	return true
}

// kind completes the codec of a type without such methods.
func (m *compiler) kind(c *codec, u use) {
	switch kind := c.typ.Kind(); kind {
	case reflect.Bool:
		c.scalar(u, func(_ *state, b []byte, p unsafe.Pointer) []byte { return strconv.AppendBool(b, *(*bool)(p)) })
	case reflect.Int:
		c.scalar(u, func(_ *state, b []byte, p unsafe.Pointer) []byte { return encode.AppendInt(b, int64(*(*int)(p))) })
	case reflect.Int8:
		c.scalar(u, func(_ *state, b []byte, p unsafe.Pointer) []byte { return encode.AppendInt(b, int64(*(*int8)(p))) })
	case reflect.Int16:
		c.scalar(u, func(_ *state, b []byte, p unsafe.Pointer) []byte { return encode.AppendInt(b, int64(*(*int16)(p))) })
	case reflect.Int32:
		c.scalar(u, func(_ *state, b []byte, p unsafe.Pointer) []byte { return encode.AppendInt(b, int64(*(*int32)(p))) })
	case reflect.Int64:
		c.scalar(u, func(_ *state, b []byte, p unsafe.Pointer) []byte { return encode.AppendInt(b, *(*int64)(p)) })
	case reflect.Uint:
		c.scalar(u, func(_ *state, b []byte, p unsafe.Pointer) []byte { return encode.AppendUint(b, uint64(*(*uint)(p))) })
	case reflect.Uint8:
		c.scalar(u, func(_ *state, b []byte, p unsafe.Pointer) []byte { return encode.AppendUint(b, uint64(*(*uint8)(p))) })
	case reflect.Uint16:
		c.scalar(u, func(_ *state, b []byte, p unsafe.Pointer) []byte { return encode.AppendUint(b, uint64(*(*uint16)(p))) })
	case reflect.Uint32:
		c.scalar(u, func(_ *state, b []byte, p unsafe.Pointer) []byte { return encode.AppendUint(b, uint64(*(*uint32)(p))) })
	case reflect.Uint64:
		c.scalar(u, func(_ *state, b []byte, p unsafe.Pointer) []byte { return encode.AppendUint(b, *(*uint64)(p)) })
	case reflect.Uintptr:
		c.scalar(u, func(_ *state, b []byte, p unsafe.Pointer) []byte { return encode.AppendUint(b, uint64(*(*uintptr)(p))) })
	case reflect.Float32:
		c.scalar(u, func(_ *state, b []byte, p unsafe.Pointer) []byte { return appendFloat32(b, *(*float32)(p)) })
	case reflect.Float64:
		c.scalar(u, func(_ *state, b []byte, p unsafe.Pointer) []byte { return encode.AppendJSONFloat(b, *(*float64)(p)) })
	case reflect.String:
		c.text(u)
	case reflect.Interface:
		if c.typ.NumMethod() == 0 {
			c.append = func(s *state, b []byte, p unsafe.Pointer) []byte { return s.any(b, *(*any)(p)) }
		} else {
			c.append = func(s *state, b []byte, p unsafe.Pointer) []byte { return s.any(b, *(*interface{ M() })(p)) }
		}
	case reflect.Pointer:
		c.pointer(m.codec(use{c.typ.Elem(), true, u.quoted}))
	case reflect.Slice:
		m.slice(c)
	case reflect.Array:
		c.array(m.codec(use{typ: c.typ.Elem(), addressed: u.addressed}))
	case reflect.Map:
		m.mapping(c)
	case reflect.Struct:
		m.structure(c, u.addressed)
	default:
		c.refuse("json: unsupported type: " + c.typ.String())
	}
}

// refuse completes the codec of a type that cannot be encoded.
func (c *codec) refuse(err string) {
	c.refused = err
	c.leaf(func(_ *state, b []byte, _ unsafe.Pointer) []byte { return appendRefused(b, err) })
}

// scalar completes the codec of a number or a boolean.
func (c *codec) scalar(u use, fn appendFunc) {
	c.leaf(fn)
	if u.quoted {
		c.append = func(s *state, b []byte, p unsafe.Pointer) []byte {
			n := len(b)
			b = fn(s, append(b, '"'), p)
			if b[n+1] == '"' { // NaN and infinities are already quoted
				return append(b[:n], b[n+1:]...)
			}
			return append(b, '"')
		}
	}
}

// text completes the codec of a string.
func (c *codec) text(u use) {
	switch {
	case c.typ == reflect.TypeFor[json.Number]():
		c.leaf(func(_ *state, b []byte, p unsafe.Pointer) []byte {
			return appendNumber(b, *(*json.Number)(p), u.quoted)
		})
	case u.quoted:
		c.leaf(func(_ *state, b []byte, p unsafe.Pointer) []byte {
			return encode.AppendJSONString(b, appendString(nil, *(*string)(p)))
		})
	default:
		c.leaf(func(_ *state, b []byte, p unsafe.Pointer) []byte { return appendString(b, *(*string)(p)) })
	}
}

// pointer completes the codec of a pointer.
func (c *codec) pointer(elem *codec) {
	c.pointee, c.flat = elem, elem.flat
	c.append = func(s *state, b []byte, p unsafe.Pointer) []byte {
		return c.appendPointer(s, b, *(*unsafe.Pointer)(p))
	}
}

// appendPointer appends the value that p points to.
func (c *codec) appendPointer(s *state, b []byte, p unsafe.Pointer) []byte {
	if p == nil {
		return append(b, "null"...)
	}
	if c.flat {
		return c.pointee.append(s, b, p)
	}
	if mark := s.enter(visit{at: p, typ: c.typ}); mark != "" {
		return encode.AppendJSONString(b, mark)
	}
	b = c.pointee.append(s, b, p)
	s.leave()
	return b
}

// slice completes the codec of a slice.
func (m *compiler) slice(c *codec) {
	elem := c.typ.Elem()
	pointer := reflect.PointerTo(elem)
	switch {
	case elem.Kind() == reflect.Uint8 && !implements[json.Marshaler](pointer) && !implements[encoding.TextMarshaler](pointer):
		c.leaf(func(_ *state, b []byte, p unsafe.Pointer) []byte { return appendBytes(b, *(*[]byte)(p)) })
		return
	case elem == reflect.TypeFor[string]():
		c.leaf(func(_ *state, b []byte, p unsafe.Pointer) []byte { return appendStrings(b, *(*[]string)(p)) })
		return
	}
	e := m.codec(use{typ: elem, addressed: true})
	c.flat = e.flat
	size := elem.Size()
	c.append = func(s *state, b []byte, p unsafe.Pointer) []byte {
		list := *(*[]struct{})(p)
		if list == nil {
			return append(b, "null"...)
		}
		start := unsafe.Pointer(unsafe.SliceData(list))
		if c.flat {
			return s.elements(b, start, len(list), size, e)
		}
		if mark := s.enter(visit{start, len(list), c.typ}); mark != "" {
			return encode.AppendJSONString(b, mark)
		}
		b = s.elements(b, start, len(list), size, e)
		s.leave()
		return b
	}
}

// array completes the codec of an array.
func (c *codec) array(elem *codec) {
	c.flat = elem.flat
	n, size := c.typ.Len(), c.typ.Elem().Size()
	c.append = func(s *state, b []byte, p unsafe.Pointer) []byte { return s.elements(b, p, n, size, elem) }
}

// elements appends the n elements of the given size that begin at p.
func (s *state) elements(b []byte, p unsafe.Pointer, n int, size uintptr, elem *codec) []byte {
	b = append(b, '[')
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		if len(b) > s.limit {
			b = encode.AppendJSONString(b, CutMark)
			break
		}
		b = elem.append(s, b, unsafe.Add(p, uintptr(i)*size))
	}
	return append(b, ']')
}
