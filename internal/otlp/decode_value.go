package otlp

import (
	"log/slog"
	"math"
	"slices"

	"github.com/logbook-go/logbook/internal/value"
)

// anyValue is a value. Of arrays and lists, text is the content.
type anyValue struct {
	kind byte // the number of its field; 0 if it is empty
	bits uint64
	text string
}

// pairIn returns a pair of key and value.
func pairIn(s string) (key string, v anyValue) {
	var content merged
	for len(s) > 0 {
		var f field
		f, s = cutField(s)
		switch {
		case f.is(pairKey, wireBytes):
			key = f.content
		case f.is(pairValue, wireBytes):
			content.add(f.content)
		}
	}
	return key, valueIn(content.content())
}

// valueIn returns a value. Of several, the last one counts; arrays and lists that follow one
// another are joined.
func valueIn(s string) (v anyValue) {
	var content merged // of an array or list
	for len(s) > 0 {
		var f field
		f, s = cutField(s)
		switch {
		case f.is(valueString, wireBytes), f.is(valueBytes, wireBytes):
			v = anyValue{kind: byte(f.number), text: f.content}
		case f.is(valueArray, wireBytes), f.is(valueList, wireBytes):
			if v.kind != byte(f.number) {
				v, content = anyValue{kind: byte(f.number)}, merged{}
			}
			content.add(f.content)
		case f.is(valueBool, wireVarint), f.is(valueInt, wireVarint), f.is(valueDouble, wireFixed64):
			v = anyValue{kind: byte(f.number), bits: f.bits}
		case f.is(valueIndex, wireVarint):
			v = anyValue{}
		}
	}
	if v.kind == valueArray || v.kind == valueList {
		v.text = content.content()
	}
	return v
}

// string returns a string. A field of a record is bytes if it is not UTF-8.
func (v anyValue) string() (string, bool) {
	return v.text, v.kind == valueString || v.kind == valueBytes
}

// int returns an integer.
func (v anyValue) int() (int64, bool) { return int64(v.bits), v.kind == valueInt }

// message returns a value as a message.
func (v anyValue) message(d *decoder) string {
	if s, ok := v.string(); ok || v.kind == 0 {
		return s
	}
	return string(value.AppendText(nil, d.any(v)))
}

// members ranges over the pairs in the fields with a number, as attributes with unique keys.
func (d *decoder) members(s string, number int) func(yield func(slog.Attr) bool) {
	return func(yield func(slog.Attr) bool) {
		object := d.keys.enter()
		defer d.keys.leave(&object)
		for pair := range messages(s, number) {
			key, v := pairIn(pair)
			if !yield(d.attr(d.keys.add(&object, key), v)) {
				return
			}
		}
	}
}

// attr returns an attribute. A list becomes a group, unless a group cannot represent it: an
// empty list, and one with a member without a key.
func (d *decoder) attr(key string, v anyValue) slog.Attr {
	a := slog.Attr{Key: key}
	switch v.kind {
	case valueString:
		a.Value = slog.StringValue(v.text)
	case valueBool:
		a.Value = slog.BoolValue(v.bits != 0)
	case valueInt:
		a.Value = slog.Int64Value(int64(v.bits))
	case valueDouble:
		a.Value = slog.Float64Value(math.Float64frombits(v.bits))
	case valueList:
		if key != "" {
			members := slices.Collect(d.members(v.text, listValues))
			if len(members) > 0 && !slices.ContainsFunc(members, func(m slog.Attr) bool { return m.Key == "" }) {
				a.Value = slog.GroupValue(members...)
				break
			}
		}
		a.Value = slog.AnyValue(d.any(v))
	default:
		a.Value = slog.AnyValue(d.any(v))
	}
	return a
}

// any returns a value that is not an attribute's.
func (d *decoder) any(v anyValue) any {
	switch v.kind {
	case valueString:
		return v.text
	case valueBool:
		return v.bits != 0
	case valueInt:
		return int64(v.bits)
	case valueDouble:
		return math.Float64frombits(v.bits)
	case valueBytes:
		return []byte(v.text)
	case valueArray:
		list := []any{}
		for element := range messages(v.text, listValues) {
			list = append(list, d.any(valueIn(element)))
		}
		return list
	case valueList:
		object := d.keys.enter()
		defer d.keys.leave(&object)
		m := make(map[string]any)
		for pair := range messages(v.text, listValues) {
			key, v := pairIn(pair)
			m[d.keys.add(&object, key)] = d.any(v)
		}
		return m
	}
	return nil
}
