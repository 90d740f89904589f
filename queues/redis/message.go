package redis

import (
	"slices"
	"time"

	"github.com/logbook-go/logbook/internal/pyjson"
	"github.com/logbook-go/logbook/logbook"
)

// The fields of the record itself, which no attribute replaces.
const (
	fieldMessage = "message"
	fieldLevel   = "level"
	fieldTime    = "time"
)

func ownField(key string) bool { return key == fieldMessage || key == fieldLevel || key == fieldTime }

// timeLayout is that of [logbook.Wire].
const timeLayout = "2006-01-02T15:04:05.000000Z"

// encode returns the message of a record. It takes the values from the wire form, in which
// they are already those of JSON.
func (s *sender) encode(r *logbook.Record) ([]byte, error) {
	text, err := r.MarshalJSON()
	if err != nil {
		return nil, err
	}
	v, err := pyjson.Decode(text)
	if err != nil {
		return nil, err
	}
	at := r.Time()
	if at.IsZero() {
		at = time.Now()
	}
	m := slices.Clone(s.template)
	m = set(m, fieldMessage, r.Message())
	m = set(m, fieldLevel, r.Level().String())
	m = set(m, fieldTime, at.UTC().Format(timeLayout))
	wire, _ := v.(pyjson.Object)
	for _, key := range []string{"exception_name", "exception_message", "formatted_exception"} {
		if v, _ := wire.Get(key); v != nil {
			m = set(m, key, v)
		}
	}
	for _, of := range []string{"extra", "kwargs"} { // extra has all attributes, kwargs those of the call
		v, _ := wire.Get(of)
		attrs, _ := v.(pyjson.Object)
		for _, a := range attrs {
			key := a.Key
			if ownField(key) {
				key += "_"
			}
			m = set(m, key, a.Value)
		}
	}
	return pyjson.Append(nil, m), nil
}

// set replaces the value of a field, or appends the field.
func set(o pyjson.Object, key string, v any) pyjson.Object {
	for i := range o {
		if o[i].Key == key {
			o[i].Value = v
			return o
		}
	}
	return append(o, pyjson.Member{Key: key, Value: v})
}
