package sentry

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"time"
)

// SDKs, old and new, write some parts of an event in several forms. A part of another type
// than is expected is left out, since the rest of the event is worth more than its form.

// unmarshal is [json.Unmarshal] that leaves out what has another type.
func unmarshal(b []byte, v any) error {
	err := json.Unmarshal(b, v)
	if other := (*json.UnmarshalTypeError)(nil); errors.As(err, &other) {
		return nil
	}
	return err
}

// list is an array, an object with an array "values", or a single element.
type list[T any] []T

// UnmarshalJSON implements [json.Unmarshaler].
func (l *list[T]) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		var o struct {
			Values *[]T `json:"values"`
		}
		if err := unmarshal(b, &o); err != nil {
			return err
		}
		if o.Values != nil {
			*l = *o.Values
			return nil
		}
		var one T
		if err := unmarshal(b, &one); err != nil {
			return err
		}
		*l = list[T]{one}
		return nil
	}
	return unmarshal(b, (*[]T)(l))
}

// text is a string; other values are their JSON, and null is "".
type text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *text) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case '"':
		return json.Unmarshal(b, (*string)(t))
	case 'n':
		*t = ""
	default:
		*t = text(b)
	}
	return nil
}

// object is an object, or an array of pairs; anything else is nil.
type object map[string]any

// UnmarshalJSON implements [json.Unmarshaler].
func (o *object) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case '{':
		v, err := decode(b)
		*o, _ = v.(map[string]any)
		return err
	case '[':
		var pairs [][2]any
		if json.Unmarshal(b, &pairs) != nil {
			return nil
		}
		*o = make(object, len(pairs))
		for _, p := range pairs {
			if key, ok := p[0].(string); ok {
				(*o)[key] = p[1]
			}
		}
	}
	return nil
}

// decode returns a value, in which integers are int64 if they fit.
func decode(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return numbers(v), nil
}

func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = numbers(v[key])
		}
	}
	return v
}

// instant is a time: a text of RFC 3339, with or without a zone, or seconds since 1970. Anything
// else is the zero time.
type instant time.Time

// UnmarshalJSON implements [json.Unmarshaler].
func (i *instant) UnmarshalJSON(b []byte) error {
	var seconds float64
	if json.Unmarshal(b, &seconds) == nil {
		if whole, part := math.Modf(seconds); whole > 0 && whole < 1<<36 {
			*i = instant(time.Unix(int64(whole), int64(math.Round(part*1e6))*1000).UTC())
		}
		return nil
	}
	var s string
	if json.Unmarshal(b, &s) != nil {
		return nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			*i = instant(t)
			break
		}
	}
	return nil
}
