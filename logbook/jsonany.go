package logbook

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/internal/errchain"
)

// maxParts is how deep a value is taken apart that encoding/json refuses: one may
// contain itself.
const maxParts = 16

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
