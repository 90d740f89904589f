package logbook

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/errchain"
)

// appendJSONNumber appends a value of the kinds that [valuewords.Bits] takes.
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

// appendJSONAny writes a value of no known kind: by its own MarshalJSON, as text
// where it is an error or has a text form only, else by encoding/json. It never
// fails: the error stands in the place of a value that cannot be encoded.
func appendJSONAny(b []byte, v any) []byte { return appendJSONPart(b, v, 0) }

func appendJSONPart(b []byte, v any, depth int) (out []byte) {
	defer func() {
		if p := recover(); p != nil {
			out = appendJSONText(b, panicText(v, p))
		}
	}()
	methods := true // the value decides itself how it is written
	switch x := v.(type) {
	case nil:
		return append(b, "null"...)
	case *FixedValue:
		return append(b, x.json...)
	case *fixedError:
		return x.appendJSON(b)
	case json.Marshaler:
	case error:
		return appendJSONText(b, x.Error())
	case encoding.TextMarshaler:
	case fmt.Stringer:
		return appendJSONText(b, x.String())
	default:
		methods = false
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	if err == nil && !methods {
		err = checkNames(buf.Bytes())
	}
	if err == nil {
		return appendSafeJSON(b, bytes.TrimRight(buf.Bytes(), "\n"))
	}
	e, unsupported := errchain.As[*json.UnsupportedValueError](err)
	cyclic := unsupported && strings.HasPrefix(e.Str, "encountered a cycle")
	if !methods && !cyclic { // to take a cycle apart would not end
		switch reflect.TypeOf(v).Kind() {
		case reflect.Slice, reflect.Array:
			return appendJSONList(b, reflect.ValueOf(v), depth+1)
		case reflect.Map:
			return appendJSONMap(b, reflect.ValueOf(v), depth+1)
		}
	}
	// The error alone: to print the value would show the fields that JSON leaves out.
	return appendJSONText(b, refusedText(err))
}

// refusedText stands for a value that an encoder refuses.
func refusedText(err error) string { return "!ERROR: " + err.Error() }

// appendJSONList writes a list that encoding/json refuses, element by element, so
// that one costs the others nothing.
func appendJSONList(b []byte, list reflect.Value, depth int) []byte {
	if depth > maxParts {
		return appendJSONText(b, cutMark)
	}
	start := len(b)
	b = append(b, '[')
	for i := range list.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		if len(b)-start > maxAttr {
			b = appendJSONText(b, cutMark)
			break
		}
		b = appendJSONPart(b, list.Index(i).Interface(), depth)
	}
	return append(b, ']')
}

// appendJSONMap is appendJSONList for maps. Keys become text.
func appendJSONMap(b []byte, m reflect.Value, depth int) []byte {
	if depth > maxParts {
		return appendJSONText(b, cutMark)
	}
	members := make(map[string]reflect.Value, m.Len())
	for it := m.MapRange(); it.Next(); {
		key := mapKeyText(it.Key().Interface())
		for _, taken := members[key]; taken; _, taken = members[key] {
			key += "#2"
		}
		members[key] = it.Value()
	}
	start := len(b)
	b = append(b, '{')
	for i, key := range slices.Sorted(maps.Keys(members)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendJSONText(b, key), ':')
		if len(b)-start > maxAttr {
			b = appendJSONText(b, cutMark)
			break
		}
		b = appendJSONPart(b, members[key].Interface(), depth)
	}
	return append(b, '}')
}

// mapKeyText returns the key of a map as text: a key that marshals itself or has parts
// as JSON, which leaves out the fields that are not to be seen.
func mapKeyText(key any) string {
	if _, ok := key.(encoding.TextMarshaler); !ok {
		switch reflect.ValueOf(key).Kind() {
		case reflect.Struct, reflect.Array, reflect.Pointer:
		default:
			return valueText(slog.AnyValue(key))
		}
	}
	b := appendJSONPart(nil, key, 0)
	var text string
	if json.Unmarshal(b, &text) == nil {
		return text
	}
	return string(b)
}

// checkNames returns an error if an object has two members of one name, as
// encoding/json writes them for a map with the keys 1 and "1". Members of maps are
// sorted, so those two are neighbours.
func checkNames(text []byte) error {
	last := make([][]byte, 0, maxParts) // the last name of each open object and list
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			last = append(last, nil)
		case '}', ']':
			last = last[:len(last)-1]
		case '"':
			start := i
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			if text[i+1] != ':' { // the text ends with a newline
				continue
			}
			name := text[start : i+1]
			if bytes.Equal(name, last[len(last)-1]) {
				return fmt.Errorf("json: duplicate name %s", name[1:len(name)-1])
			}
			last[len(last)-1] = name
		}
	}
	return nil
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
