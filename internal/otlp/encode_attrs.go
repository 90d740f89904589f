package otlp

import (
	"log/slog"
	"strconv"
	"unicode/utf8"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/value"
	"github.com/logbook-go/logbook/logbook"
)

// Tags of pairs of key and value.
const (
	recordAttribute = recordAttributes<<3 | wireBytes
	listMember      = listValues<<3 | wireBytes
)

// appendAttrs appends the attributes of a record, and those that describe them. It leaves out
// those of processors that are other fields, and sets e.failed.
func (e *Encoder) appendAttrs(b []byte, r *logbook.Record, received bool) []byte {
	object := e.keys.enter()
	object.fields = true
	for a := range r.Logged {
		b = e.appendAttr(b, recordAttribute, &object, a.Key, a.Value, 0)
	}
	logged := len(e.keys.used)
	for a := range r.Extra {
		switch {
		case isResource(&a):
		case received && (a.Key == extraTraceID || a.Key == extraSpanID || a.Key == extraFlags):
		default:
			b = e.appendAttr(b, recordAttribute, &object, a.Key, a.Value, 0)
		}
	}
	if extra := e.keys.used[logged:]; len(extra) > 0 {
		b = openAttr(b, recordAttribute, keyExtra)
		start := len(b)
		b = open(b, tag(valueArray, wireBytes), short)
		array := len(b)
		for _, key := range extra {
			b = appendStringValue(append(b, listMember), key)
		}
		b = closeAttr(closed(b, array, short), start, keyExtra)
	}
	if len(e.types) > 0 {
		b = openAttr(b, recordAttribute, keyTypes)
		start := len(b)
		b = appendText(b, tag(valueList, wireBytes), e.types)
		b = closeAttr(b, start, keyTypes)
		e.types = e.types[:0]
	}
	e.keys.leave(&object)
	return b
}

// maxValuers bounds the nesting of LogValue methods, since one may return its own receiver.
const maxValuers = 8

// appendAttr appends an attribute of any kind to an object. Groups without a name are opened;
// empty groups and empty attributes are left out.
func (e *Encoder) appendAttr(b []byte, tag byte, o *object, key string, v slog.Value, depth int) []byte {
	for range maxValuers {
		if v.Kind() != slog.KindLogValuer {
			break
		}
		v = value.Resolve(v)
		depth++
	}
	switch v.Kind() {
	case slog.KindString:
		s := v.String()
		key = e.keys.add(o, key)
		if !utf8.ValidString(s) {
			e.note(key, typeString)
		}
		return appendStringAttr(b, tag, key, s)
	case slog.KindInt64:
		return appendIntAttr(b, tag, e.keys.add(o, key), v.Int64())
	case slog.KindBool:
		return appendBoolAttr(b, tag, e.keys.add(o, key), v.Bool())
	case slog.KindFloat64:
		return appendDoubleAttr(b, tag, e.keys.add(o, key), v.Float64())
	case slog.KindDuration:
		key = e.keys.add(o, key)
		e.note(key, typeDuration)
		return appendIntAttr(b, tag, key, int64(v.Duration()))
	case slog.KindUint64:
		key = e.keys.add(o, key)
		e.note(key, typeUint64)
		if n := int64(v.Uint64()); n >= 0 {
			return appendIntAttr(b, tag, key, n)
		}
		var digits [20]byte
		return appendStringAttr(b, tag, key, string(strconv.AppendUint(digits[:0], v.Uint64(), 10)))
	case slog.KindTime:
		key = e.keys.add(o, key)
		e.note(key, typeTime)
		var text [64]byte
		return appendStringAttr(b, tag, key, string(encode.AppendRFC3339(text[:0], v.Time())))
	case slog.KindGroup:
		return e.appendGroup(b, tag, o, key, v.Group(), depth)
	case slog.KindLogValuer:
		return appendStringAttr(b, tag, e.keys.add(o, key), value.CutMark)
	}
	x := v.Any()
	if x == nil && key == "" || e.isError(x) {
		return b
	}
	key = e.keys.add(o, key)
	b = openAttr(b, tag, key)
	start := len(b)
	return closeAttr(e.appendAny(b, x, depth), start, key)
}

// note notes the kind of an attribute in keyTypes.
func (e *Encoder) note(key, kind string) {
	e.types = appendStringAttr(e.types, listMember, key, kind)
}

func (e *Encoder) appendGroup(b []byte, tag byte, o *object, key string, members []slog.Attr, depth int) []byte {
	switch {
	case e.isEmpty(members, depth):
		return b
	case depth >= maxDepth-1:
		return appendStringAttr(b, tag, e.keys.add(o, key), value.CutMark)
	case key == "":
		for i := range members {
			b = e.appendAttr(b, tag, o, members[i].Key, members[i].Value, depth+1)
		}
		return b
	}
	key = e.keys.add(o, key)
	b = openAttr(b, tag, key)
	start := len(b)
	b = open(b, valueList<<3|wireBytes, short)
	list := len(b)

	before := len(e.types)
	e.types = openAttr(e.types, listMember, key)
	types := len(e.types)
	e.types = open(e.types, valueList<<3|wireBytes, short)
	typesList := len(e.types)

	inner := e.keys.enter()
	for i := range members {
		b = e.appendAttr(b, listMember, &inner, members[i].Key, members[i].Value, depth+1)
	}
	e.keys.leave(&inner)

	if len(e.types) == typesList {
		e.types = e.types[:before]
	} else {
		e.types = closeAttr(closed(e.types, typesList, short), types, key)
	}
	return closeAttr(closed(b, list, short), start, key)
}

// isEmpty reports whether nothing is written of a group.
func (e *Encoder) isEmpty(members []slog.Attr, depth int) bool {
	for i := range members {
		switch v := members[i].Value; v.Kind() {
		case slog.KindGroup:
			if depth >= maxDepth || !e.isEmpty(v.Group(), depth+1) {
				return false
			}
		case slog.KindAny:
			if x := v.Any(); (x != nil || members[i].Key != "") && !e.isError(x) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// isError reports whether a value is the error of the record, which has attributes of its own.
func (e *Encoder) isError(x any) bool {
	logged, ok := x.(interface{ Info() *logbook.ErrorInfo })
	if !ok || e.record == nil {
		return false
	}
	info := logged.Info()
	if e.record.ErrorInfo() != info {
		return false
	}
	e.failed = info
	return true
}

// appendError appends the attributes of the record's error.
func (e *Encoder) appendError(b []byte, r *logbook.Record, info *logbook.ErrorInfo) []byte {
	if info.Type != "" {
		b = appendStringAttr(b, recordAttribute, keyType, info.Type)
	}
	b = appendStringAttr(b, recordAttribute, keyMessage, info.Message)
	switch {
	case info.Trace != "":
		b = appendStringAttr(b, recordAttribute, keyStacktrace, info.Trace)
	case len(info.Stack) > 0:
		e.stack = appendStack(e.stack[:0], r.Goroutine(), info.Stack)
		b = appendStringAttr(b, recordAttribute, keyStacktrace, string(e.stack))
	}
	if len(info.Chain) == 0 {
		return b
	}
	b = openAttr(b, recordAttribute, keyChain)
	start := len(b)
	b = open(b, valueArray<<3|wireBytes, long)
	array := len(b)
	for i := range info.Chain {
		link := &info.Chain[i]
		b = open(b, listMember, short)
		element := len(b)
		b = open(b, valueList<<3|wireBytes, short)
		list := len(b)
		b = appendIntAttr(b, listMember, chainDepth, int64(link.Depth))
		b = appendStringAttr(b, listMember, chainType, link.Type)
		b = appendStringAttr(b, listMember, chainMessage, link.Message)
		b = closed(closed(b, list, short), element, short)
	}
	return closeAttr(closed(b, array, long), start, keyChain)
}
