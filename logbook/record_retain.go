package logbook

import (
	"log/slog"
	"reflect"
	"slices"

	"github.com/logbook-go/logbook/internal/goroutine"
)

// Retain returns a record that can be kept after Handle and read on any goroutine. It
// is read-only. Its message is rendered, values that could change are copied or kept as
// a [*FixedValue] or [*FixedError], and the id of the goroutine is stored. It is r
// itself, except in a processor, which gets a copy. [Record.Size] returns the memory
// that a retained record holds.
//
// Retain is safe for concurrent use, but goroutines must not read the record while it
// is retained for the first time.
func (r *Record) Retain() *Record {
	r.alive()
	if r.refs.Load() != 0 {
		r.refs.Add(1)
		return r
	}
	if r.pooled && !r.sealed {
		r = r.Clone()
	}
	r.retaining.Lock()
	defer r.retaining.Unlock()
	switch {
	case !r.pooled:
		if !r.fixed {
			r.fix()
		}
		r.sealed = true
	case r.refs.Load() == 0:
		r.goroutine = goroutine.ID()
		r.fix()
		r.refs.Store(inCall + 1)
	default: // another goroutine was first
		r.refs.Add(1)
	}
	return r
}

// Release gives a retained record back for reuse, which saves the garbage collector
// work. It is optional. The record must not be used afterwards. Release without Retain
// does nothing. Where misuse panics (see [Record]), more calls of Release than of
// Retain panic.
func (r *Record) Release() {
	r.alive()
	for {
		n := r.refs.Load()
		if n&(inCall-1) == 0 {
			if poison && n != 0 {
				panic("logbook: more calls of Record.Release than of Retain")
			}
			return
		}
		if r.refs.CompareAndSwap(n, n-1) {
			if n == 1 {
				recycle(r)
			}
			return
		}
	}
}

// endCall gives up the reference of the call that made a pooled record.
func (r *Record) endCall() {
	// If no handler retained the record, there is no reference left.
	if r.refs.Load() == 0 || r.refs.Add(-inCall) == 0 {
		recycle(r)
	}
}

// fix resolves everything that depends on the time of the call, and releases memory
// that is no longer needed.
func (r *Record) fix() {
	r.Message()
	clear(r.fargs)
	r.fargs = nil
	if r.template = cut(r.template, maxMessage); r.template == r.message {
		r.template = r.message // one string in memory instead of two
	}
	fixAttrs(r.call, 0)
	fixAttrs(r.extra, 0)
	if e := r.exception(); e != nil {
		e.Info()
	}
	if cap(r.text) > maxKeptText {
		r.text, r.expanded = nil, false
	}
	if cap(r.buffer) > maxKeptText {
		r.buffer = nil
	}
	r.fixed = true
}

// maxKeptText bounds the buffers that a retained record keeps.
const maxKeptText = 1 << 10

// Clone returns a copy that may be changed, kept and dispatched. Later changes of the
// original's values do not affect it.
func (r *Record) Clone() *Record {
	r.alive()
	c := &Record{content: r.content}
	c.message, c.rendered, c.expanded = r.Message(), true, false
	c.named = r.named
	c.call, c.extra = slices.Clone(r.call), slices.Clone(r.extra)
	c.goroutine = r.Goroutine()
	c.sealed = false
	if !c.fixed {
		c.fargs = nil // the message is rendered
		c.fix()
	}
	return c
}

// Size returns the approximate number of bytes that a retained record holds, in
// addition to the 2 KiB of every record: its texts, and the keys and values of its
// attributes, including those of With. It does not count the context, the contents of
// an error except its text, and the rest of a larger string that a text is part of. It
// is for limiting the memory of buffers.
func (r *Record) Size() int {
	r.alive()
	n := len(r.channel) + len(r.Message())
	if r.template != r.message {
		n += len(r.template)
	}
	if r.scope != nil {
		for i := range r.scope.layers {
			n += len(r.scope.layers[i].group) + attrsSize(r.scope.layers[i].attrs)
		}
	}
	if r.foreign != nil {
		n += r.foreign.size
	}
	return n + attrsSize(r.call) + attrsSize(r.extra)
}

func attrsSize(attrs []slog.Attr) (n int) {
	for i := range attrs {
		n += len(attrs[i].Key) + valueSize(attrs[i].Value)
	}
	return n
}

// scalarSize is the approximate size of a number.
const scalarSize = 8

func valueSize(v slog.Value) int {
	switch v.Kind() {
	case slog.KindString:
		return len(v.String())
	case slog.KindGroup:
		return attrsSize(v.Group())
	case slog.KindAny:
		switch x := v.Any().(type) {
		case nil:
		case *FixedValue:
			return len(x.text) + len(x.json)
		case *FixedError:
			return len(x.text) + len(x.json)
		case *loggedError:
			return x.Info().size()
		default:
			v := reflect.ValueOf(x)
			return int(v.Type().Size()) + beyond(v, 0)
		}
	}
	return scalarSize
}

func (e *ErrorInfo) size() int {
	n := len(e.Type) + len(e.Message) + len(e.Trace) + len(e.Stack)*int(reflect.TypeFor[slog.Source]().Size())
	for i := range e.Chain {
		n += len(e.Chain[i].Type) + len(e.Chain[i].Message)
	}
	return n
}

// beyond returns the number of bytes that a value refers to, without its own.
func beyond(v reflect.Value, depth int) (n int) {
	if v.Kind() == reflect.String { // the most common kind
		return v.Len()
	}
	t := v.Type()
	shape := shapeOf(t)
	if shape.whole || depth == maxParts {
		return 0
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return 0
		}
		return int(v.Elem().Type().Size()) + beyond(v.Elem(), depth+1)
	case reflect.Slice:
		n = v.Len() * int(t.Elem().Size())
		fallthrough
	case reflect.Array:
		if shapeOf(t.Elem()).whole {
			return n
		}
		for i := range v.Len() {
			n += beyond(v.Index(i), depth+1)
		}
	case reflect.Struct:
		for _, i := range shape.refs {
			n += beyond(v.Field(i), depth+1)
		}
	case reflect.Map:
		n = v.Len() * int(t.Key().Size()+t.Elem().Size())
		for it := v.MapRange(); it.Next(); {
			n += beyond(it.Key(), depth+1) + beyond(it.Value(), depth+1)
		}
	}
	return n
}
