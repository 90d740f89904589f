package logbook

import (
	"log/slog"
	"reflect"
	"slices"

	"github.com/logbook-go/logbook/internal/goroutine"
)

// Retain makes the record fit to be kept after Handle, on any goroutine, and
// returns what to keep: read-only, from then on. What would not survive is
// pulled in first: the message is rendered, values that could change are
// copied or kept as a [*FixedValue] or [*FixedError], and the goroutine is noted. A processor, whose
// record others still change, is given a copy. [Record.Size] says what a retained
// record holds.
//
// Retain may be called by several goroutines at once. Those that read the record while
// it is retained for the first time must wait for that.
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

// Release gives a retained record back for reuse. It is optional, and saves the
// garbage collector work. The record must not be used afterwards. Release without
// Retain does nothing; where misuse is looked for (see [Record]) it panics if the record
// was retained.
func (r *Record) Release() {
	r.alive()
	for {
		n := r.refs.Load()
		if n&(inCall-1) == 0 {
			if poison && n != 0 {
				panic("logbook: Record.Release was called more often than Retain")
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
	// Unless somebody retained the record, it is free.
	if r.refs.Load() == 0 || r.refs.Add(-inCall) == 0 {
		recycle(r)
	}
}

// fix resolves everything that depends on the moment of the call, and lets go of
// what is not needed any more.
func (r *Record) fix() {
	r.Message()
	clear(r.fargs)
	r.fargs = nil
	if r.template = cut(r.template, maxMessage); r.template == r.message {
		r.template = r.message // held once
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

// maxKeptText bounds what the buffers of a retained record hold.
const maxKeptText = 1 << 10

// Clone returns a copy that may be changed, kept and dispatched. Later changes of the
// values of the original do not show in it.
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

// Size returns about how many bytes of memory a retained record holds besides the 2 KiB
// that every record takes: its texts, and the keys and values of its attributes, With's
// included. Not counted are the context, of an error all but its text, and, where a text
// was cut out of a larger one, the rest of that. Bounds of buffers are made of it.
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

// scalarSize is about the size of a number.
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

// beyond returns how many bytes a value refers to besides its own.
func beyond(v reflect.Value, depth int) (n int) {
	t := v.Type()
	if depth == maxParts || slices.Contains(constants, t) {
		return 0
	}
	switch t.Kind() {
	case reflect.String:
		return v.Len()
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return 0
		}
		return int(v.Elem().Type().Size()) + beyond(v.Elem(), depth+1)
	case reflect.Slice:
		n = v.Len() * int(t.Elem().Size())
		fallthrough
	case reflect.Array:
		if t.Elem().Kind() <= reflect.Complex128 {
			return n
		}
		for i := range v.Len() {
			n += beyond(v.Index(i), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
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
