package logbook

import (
	"log/slog"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/logbook-go/logbook/internal/clock"
	"github.com/logbook-go/logbook/internal/pyjson"
	"github.com/logbook-go/logbook/internal/value"
)

// Wire returns a formatter of Python Logbook's wire form: the result of its
// record.to_dict(json_safe=True), as json.dumps writes it. Python subscribers and
// [Record.UnmarshalJSON] read it. It has 23 keys:
//
//	channel              the channel
//	level                Logbook's number, 0 or 9 to 15; a level without one is written as
//	                     the next lower one, and exactly in extra as "go_level"
//	msg, message         the template, and the rendered message
//	args                 empty; a printf-style message is rendered in both
//	kwargs               the call's attributes
//	extra                all attributes
//	time                 UTC with six digits of a second
//	process              process id, null if unknown; process_name null
//	thread, greenlet     goroutine id; thread_name "Goroutine-7"
//	filename, lineno, module, func_name
//	                     of the caller; null if unknown; module is the package
//	exception_name, exception_message, formatted_exception
//	                     type, text and traceback of the error; null without one
//	frame_correction     0
//	heavy_initialized, information_pulled
//	                     true
//
// Times are written as text in the form above, durations and errors as text, groups as
// objects, and other values as by encoding/json; a value in a list or map that
// encoding/json refuses is replaced by the error. Empty groups are left out. Of equal keys
// the newest keeps its name, the others become "k#2". NaN and the infinities are written as
// in Python, which is not valid JSON; [Record.MarshalJSON] writes them as strings.
//
// A received record is written with all fields that it was received with, unless it was
// changed.
func Wire() Formatter { return wireFormatter{} }

type wireFormatter struct{}

// AppendFormat implements [Formatter].
func (wireFormatter) AppendFormat(b []byte, r *Record) ([]byte, error) {
	r.alive()
	return r.appendWire(b, false), nil
}

// MarshalJSON returns the record in the form of [Wire], as strict JSON.
func (r *Record) MarshalJSON() ([]byte, error) {
	r.alive()
	return r.appendWire(nil, true), nil
}

// exactLevel is the key of the level of a record if Logbook has no number for it.
const exactLevel = "go_level"

type wireWriter struct {
	b      []byte
	strict bool // NaN and the infinities as strings
	depth  int  // in LogValue methods
}

func (r *Record) appendWire(b []byte, strict bool) []byte {
	w := &wireWriter{b: b, strict: strict}
	if r.foreign != nil {
		w.foreign(r)
		return w.b
	}
	message := r.Message()
	template := r.template
	if r.printf {
		template = message
	}
	w.open("channel")
	w.text(r.channel)
	w.key("msg")
	w.text(template)
	w.key("args")
	w.b = append(w.b, "[]"...)
	w.key("kwargs")
	w.attrs(withoutErrors(r.call))
	w.key("level")
	w.int(int64(r.level.Wire()))
	w.key("extra")
	w.attrs(r.wireExtra())
	w.key("frame_correction")
	w.int(0)
	w.key("process")
	if r.pid == 0 {
		w.null()
	} else {
		w.int(int64(r.pid))
	}
	w.key("heavy_initialized")
	w.b = append(w.b, "true"...)
	w.key("time")
	at := r.time
	if at.IsZero() {
		at = clock.Now() // Python's records always have a time
	}
	w.b = appendISOTime(w.b, at)
	w.key("message")
	w.text(message)
	w.key("process_name")
	w.null()
	w.exception(r.exception())
	w.caller(r.Source())
	id := r.Goroutine()
	w.key("greenlet")
	w.int(int64(id))
	w.key("thread")
	w.int(int64(id))
	w.key("thread_name")
	w.text("Goroutine-" + strconv.FormatUint(id, 10))
	w.key("information_pulled")
	w.b = append(w.b, "true}"...)
	return w.b
}

// wireExtra returns all attributes, and the level if its Logbook number is not exact.
func (r *Record) wireExtra() []slog.Attr {
	var all []slog.Attr
	eachLogged(r.scope, withoutErrors(r.call), func(a slog.Attr) bool {
		all = append(all, a)
		return true
	})
	all = withoutErrors(append(all, r.extra...))
	if LevelFromWire(int64(r.level.Wire())) != r.level {
		all = append(all, slog.Int(exactLevel, int(r.level)))
	}
	return all
}

// foreign writes a received record as it was received, with the attributes that were
// added since.
func (w *wireWriter) foreign(r *Record) {
	for i, m := range r.foreign.object {
		if i == 0 {
			w.open(m.Key)
		} else {
			w.key(m.Key)
		}
		object, ok := m.Value.(pyjson.Object)
		if m.Key == "extra" && ok && len(r.extra) > r.foreign.extra {
			object = w.members(slices.Clone(object), r.extra[r.foreign.extra:])
			renameEqualKeys(object)
			w.any(object)
			continue
		}
		w.any(m.Value)
	}
	w.b = append(w.b, '}')
}

func (w *wireWriter) exception(e *loggedError) {
	w.key("exception_name")
	if e == nil {
		w.null()
		w.key("formatted_exception")
		w.null()
		w.key("exception_message")
		w.null()
		return
	}
	w.text(e.Info().Type)
	w.key("formatted_exception")
	w.text(e.Info().Traceback())
	w.key("exception_message")
	w.text(e.Info().Message)
}

func (w *wireWriter) caller(s *slog.Source) {
	module, name := splitFunction(s.Function)
	w.key("module")
	w.textOrNull(module)
	w.key("filename")
	w.textOrNull(s.File)
	w.key("func_name")
	w.textOrNull(name)
	w.key("lineno")
	if s.Line == 0 {
		w.null()
	} else {
		w.int(int64(s.Line))
	}
}

func (w *wireWriter) open(key string) {
	w.b = append(w.b, '{')
	w.b = append(pyjson.AppendString(w.b, key), ": "...)
}

func (w *wireWriter) key(key string) {
	w.b = append(w.b, ", "...)
	w.b = append(pyjson.AppendString(w.b, key), ": "...)
}

func (w *wireWriter) text(s string) { w.b = pyjson.AppendString(w.b, s) }

func (w *wireWriter) textOrNull(s string) {
	if s == "" {
		w.null()
		return
	}
	w.text(s)
}

func (w *wireWriter) int(n int64) { w.b = pyjson.AppendInt(w.b, n) }

func (w *wireWriter) null() { w.b = append(w.b, "null"...) }

// attrs writes attributes as an object. Of equal keys the newest keeps its name.
func (w *wireWriter) attrs(attrs []slog.Attr) { w.any(w.object(attrs)) }

func (w *wireWriter) object(attrs []slog.Attr) pyjson.Object {
	object := w.members(make(pyjson.Object, 0, len(attrs)), attrs)
	renameEqualKeys(object)
	return object
}

// members appends attributes to an object. Groups without a name are opened; empty
// groups and empty attributes are left out.
func (w *wireWriter) members(object pyjson.Object, attrs []slog.Attr) pyjson.Object {
	for _, a := range attrs {
		depth := w.depth
		v := resolve(a.Value, &w.depth)
		switch {
		case v.Kind() == slog.KindGroup && a.Key == "":
			object = w.members(object, v.Group())
		case v.Kind() == slog.KindGroup:
			if group := w.object(v.Group()); len(group) > 0 {
				object = append(object, pyjson.Member{Key: a.Key, Value: group})
			}
		case a.Key == "" && v.Equal(slog.Value{}):
		default:
			object = append(object, pyjson.Member{Key: a.Key, Value: w.plain(v)})
		}
		w.depth = depth
	}
	return object
}

// renameEqualKeys renames, of members with the same key, all but the last one.
func renameEqualKeys(object pyjson.Object) {
	index := make(keyIndex, len(object))
	for _, m := range object {
		index[m.Key] = 1
	}
	if len(index) == len(object) {
		return
	}
	written := make(map[string]bool, len(object))
	for i := len(object) - 1; i >= 0; i-- {
		m := &object[i]
		if written[m.Key] {
			m.Key = index.unused(m.Key)
		}
		written[m.Key] = true
	}
}

// plain converts a resolved value, which is not a group, for package pyjson.
func (w *wireWriter) plain(v slog.Value) any {
	switch v.Kind() {
	case slog.KindString:
		return v.String()
	case slog.KindInt64:
		return v.Int64()
	case slog.KindUint64:
		return v.Uint64()
	case slog.KindFloat64:
		return v.Float64()
	case slog.KindBool:
		return v.Bool()
	case slog.KindDuration:
		return v.Duration().String()
	case slog.KindTime:
		return isoTime(v.Time())
	}
	plain, err := pyjson.Decode(value.AppendJSON(nil, v.Any()))
	if err != nil { // the JSON is valid, but may be nested too deeply
		return "!ERROR: " + err.Error()
	}
	return plain
}

func (w *wireWriter) any(v any) {
	if w.strict {
		v = strict(v)
	}
	w.b = pyjson.Append(w.b, v)
}

// strict returns a value for strict JSON: NaN and the infinities are replaced by their
// names.
func strict(v any) any {
	switch x := v.(type) {
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return string(pyjson.AppendFloat(nil, x))
		}
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = strict(x[i])
		}
		return out
	case pyjson.Object:
		out := make(pyjson.Object, len(x))
		for i, m := range x {
			out[i] = pyjson.Member{Key: m.Key, Value: strict(m.Value)}
		}
		return out
	}
	return v
}

// isoLayout is the format of Logbook's helpers.format_iso8601, always with six digits
// of a second. All versions of Logbook read that correctly; Logbook up to 1.9.2 itself
// omits leading zeros.
const isoLayout = "2006-01-02T15:04:05.000000Z"

// isoTime formats the time of an attribute, with nine digits of a second if six are not
// exact: Python only parses the time of the record.
func isoTime(t time.Time) string {
	if t.Nanosecond()%1000 != 0 {
		return t.UTC().Format("2006-01-02T15:04:05.000000000Z")
	}
	return t.UTC().Format(isoLayout)
}

func appendISOTime(b []byte, t time.Time) []byte {
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, isoLayout)
	return append(b, '"')
}
