package logbook

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// maxParts is how deep a value is taken apart that encoding/json refuses: one may
// contain itself.
const maxParts = 16

// appendJSONAny writes a value of no known kind: by its own MarshalJSON, as text
// where it is an error or has a text form only, else by encoding/json. It never
// fails: what cannot be encoded is said in its place.
func appendJSONAny(b []byte, v any) []byte { return appendJSONPart(b, v, 0) }

func appendJSONPart(b []byte, v any, depth int) (out []byte) {
	defer func() {
		if p := recover(); p != nil {
			out = appendJSONText(b, panicText(v, p))
		}
	}()
	own := true
	switch x := v.(type) {
	case nil:
		return append(b, "null"...)
	case *frozen:
		return append(b, x.json...)
	case json.Marshaler:
	case error:
		return appendJSONText(b, x.Error())
	case encoding.TextMarshaler:
	case fmt.Stringer:
		return appendJSONText(b, x.String())
	default:
		own = false
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	if err == nil {
		return appendSafeJSON(b, bytes.TrimRight(buf.Bytes(), "\n"))
	}
	var e *json.UnsupportedValueError
	if errors.As(err, &e) && strings.HasPrefix(e.Str, "encountered a cycle") {
		return appendJSONText(b, "!ERROR: "+err.Error()) // printing it would not end
	}
	if !own {
		switch reflect.TypeOf(v).Kind() {
		case reflect.Slice, reflect.Array:
			return appendJSONList(b, reflect.ValueOf(v), depth+1)
		case reflect.Map:
			return appendJSONMap(b, reflect.ValueOf(v), depth+1)
		}
	}
	return appendJSONText(b, "!ERROR: "+err.Error()+": "+valueText(slog.AnyValue(v)))
}

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
		key := valueText(slog.AnyValue(it.Key().Interface()))
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
