package otlp

import (
	"log/slog"
	"math"
	"strconv"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// fields are the fields of a record that are attributes in OTLP.
type fields struct {
	level    *logbook.Level
	template string
	failure  *logbook.ErrorInfo
	source   *slog.Source
	thread   uint64
	types    string // the members of keyTypes
	extra    []string
}

// set sets a field, and reports whether the value has the right kind.
func (f *fields) set(key string, v anyValue) bool {
	switch key {
	case keyTemplate, keyType, keyMessage, keyStacktrace, keyFile, keyFunction:
		s, ok := v.string()
		if ok {
			f.setText(key, s)
		}
		return ok
	case keyLevel, keyLine, keyThread:
		n, ok := v.int()
		return ok && f.setInt(key, n)
	case keyChain:
		chain, ok := chainIn(v)
		if ok {
			f.error().Chain = chain
		}
		return ok
	case keyTypes:
		if v.kind == valueList {
			f.types = v.text
		}
		return v.kind == valueList
	case keyExtra:
		if v.kind != valueArray {
			return false
		}
		for element := range messages(v.text, listValues) {
			name, _ := valueIn(element).string()
			f.extra = append(f.extra, name)
		}
		return true
	}
	return false
}

func (f *fields) setText(key, s string) {
	switch key {
	case keyTemplate:
		f.template = s
	case keyType:
		f.error().Type = s
	case keyMessage:
		f.error().Message = s
	case keyStacktrace:
		e := f.error()
		var ok bool
		if e.Stack, ok = parseStack(s); !ok {
			e.Trace = s
		}
	case keyFile:
		f.caller().File = s
	case keyFunction:
		f.caller().Function = s
	}
}

func (f *fields) setInt(key string, n int64) bool {
	switch {
	case key == keyLevel && math.MinInt8 <= n && n <= math.MaxInt8:
		l := logbook.Level(n)
		f.level = &l
	case key == keyLine && 0 <= n && n <= math.MaxInt32:
		f.caller().Line = int(n)
	case key == keyThread && 0 <= n:
		f.thread = uint64(n)
	default:
		return false
	}
	return true
}

func (f *fields) error() *logbook.ErrorInfo {
	if f.failure == nil {
		f.failure = new(logbook.ErrorInfo)
	}
	return f.failure
}

func (f *fields) caller() *slog.Source {
	if f.source == nil {
		f.source = new(slog.Source)
	}
	return f.source
}

// apply sets the fields of a record.
func (f *fields) apply(r *logbook.RecordData) {
	if f.level != nil {
		r.Level = *f.level
	}
	r.Template, r.Error, r.Source, r.Goroutine = f.template, f.failure, f.source, f.thread
}

func chainIn(v anyValue) (chain []logbook.ErrorLink, ok bool) {
	if v.kind != valueArray {
		return nil, false
	}
	for element := range messages(v.text, listValues) {
		v := valueIn(element)
		if v.kind != valueList {
			return nil, false
		}
		var link logbook.ErrorLink
		for pair := range messages(v.text, listValues) {
			switch key, v := pairIn(pair); key {
			case chainDepth:
				n, ok := v.int()
				if !ok || n < 1 || n > maxDepth {
					return nil, false
				}
				link.Depth = int(n)
			case chainType:
				link.Type, _ = v.string()
			case chainMessage:
				link.Message, _ = v.string()
			}
		}
		chain = append(chain, link)
	}
	return chain, true
}

// restore gives attributes the kinds that keyTypes has.
func (f *fields) restore(attrs []slog.Attr) { restore(attrs, f.types) }

func restore(attrs []slog.Attr, types string) {
	if types == "" {
		return
	}
	find := finder{attrs: attrs}
	for pair := range messages(types, listValues) {
		key, v := pairIn(pair)
		i := find.key(key)
		if i < 0 {
			continue
		}
		a := &attrs[i]
		switch {
		case v.kind == valueString:
			a.Value = ofType(a.Value, v.text)
		case v.kind == valueList && a.Value.Kind() == slog.KindGroup:
			restore(a.Value.Group(), v.text)
		}
	}
}

// ofType returns a value as one of the kind, or as it is if it does not fit.
func ofType(v slog.Value, kind string) slog.Value {
	switch {
	case kind == typeDuration && v.Kind() == slog.KindInt64:
		return slog.DurationValue(time.Duration(v.Int64()))
	case kind == typeUint64 && v.Kind() == slog.KindInt64 && v.Int64() >= 0:
		return slog.Uint64Value(uint64(v.Int64()))
	case kind == typeUint64 && v.Kind() == slog.KindString:
		if n, err := strconv.ParseUint(v.String(), 10, 64); err == nil {
			return slog.Uint64Value(n)
		}
	case kind == typeTime && v.Kind() == slog.KindString:
		if t, err := time.Parse(time.RFC3339Nano, v.String()); err == nil {
			return slog.TimeValue(t)
		}
	case kind == typeString && v.Kind() == slog.KindAny:
		if b, ok := v.Any().([]byte); ok {
			return slog.StringValue(string(b))
		}
	}
	return v
}

// finder finds attributes by their keys, which are looked up in the order of the attributes as
// a rule.
type finder struct {
	attrs []slog.Attr
	next  int
	index map[string]int // after a key that was not found at once
}

// key returns the index of the attribute with a key, or -1.
func (f *finder) key(key string) int {
	if f.index == nil {
		for i := f.next; i < min(f.next+maxSearch, len(f.attrs)); i++ {
			if f.attrs[i].Key == key {
				f.next = i + 1
				return i
			}
		}
		f.index = make(map[string]int, len(f.attrs))
		for i := range f.attrs {
			f.index[f.attrs[i].Key] = i
		}
	}
	if i, ok := f.index[key]; ok {
		return i
	}
	return -1
}

// split moves the attributes of processors to extra.
func (f *fields) split(attrs, extra []slog.Attr) (_, _ []slog.Attr) {
	if len(f.extra) == 0 {
		return attrs, extra
	}
	find := finder{attrs: attrs}
	moved := make([]bool, len(attrs))
	for _, name := range f.extra {
		if i := find.key(name); i >= 0 {
			moved[i] = true
		}
	}
	kept := attrs[:0]
	for i, a := range attrs {
		if moved[i] {
			extra = append(extra, a)
		} else {
			kept = append(kept, a)
		}
	}
	return kept, extra
}
