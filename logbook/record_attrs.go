package logbook

import (
	"log/slog"
	"strings"

	"github.com/logbook-go/logbook/internal/value"
)

// Attrs ranges over the record's attributes: what With fixed, the call's and
// the processors', in this order. An open group of the logger stands as one
// group attribute. Write for a := range r.Attrs. It allocates only for groups.
func (r *Record) Attrs(yield func(slog.Attr) bool) {
	r.alive()
	if !eachLogged(r.scope, r.call, yield) {
		return
	}
	yieldAttrs(r.extra, yield)
}

// Lookup returns the value of an attribute. The newest wins: processors before
// the call before With. A key with dots is also looked for inside of groups. The
// value is resolved.
func (r *Record) Lookup(key string) (slog.Value, bool) {
	r.alive()
	if v, ok := findAttr(r.extra, key); ok {
		return value.Resolve(v), true
	}
	if v, ok := r.find(key); ok {
		return value.Resolve(v), true
	}
	v, ok := r.findInGroups(key)
	return value.Resolve(v), ok
}

// findInGroups looks for a key that begins with the names of the logger's open
// groups.
func (r *Record) findInGroups(key string) (slog.Value, bool) {
	groups := r.scope.grouped()
	for i, g := range groups {
		rest, ok := strings.CutPrefix(key, g.group+".")
		if !ok {
			break
		}
		key = rest
		if i == len(groups)-1 {
			if v, ok := findAttr(r.call, key); ok {
				return v, true
			}
		}
		if v, ok := findAttr(g.attrs, key); ok {
			return v, true
		}
	}
	return slog.Value{}, false
}

// find looks among the call's attributes, then With's, the innermost group
// first.
func (r *Record) find(key string) (slog.Value, bool) {
	if v, ok := findAttr(r.call, key); ok {
		return v, true
	}
	if r.scope == nil {
		return slog.Value{}, false
	}
	for i := len(r.scope.layers) - 1; i >= 0; i-- {
		if v, ok := findAttr(r.scope.layers[i].attrs, key); ok {
			return v, true
		}
	}
	return slog.Value{}, false
}

// Text returns the text of an attribute, or "" if there is none of this name.
func (r *Record) Text(key string) string {
	v, ok := r.Lookup(key)
	if !ok {
		return ""
	}
	return valueText(v)
}

// Set adds an attribute on behalf of a processor, or replaces the one that a
// processor set before. The call's own attributes and With's stay as they are.
//
// Only processors may change a record, and whoever made it by [Record.Clone] or
// [NewRecord]: Set panics on a record that handlers already read.
func (r *Record) Set(key string, value any) {
	r.mutable("Set")
	v := slog.AnyValue(value)
	for i := range r.extra {
		if r.extra[i].Key == key {
			r.extra[i].Value = v
			return
		}
	}
	r.extra = append(r.extra, slog.Attr{Key: key, Value: v})
}

// SetAttrs adds attributes on behalf of a processor. It allocates nothing for a
// few of them, but unlike Set it does not look for one of the same key: of two,
// the newer wins in [Record.Lookup].
func (r *Record) SetAttrs(attrs ...slog.Attr) {
	r.mutable("SetAttrs")
	r.extra = append(r.extra, attrs...)
}

// ReplaceAttrs calls fn for every attribute of the record, whichever layer it
// stands in, with the groups around it; what fn returns takes its place, and the
// zero Attr removes it. A message that names an attribute is rendered from what
// fn returned. It is meant for redaction. Group attributes are not handed to fn,
// their members are.
func (r *Record) ReplaceAttrs(fn func(groups []string, a slog.Attr) slog.Attr) {
	r.mutable("ReplaceAttrs")
	r.foreign = nil // it is not sent on as it came
	var path []string
	if r.scope != nil {
		n := r.scope.clone()
		for i := range n.layers {
			if i > 0 {
				path = append(path, n.layers[i].group)
			}
			n.layers[i].attrs = replaceAttrs(path, n.layers[i].attrs, fn, 0)
			fixAttrs(n.layers[i].attrs, 0)
		}
		r.scope = n
	}
	before := r.call
	r.call = replaceAttrs(path, before, fn, 0)
	clear(before) // what was replaced must not stay in the pool
	before = r.extra
	r.extra = replaceAttrs(nil, before, fn, 0)
	clear(before)
	if !r.literal && !r.replaced {
		r.rendered, r.expanded = false, false
		r.failure = nil // of a message that was rendered from what was there before
	}
}

// exception returns the error that the record was given by Err or Exception.
func (r *Record) exception() *loggedError {
	for i := range r.call {
		if e, ok := errorValue(r.call[i].Value); ok {
			return e
		}
	}
	if r.scope != nil {
		for _, l := range r.scope.layers {
			for i := range l.attrs {
				if e, ok := errorValue(l.attrs[i].Value); ok {
					return e
				}
			}
		}
	}
	return nil
}

func errorValue(v slog.Value) (*loggedError, bool) {
	if v.Kind() != slog.KindAny {
		return nil, false
	}
	e, ok := v.Any().(*loggedError)
	return e, ok
}

// Err returns the record's error: the one given to [Logger.Exception] or by
// [Err], else the first attribute of the call or of With that is an error, else
// nil. In a record that was received it is an [*ErrorInfo].
func (r *Record) Err() error {
	r.alive()
	if e := r.exception(); e != nil {
		if e.err == nil {
			return e.Info()
		}
		return e.err
	}
	for _, a := range r.call {
		if err, ok := plainError(a.Value); ok {
			return err
		}
	}
	if r.scope != nil {
		for _, l := range r.scope.layers {
			for _, a := range l.attrs {
				if err, ok := plainError(a.Value); ok {
					return err
				}
			}
		}
	}
	return nil
}

func plainError(v slog.Value) (error, bool) {
	if v.Kind() != slog.KindAny {
		return nil, false
	}
	err, ok := v.Any().(error)
	if f, fixed := err.(*FixedError); fixed {
		err = f.err
	}
	return err, ok
}

// ErrorInfo describes the record's error, as [Record.Err] finds it; nil if there
// is none.
func (r *Record) ErrorInfo() *ErrorInfo {
	r.alive()
	if e := r.exception(); e != nil {
		return e.Info()
	}
	if err := r.Err(); err != nil {
		return describeError(err)
	}
	return nil
}
