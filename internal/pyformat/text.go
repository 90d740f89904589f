package pyformat

import (
	"encoding"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/logbook-go/logbook/internal/value"
)

// maxDepth is the depth to which groups are formatted. LogValue methods can nest groups
// endlessly.
const maxDepth = 10

// maxLogValues is the number of times that a LogValuer may return another one, as in
// slog.
const maxLogValues = 100

// appendText appends v without a spec.
func appendText(b []byte, v slog.Value, depth int) ([]byte, error) {
	switch v.Kind() {
	case slog.KindString:
		return append(b, v.String()...), nil
	case slog.KindInt64:
		return strconv.AppendInt(b, v.Int64(), 10), nil
	case slog.KindUint64:
		return strconv.AppendUint(b, v.Uint64(), 10), nil
	case slog.KindFloat64:
		return appendShortest(b, v.Float64()), nil
	case slog.KindBool:
		return strconv.AppendBool(b, v.Bool()), nil
	case slog.KindDuration:
		return append(b, v.Duration().String()...), nil
	case slog.KindTime:
		return appendTimeText(b, v.Time()), nil
	case slog.KindGroup:
		return appendGroup(b, v.Group(), depth)
	case slog.KindLogValuer:
		v, err := resolve(v)
		if err != nil {
			return b, err
		}
		return appendText(b, v, depth)
	}
	return appendAny(b, v.Any())
}

func appendGroup(b []byte, attrs []slog.Attr, depth int) ([]byte, error) {
	if depth == maxDepth {
		return append(b, "{...}"...), nil
	}
	b = append(b, '{')
	for i, a := range attrs {
		if i > 0 {
			b = append(b, ' ')
		}
		if a.Key != "" {
			b = append(append(b, a.Key...), '=')
		}
		var err error
		if b, err = appendText(b, a.Value, depth+1); err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}

// resolve calls LogValue until the result is not a LogValuer. Unlike slog's Resolve, it
// does not turn a panic into a value.
func resolve(v slog.Value) (slog.Value, error) {
	for range maxLogValues {
		if v.Kind() != slog.KindLogValuer {
			return v, nil
		}
		var err error
		if v, err = logValue(v.LogValuer()); err != nil {
			return v, err
		}
	}
	return v, &ValueError{Type: typeName(v), Msg: "LogValue returns LogValuers without end"}
}

func logValue(lv slog.LogValuer) (v slog.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicError("LogValue", fmt.Sprintf("%T", lv), r)
		}
	}()
	if value.IsNil(lv) {
		return slog.AnyValue(nil), nil
	}
	return lv.LogValue(), nil
}

// appendAny appends a value of kind Any: the text of its methods, bytes that are text
// unchanged, and lists, maps, structs and other bytes as JSON.
func appendAny(b []byte, v any) (out []byte, err error) {
	if v == nil || value.IsNil(v) {
		return append(b, "<nil>"...), nil
	}
	method := ""
	defer func() {
		if r := recover(); r != nil {
			out, err = b, panicError(method, fmt.Sprintf("%T", v), r)
		}
	}()
	switch v := v.(type) {
	case *time.Time:
		return appendTimeText(b, *v), nil
	case json.RawMessage: // it has a method String from Go 1.27 on
		return value.AppendText(b, v), nil
	case error:
		method = "Error"
		return append(b, v.Error()...), nil
	case fmt.Stringer:
		method = "String"
		return append(b, v.String()...), nil
	case fmt.Formatter:
		method = "Format"
		f := panicKeeper{formatter: v}
		out = fmt.Appendf(b, "%+v", &f)
		if f.panicked != nil {
			panic(f.panicked)
		}
		return out, nil
	case json.Marshaler, encoding.TextMarshaler:
		return value.AppendText(b, v), nil
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Float32, reflect.Float64:
		return appendShortest(b, r.Float()), nil
	case reflect.Slice:
		if r.Type().Elem().Kind() == reflect.Uint8 && isText(r.Bytes()) {
			return append(b, r.Bytes()...), nil
		}
		fallthrough
	case reflect.Array, reflect.Map, reflect.Pointer, reflect.Struct:
		return value.AppendText(b, v), nil
	}
	return fmt.Appendf(b, "%+v", v), nil
}

// isText reports whether b is UTF-8 text without control characters other than tabs and
// line breaks.
func isText(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			return false
		}
	}
	return utf8.Valid(b)
}

// panicKeeper keeps the panic of a Format method, which fmt would write to the text.
type panicKeeper struct {
	formatter fmt.Formatter
	panicked  any
}

func (k *panicKeeper) Format(s fmt.State, verb rune) {
	defer func() { k.panicked = recover() }()
	k.formatter.Format(s, verb)
}

// hasText reports whether v has a method that returns its text.
func hasText(v any) bool {
	switch v.(type) {
	case error, fmt.Stringer, fmt.Formatter:
		return true
	}
	return false
}

func bytesOf(v slog.Value) (b []byte, ok bool) {
	if v.Kind() == slog.KindAny {
		b, ok = v.Any().([]byte)
	}
	return b, ok
}

// isString reports whether v is a []byte, a string, or of a string type without a method
// that returns its text.
func isString(v slog.Value) bool {
	if v.Kind() == slog.KindString {
		return true
	}
	if v.Kind() != slog.KindAny || v.Any() == nil {
		return false
	}
	if _, ok := bytesOf(v); ok {
		return true
	}
	return reflect.TypeOf(v.Any()).Kind() == reflect.String && !hasText(v.Any())
}

// appendNumberKind appends a value of a named number or bool type. ok is false if the
// value must be formatted as text.
func appendNumberKind(b []byte, v any, spec *Spec) (out []byte, ok bool, err error) {
	textVerb := spec.Verb == 0 || spec.Verb == 's'
	if v == nil || textVerb && hasText(v) {
		return b, false, nil
	}
	rv := reflect.ValueOf(v)
	switch {
	case rv.CanInt():
		out, err = appendInt(b, rv.Int(), spec, rv.Type().String())
	case rv.CanUint():
		out, err = appendUint(b, false, rv.Uint(), spec, rv.Type().String())
	case rv.CanFloat():
		out, err = appendFloat(b, rv.Float(), spec, rv.Type().String())
	case rv.Kind() == reflect.Bool && !textVerb:
		out, err = appendInt(b, boolInt(rv.Bool()), spec, rv.Type().String())
	default:
		return b, false, nil
	}
	return out, true, err
}

// typeName returns the Go type of v for errors.
func typeName(v slog.Value) string {
	switch v.Kind() {
	case slog.KindGroup:
		return "group"
	case slog.KindAny, slog.KindLogValuer:
		return fmt.Sprintf("%T", v.Any())
	}
	return reflect.TypeOf(v.Any()).String()
}
