package logline

import (
	"log/slog"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is the maximum nesting of objects and arrays in a JSON line.
const maxDepth = 100

// jsonReader parses JSON into attributes. Unlike encoding/json, it keeps the order of keys
// and repeated keys.
//
// It is strict, except that it keeps control characters and invalid UTF-8 in strings,
// which some loggers write. It accepts Python's words for NaN and infinities and sets
// nonfinite.
type jsonReader struct {
	s         string
	i         int
	depth     int
	nonfinite bool
}

// readObject parses s, which must be one JSON object.
func readObject(s string) (attrs []slog.Attr, nonfinite, ok bool) {
	r := jsonReader{s: s}
	r.space()
	if r.i == len(s) || s[r.i] != '{' {
		return nil, false, false
	}
	if attrs, ok = r.object(); !ok {
		return nil, false, false
	}
	r.space()
	return attrs, r.nonfinite, r.i == len(s)
}

func (r *jsonReader) space() {
	for r.i < len(r.s) {
		switch r.s[r.i] {
		case ' ', '\t', '\n', '\r':
			r.i++
		default:
			return
		}
	}
}

// take skips white space and the byte c.
func (r *jsonReader) take(c byte) bool {
	r.space()
	if r.i < len(r.s) && r.s[r.i] == c {
		r.i++
		return true
	}
	return false
}

// object parses an object, starting at the brace.
func (r *jsonReader) object() ([]slog.Attr, bool) {
	r.i++
	if r.depth++; r.depth > maxDepth {
		return nil, false
	}
	if r.take('}') {
		r.depth--
		return nil, true
	}
	var attrs []slog.Attr
	if r.depth == 1 {
		attrs = make([]slog.Attr, 0, 16)
	}
	for {
		r.space()
		key, ok := r.string()
		if !ok || !r.take(':') {
			return nil, false
		}
		v, ok := r.value()
		if !ok {
			return nil, false
		}
		attrs = append(attrs, slog.Attr{Key: key, Value: v})
		if r.take(',') {
			continue
		}
		r.depth--
		return attrs, r.take('}')
	}
}

// array parses an array, starting at the bracket.
func (r *jsonReader) array() ([]any, bool) {
	r.i++
	if r.depth++; r.depth > maxDepth {
		return nil, false
	}
	list := []any{}
	if r.take(']') {
		r.depth--
		return list, true
	}
	for {
		r.space()
		start := r.i
		v, ok := r.value()
		if !ok {
			return nil, false
		}
		e, ok := plainValue(v)
		if !ok {
			e = r.s[start:r.i]
		}
		list = append(list, e)
		if r.take(',') {
			continue
		}
		r.depth--
		return list, r.take(']')
	}
}

// plainValue converts a value for use in an array. It fails if an object has a key
// twice.
func plainValue(v slog.Value) (any, bool) {
	if v.Kind() != slog.KindGroup {
		return v.Any(), true
	}
	m := make(map[string]any, len(v.Group()))
	for _, a := range v.Group() {
		e, ok := plainValue(a.Value)
		if _, twice := m[a.Key]; twice || !ok {
			return nil, false
		}
		m[a.Key] = e
	}
	return m, true
}

func (r *jsonReader) value() (slog.Value, bool) {
	r.space()
	if r.i == len(r.s) {
		return slog.Value{}, false
	}
	switch r.s[r.i] {
	case '{':
		attrs, ok := r.object()
		if len(attrs) == 0 {
			// Handlers drop empty groups, and slog drops them from other groups.
			return slog.AnyValue(map[string]any{}), ok
		}
		return slog.GroupValue(attrs...), ok
	case '[':
		list, ok := r.array()
		return slog.AnyValue(list), ok
	case '"':
		s, ok := r.string()
		return slog.StringValue(s), ok
	case 't':
		return slog.BoolValue(true), r.literal("true")
	case 'f':
		return slog.BoolValue(false), r.literal("false")
	case 'n':
		return slog.Value{}, r.literal("null")
	case 'N':
		r.nonfinite = true
		return slog.Float64Value(math.NaN()), r.literal("NaN")
	case 'I':
		r.nonfinite = true
		return slog.Float64Value(math.Inf(1)), r.literal("Infinity")
	}
	if strings.HasPrefix(r.s[r.i:], "-I") {
		r.nonfinite = true
		return slog.Float64Value(math.Inf(-1)), r.literal("-Infinity")
	}
	return r.number()
}

func (r *jsonReader) literal(s string) bool {
	if !strings.HasPrefix(r.s[r.i:], s) {
		return false
	}
	r.i += len(s)
	return true
}

// number parses a number into a type that represents it exactly.
func (r *jsonReader) number() (slog.Value, bool) {
	start := r.i
	s := r.s[start:]
	i := 0
	if s[0] == '-' {
		i++
	}
	n := digits(s[i:])
	if n == 0 || n > 1 && s[i] == '0' {
		return slog.Value{}, false
	}
	i += n
	integer := true
	if i < len(s) && s[i] == '.' {
		integer = false
		n = digits(s[i+1:])
		if n == 0 {
			return slog.Value{}, false
		}
		i += 1 + n
	}
	mantissa := s[:i]
	if i < len(s) && s[i]|0x20 == 'e' {
		integer = false
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		n = digits(s[i:])
		if n == 0 {
			return slog.Value{}, false
		}
		i += n
	}
	r.i += i
	text := s[:i]
	if integer && text != "-0" {
		if v, err := strconv.ParseInt(text, 10, 64); err == nil {
			return slog.Int64Value(v), true
		}
		if v, err := strconv.ParseUint(text, 10, 64); err == nil {
			return slog.Uint64Value(v), true
		}
	}
	if v, ok := exactFloat(text, mantissa); ok {
		return slog.Float64Value(v), true
	}
	return slog.StringValue(text), true
}

// exactFloat converts a number unless digits would be lost: a float64 holds 17 digits,
// and fewer near zero.
func exactFloat(text, mantissa string) (float64, bool) {
	significant, zeros := 0, 0
	for i := range len(mantissa) {
		switch c := mantissa[i]; {
		case c == '0' && significant > 0:
			zeros++
		case '1' <= c && c <= '9':
			significant += zeros + 1
			zeros = 0
		}
	}
	if significant > 17 {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	const smallestNormal = 0x1p-1022
	if err != nil || significant > 0 && math.Abs(v) < smallestNormal {
		return 0, false
	}
	return v, true
}

// string parses a string, starting at the quote.
func (r *jsonReader) string() (string, bool) {
	if r.i == len(r.s) || r.s[r.i] != '"' {
		return "", false
	}
	start := r.i + 1
	for i := start; i < len(r.s); i++ {
		switch r.s[i] {
		case '"':
			r.i = i + 1
			return r.s[start:i], true
		case '\\':
			return r.escaped(start, i)
		}
	}
	return "", false
}

// escaped parses the string that starts at start and has its first escape at i.
func (r *jsonReader) escaped(start, i int) (string, bool) {
	b := make([]byte, 0, 2*(i-start)+64)
	b = append(b, r.s[start:i]...)
	for i < len(r.s) {
		c := r.s[i]
		switch {
		case c == '"':
			r.i = i + 1
			return string(b), true
		case c != '\\':
			b = append(b, c)
			i++
			continue
		case i+1 == len(r.s):
			return "", false
		}
		i += 2
		switch e := r.s[i-1]; e {
		case '"', '\\', '/':
			b = append(b, e)
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'u':
			c, ok := hex4(r.s[i:])
			if !ok {
				return "", false
			}
			i += 4
			if utf16.IsSurrogate(c) {
				low, ok := rune(0), false
				if strings.HasPrefix(r.s[i:], `\u`) {
					low, ok = hex4(r.s[i+2:])
				}
				c = utf16.DecodeRune(c, low)
				if ok && c != utf8.RuneError {
					i += 6
				}
			}
			b = utf8.AppendRune(b, c)
		default:
			return "", false
		}
	}
	return "", false
}

func hex4(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var v rune
	for i := range 4 {
		c := s[i]
		switch {
		case isDigit(c):
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		v = v<<4 | rune(c)
	}
	return v, true
}

// cutObject cuts a JSON object off the end of a text.
func cutObject(s string) (text string, attrs []slog.Attr) {
	s = strings.TrimRight(s, " ")
	if i := strings.Index(s, ` {"`); i >= 0 && s[len(s)-1] == '}' {
		if attrs, nonfinite, ok := readObject(s[i+1:]); ok && !nonfinite {
			return s[:i], attrs
		}
	}
	return s, nil
}

// textObject sets the message and the attributes of a console line that may end in a JSON
// object.
func (l *Line) textObject(s string) {
	text, attrs := cutObject(s)
	l.Message = text
	l.errorFields(attrs)
}
