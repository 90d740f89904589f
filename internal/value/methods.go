package value

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"strconv"
	"unicode/utf8"
	"unsafe"

	"github.com/logbook-go/logbook/internal/encode"
)

func implements[I any](t reflect.Type) bool { return t.Implements(reflect.TypeFor[I]()) }

// callable reports whether the methods of I can be called on a value of type t, or, if it
// is addressed, on a pointer to it.
func callable[I any](t reflect.Type, addressed bool) bool {
	return implements[I](t) || addressed && t.Kind() != reflect.Pointer && implements[I](reflect.PointerTo(t))
}

// methodOf returns a function that converts a pointer to a value of type t to an I. I must
// be callable. The function does not allocate, unless t is an unnamed type, whose pointer
// type has no methods.
func methodOf[I any](t reflect.Type) func(p unsafe.Pointer) I {
	switch {
	case t.Kind() == reflect.Pointer:
		t = t.Elem()
		return func(p unsafe.Pointer) I { return reflect.NewAt(t, *(*unsafe.Pointer)(p)).Interface().(I) }
	case implements[I](reflect.PointerTo(t)):
		return func(p unsafe.Pointer) I { return reflect.NewAt(t, p).Interface().(I) }
	default:
		return func(p unsafe.Pointer) I { return reflect.NewAt(t, p).Elem().Interface().(I) }
	}
}

// guard recovers from a panic and replaces everything after n by its mark. It must be
// deferred directly.
func guard(out *[]byte, n int, t reflect.Type) {
	if p := recover(); p != nil {
		*out = appendPanic((*out)[:n], t, p)
	}
}

func appendMarshaler(b []byte, m json.Marshaler, t reflect.Type) (out []byte) {
	out = b
	defer guard(&out, len(b), t)
	text, err := m.MarshalJSON()
	if err != nil {
		return appendCallError(b, "MarshalJSON", t, err)
	}
	return appendJSON(b, text, t)
}

func appendTextMarshaler(b []byte, m encoding.TextMarshaler, t reflect.Type) (out []byte) {
	out = b
	defer guard(&out, len(b), t)
	text, err := m.MarshalText()
	if err != nil {
		return appendCallError(b, "MarshalText", t, err)
	}
	return appendText(b, text)
}

func (s *state) textAppender(b []byte, m encoding.TextAppender, t reflect.Type) (out []byte) {
	out = b
	defer guard(&out, len(b), t)
	text, err := m.AppendText(s.text[:0])
	if err != nil {
		return appendCallError(b, "MarshalText", t, err)
	}
	if cap(text) <= maxKept {
		s.text = text
	}
	return appendText(b, text)
}

func appendText(b, text []byte) []byte {
	if len(text) > MaxSize {
		return appendString(b, string(text))
	}
	return encode.AppendJSONString(b, text)
}

func appendError(b []byte, err error, t reflect.Type) (out []byte) {
	out = b
	defer guard(&out, len(b), t)
	return appendString(b, err.Error())
}

// appendCallError appends the error of a method. It does not unwrap the error, which may
// wrap itself.
func appendCallError(b []byte, method string, t reflect.Type, err error) []byte {
	return appendRefused(b, "json: error calling "+method+" for type "+t.String()+": "+err.Error())
}

func appendRaw(b []byte, text json.RawMessage) []byte {
	if text == nil {
		return append(b, "null"...)
	}
	return appendJSON(b, text, reflect.TypeFor[json.RawMessage]())
}

// appendJSON appends the JSON that a value of type t returned.
func appendJSON(b, text []byte, t reflect.Type) []byte {
	if !json.Valid(text) {
		return appendCallError(b, "MarshalJSON", t, json.Compact(new(bytes.Buffer), text))
	}
	if len(text) > MaxSize {
		return appendString(b, string(text))
	}
	return appendCompact(b, text)
}

// appendCompact appends valid JSON without spaces, and escapes terminal control characters.
func appendCompact(b, text []byte) []byte {
	inside := false // inside a string
	for i := 0; i < len(text); {
		start := i
		for ; i < len(text); i++ {
			c := text[i]
			if c == '"' {
				inside = !inside
			} else if c == '\\' {
				i++ // skip the escaped character
			} else if c <= ' ' && !inside || c >= 0x7f {
				break
			}
		}
		b = append(b, text[start:i]...)
		if i == len(text) {
			break
		}
		if text[i] <= ' ' {
			i++
			continue
		}
		_, n := utf8.DecodeRune(text[i:])
		b = encode.AppendJSONText(b, text[i:i+n])
		i += n
	}
	return b
}

// appendNumber appends a number, with the checks of encoding/json.
func appendNumber(b []byte, n json.Number, quoted bool) []byte {
	if n == "" {
		n = "0"
	}
	if c := n[0]; c != '-' && (c < '0' || c > '9') || len(n) > MaxSize || !isNumber(string(n)) {
		return appendRefused(b, "json: invalid number literal "+strconv.Quote(string(n)))
	}
	if quoted {
		return append(append(append(b, '"'), n...), '"')
	}
	return append(b, n...)
}

// isNumber reports whether a text is a number by the grammar of JSON.
func isNumber(s string) bool {
	digits := func() (n int) {
		for len(s) > 0 && '0' <= s[0] && s[0] <= '9' {
			s = s[1:]
			n++
		}
		return n
	}
	if s != "" && s[0] == '-' {
		s = s[1:]
	}
	leading := s != "" && s[0] == '0'
	if n := digits(); n == 0 || n > 1 && leading {
		return false
	}
	if s != "" && s[0] == '.' {
		s = s[1:]
		if digits() == 0 {
			return false
		}
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if s != "" && (s[0] == '-' || s[0] == '+') {
			s = s[1:]
		}
		if digits() == 0 {
			return false
		}
	}
	return s == ""
}
