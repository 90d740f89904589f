package logbook

import (
	"log/slog"
	"strings"

	"github.com/logbook-go/logbook/internal/value"
)

// Attrs ranges over the record's attributes: first With's, then the call's, then the
// processors'. An open group of the logger is one attribute. Use it as "for a := range
// r.Attrs". It allocates only for groups.
func (r *Record) Attrs(yield func(slog.Attr) bool) {
	r.alive()
	if !eachLogged(r.scope, r.call, yield) {
		return
	}
	yieldAttrs(r.extra, yield)
}

// Logged is [Record.Attrs] without the processors' attributes.
func (r *Record) Logged(yield func(slog.Attr) bool) {
	r.alive()
	eachLogged(r.scope, r.call, yield)
}

// Extra is [Record.Attrs] for the processors' attributes alone.
func (r *Record) Extra(yield func(slog.Attr) bool) {
	r.alive()
	yieldAttrs(r.extra, yield)
}

// Lookup returns the value of an attribute, resolved. Of equal keys the newest wins:
// processors before the call before With. A key with dots also matches members of
// groups.
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

// findInGroups looks up a key that begins with the names of the logger's open groups.
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

// find looks up an attribute of the call or of With, the innermost group first.
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

// Text returns the text of an attribute, or "" if the record does not have it.
func (r *Record) Text(key string) string {
	v, ok := r.Lookup(key)
	if !ok {
		return ""
	}
	return valueText(v)
}

// Set adds an attribute on behalf of a processor, or replaces the one that a processor
// set before. It does not change the attributes of the call and of With.
//
// Only processors may change a record, or the code that made it by [Record.Clone] or
// [NewRecord]: Set panics on a record that handlers read.
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

// SetAttrs adds attributes on behalf of a processor. Unlike Set, it does not replace
// attributes of the same key; of two, [Record.Lookup] returns the newer. It does not
// allocate for up to 8 attributes.
func (r *Record) SetAttrs(attrs ...slog.Attr) {
	r.mutable("SetAttrs")
	r.extra = append(r.extra, attrs...)
}

// ReplaceAttrs replaces every attribute of the record by the result of fn, which is
// called with the names of the groups around it; the zero Attr removes it. fn is called
// for the members of groups, not for groups. A message that names an attribute is
// rendered from the new value. ReplaceAttrs is meant for redaction.
func (r *Record) ReplaceAttrs(fn func(groups []string, a slog.Attr) slog.Attr) {
	r.mutable("ReplaceAttrs")
	r.foreign = nil // Wire must not write the old values
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
	clear(before) // the pool must not keep the old values
	before = r.extra
	r.extra = replaceAttrs(nil, before, fn, 0)
	clear(before)
	if !r.literal && !r.replaced {
		r.rendered, r.expanded = false, false
		r.failure = nil // of the old message
	}
}

// exception returns the error that was logged by Err or Exception.
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

// Err returns the record's error: that of [Logger.Exception] or [Err], otherwise the
// first attribute of the call or of With that is an error, otherwise nil. In a received
// record it is an [*ErrorInfo].
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

// ErrorInfo describes the record's error, as returned by [Record.Err]; nil if there is
// none.
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
