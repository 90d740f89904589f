package logbook

import (
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/logbook-go/logbook/internal/pyjson"
)

// WireError reports an invalid received record.
type WireError struct {
	Key string // of the record; "" if the record is not a JSON object
	Err error
}

// Error returns the key and the cause.
func (e *WireError) Error() string {
	if e.Key == "" {
		return fmt.Sprintf("logbook: received record: %v", e.Err)
	}
	return fmt.Sprintf("logbook: received record: %q: %v", e.Key, e.Err)
}

// Unwrap returns the cause.
func (e *WireError) Unwrap() error { return e.Err }

// UnmarshalJSON reads a record in the form of [Wire], from Go or from Python Logbook
// 0.4 to 2.0. It accepts what Python writes beyond JSON: NaN, Infinity, integers of any
// size, and lone surrogates (as U+FFFD). It also accepts a null channel, times with 0
// to 9 digits of a second, and the level numbers of Logbook 0.4. kwargs become the
// call's attributes, the rest of extra the processors'. An unknown level becomes the
// next lower one. The error is a [*WireError], and leaves the record unchanged.
func (r *Record) UnmarshalJSON(data []byte) error {
	r.mutable("UnmarshalJSON")
	v, err := pyjson.Decode(data)
	if err != nil {
		return &WireError{Err: err}
	}
	object, ok := v.(pyjson.Object)
	if !ok {
		return &WireError{Err: fmt.Errorf("got %s, want a JSON object", jsonKind(v))}
	}
	d := wireReader{object: object}
	n := d.record()
	if d.err != nil {
		return d.err
	}
	n.foreign.extra, n.foreign.size = len(n.extra), len(data)
	n.ctx, n.logger = r.ctx, r.logger
	r.content, r.call, r.extra = n.content, n.call, n.extra
	return nil
}

// wireReader reads a record from a decoded object. It keeps the first error.
type wireReader struct {
	object pyjson.Object
	err    error
}

func (d *wireReader) fail(key, format string, args ...any) {
	if d.err == nil {
		d.err = &WireError{Key: key, Err: fmt.Errorf(format, args...)}
	}
}

func (d *wireReader) record() *Record {
	r := &Record{content: content{foreign: &foreignFields{object: d.object}, literal: true, rendered: true}}
	r.channel = d.text("channel")
	r.level = d.level()
	r.template = d.text("msg")
	if _, ok := d.object.Get("message"); ok {
		r.message = cut(d.text("message"), maxMessage)
	} else if r.message = r.template; r.template == "" {
		d.fail("message", "missing")
	}
	if s := d.text("time"); s == "" {
		d.fail("time", "missing")
	} else if t, err := parseISOTime(s); err != nil {
		d.fail("time", "%w", err)
	} else {
		r.time, r.timed = t, true
	}
	r.pid = int(d.int("process"))
	r.goroutine = uint64(max(0, d.int("thread")))
	if file := d.text("filename"); file != "" {
		r.source = &slog.Source{File: file, Line: int(d.int("lineno")), Function: d.function()}
	}
	d.attributes(r)
	if name := d.text("exception_name"); name != "" || d.text("formatted_exception") != "" {
		e, info := new(loggedError), &ErrorInfo{Type: name, Message: d.text("exception_message"), Trace: d.text("formatted_exception")}
		info.parseTrace()
		e.info.Store(info)
		r.call = append(r.call, slog.Any("error", e))
	}
	return r
}

// function joins module and func_name to a name in Go's form.
func (d *wireReader) function() string {
	module, name := d.text("module"), d.text("func_name")
	if module == "" || name == "" {
		return name
	}
	return module + "." + name
}

func (d *wireReader) level() Level {
	v, ok := d.object.Get("level")
	if !ok {
		d.fail("level", "missing")
		return 0
	}
	n, ok := v.(int64)
	if !ok {
		d.fail("level", "got %s, want an integer", jsonKind(v))
		return 0
	}
	if extra, ok := d.object.Get("extra"); ok {
		if extra, ok := extra.(pyjson.Object); ok {
			exact, _ := extra.Get(exactLevel)
			if exact, ok := exact.(int64); ok && exact >= math.MinInt8 && exact <= math.MaxInt8 && int64(Level(exact).Wire()) == n {
				return Level(exact)
			}
		}
	}
	return LevelFromWire(n)
}

// attributes adds kwargs to the call's attributes, and the rest of extra to the
// processors'.
func (d *wireReader) attributes(r *Record) {
	var kwargs pyjson.Object
	if v, ok := d.object.Get("kwargs"); ok && v != nil {
		if kwargs, ok = v.(pyjson.Object); !ok {
			d.fail("kwargs", "got %s, want an object", jsonKind(v))
		}
	}
	for _, m := range kwargs {
		r.call = append(r.call, attrFromJSON(m))
	}
	v, _ := d.object.Get("extra")
	if v == nil {
		return
	}
	extra, ok := v.(pyjson.Object)
	if !ok {
		d.fail("extra", "got %s, want an object", jsonKind(v))
	}
	sent := make(map[string]int, len(r.call))
	for i, a := range r.call {
		sent[a.Key] = i
	}
	for _, m := range extra {
		if m.Key == exactLevel {
			continue
		}
		a := attrFromJSON(m)
		if i, ok := sent[m.Key]; ok && valueText(r.call[i].Value) == valueText(a.Value) {
			continue // Wire writes the call's attributes in both
		}
		r.extra = append(r.extra, a)
	}
}

// text returns a text field, or "" if it is null or missing.
func (d *wireReader) text(key string) string {
	v, _ := d.object.Get(key)
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		d.fail(key, "got %s, want a string", jsonKind(v))
		return ""
	}
}

// int returns an integer field, or 0 if it is null or missing.
func (d *wireReader) int(key string) int64 {
	v, _ := d.object.Get(key)
	switch v := v.(type) {
	case nil:
		return 0
	case int64:
		return v
	case uint64:
		return math.MaxInt64
	default:
		d.fail(key, "got %s, want an integer", jsonKind(v))
		return 0
	}
}

func jsonKind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case []any:
		return "an array"
	case pyjson.Object:
		return "an object"
	}
	return "a number"
}

// attrFromJSON converts a decoded member to an attribute.
func attrFromJSON(m pyjson.Member) slog.Attr {
	a := slog.Attr{Key: m.Key, Value: fromJSON(m.Value)}
	if m.Key == "" && a.Value.Kind() == slog.KindGroup { // a group without a name is no object
		a.Value = slog.AnyValue(element(m.Value))
	}
	return a
}

// fromJSON converts a decoded value to an attribute's value. Objects become groups,
// except those that groups cannot represent: empty objects, objects in arrays, and objects
// with a member without a name.
func fromJSON(v any) slog.Value {
	object, _ := v.(pyjson.Object)
	if _, unnamed := object.Get(""); unnamed || len(object) == 0 {
		return slog.AnyValue(element(v))
	}
	attrs := make([]slog.Attr, len(object))
	for i, m := range object {
		attrs[i] = slog.Attr{Key: m.Key, Value: fromJSON(m.Value)}
	}
	return slog.GroupValue(attrs...)
}

// element converts a decoded value that is not a group.
func element(v any) any {
	switch x := v.(type) {
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = element(x[i])
		}
		return out
	case pyjson.Object:
		object := make(map[string]any, len(x))
		for _, m := range x {
			object[m.Key] = element(m.Value)
		}
		return object
	}
	return v
}

// isoLayouts are the formats of Logbook's helpers.parse_iso8601. Go accepts a fraction
// of a second with each of them. Without a zone, the time is UTC.
var isoLayouts = []string{
	"2006-01-02T15:04:05Z07:00",
	"2006-01-02T15:04:05",
	"2006-01-02T15:04Z07:00",
	"2006-01-02T15:04",
	"20060102T15:04:05Z07:00",
	"20060102T15:04:05",
}

// parseISOTime reads a time with 0 to 9 digits of a second.
func parseISOTime(s string) (time.Time, error) {
	for _, layout := range isoLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("invalid time %q: want 2006-01-02T15:04:05.000000Z", cut(s, 64))
}
