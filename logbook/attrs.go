package logbook

import (
	"log/slog"
	"slices"
	"strings"
)

// badKey stands for the key of an argument that has none, as in slog.
const badKey = "!BADKEY"

// appendArgs turns the arguments of a call into attributes.
func appendArgs(dst []slog.Attr, args []any) []slog.Attr {
	for i := 0; i < len(args); i++ {
		switch key := args[i].(type) {
		case string:
			if i+1 == len(args) {
				return append(dst, slog.String(badKey, key))
			}
			i++
			dst = append(dst, slog.Attr{Key: key, Value: slog.AnyValue(args[i])})
		case slog.Attr:
			dst = append(dst, key)
		default:
			dst = append(dst, slog.Any(badKey, key))
		}
	}
	return dst
}

// scope holds what With and WithGroup fixed on a logger. It is immutable, and
// shared by all records of the logger; no value in it can change.
type scope struct {
	// layers[0] is the root, each further one an open group.
	layers []layer
	// encoded keeps each encoder's rendering of the scope.
	encoded encodedScopes
}

type layer struct {
	group string
	attrs []slog.Attr
}

func (s *scope) with(attrs []slog.Attr) *scope {
	attrs = slices.DeleteFunc(slices.Clone(attrs), func(a slog.Attr) bool { return a.Equal(slog.Attr{}) })
	if len(attrs) == 0 {
		return s
	}
	freezeAttrs(attrs, 0)
	n := s.clone()
	last := &n.layers[len(n.layers)-1]
	last.attrs = append(slices.Clip(last.attrs), attrs...)
	return n
}

func (s *scope) withGroup(name string) *scope {
	if name == "" {
		return s
	}
	n := s.clone()
	n.layers = append(n.layers, layer{group: name})
	return n
}

func (s *scope) clone() *scope {
	if s == nil {
		return &scope{layers: make([]layer, 1)}
	}
	return &scope{layers: slices.Clone(s.layers)}
}

func (s *scope) empty() bool {
	return s == nil || len(s.layers) == 1 && len(s.layers[0].attrs) == 0
}

// rootAttrs are the attributes outside of any group.
func (s *scope) rootAttrs() []slog.Attr {
	if s == nil {
		return nil
	}
	return s.layers[0].attrs
}

// grouped are the layers inside groups.
func (s *scope) grouped() []layer {
	if s == nil {
		return nil
	}
	return s.layers[1:]
}

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

// eachLogged ranges over the attributes of With and of the call.
func eachLogged(s *scope, call []slog.Attr, yield func(slog.Attr) bool) bool {
	for _, a := range s.rootAttrs() {
		if !yield(a) {
			return false
		}
	}
	if groups := s.grouped(); len(groups) > 0 {
		a := nestGroups(groups, call)
		return a.Equal(slog.Attr{}) || yield(a)
	}
	return yieldAttrs(call, yield)
}

// yieldAttrs hands over attributes but the empty ones, such as a nil error's.
func yieldAttrs(attrs []slog.Attr, yield func(slog.Attr) bool) bool {
	for i := range attrs {
		if attrs[i].Key == "" && attrs[i].Equal(slog.Attr{}) {
			continue
		}
		if !yield(attrs[i]) {
			return false
		}
	}
	return true
}

// nestGroups builds the attribute of the outermost open group. It is empty if
// no layer holds anything.
func nestGroups(groups []layer, call []slog.Attr) slog.Attr {
	inner := call
	for i := len(groups) - 1; i >= 0; i-- {
		attrs := slices.Concat(groups[i].attrs, inner)
		if len(attrs) == 0 {
			inner = nil
			continue
		}
		inner = []slog.Attr{{Key: groups[i].group, Value: slog.GroupValue(attrs...)}}
	}
	if len(inner) == 0 {
		return slog.Attr{}
	}
	return inner[0]
}

// Lookup returns the value of an attribute. The newest wins: processors before
// the call before With. A key with dots is also looked for inside of groups. The
// value is resolved.
func (r *Record) Lookup(key string) (slog.Value, bool) {
	r.alive()
	if v, ok := findAttr(r.extra, key); ok {
		return v.Resolve(), true
	}
	if v, ok := r.find(key); ok {
		return v.Resolve(), true
	}
	v, ok := r.findInGroups(key)
	return v.Resolve(), ok
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

// findAttr looks a key up in one list, the last one first; a dotted key also
// means an attribute of a group.
func findAttr(attrs []slog.Attr, key string) (slog.Value, bool) {
	for i := len(attrs) - 1; i >= 0; i-- {
		if attrs[i].Key == key {
			return attrs[i].Value, true
		}
	}
	group, rest, dotted := strings.Cut(key, ".")
	if !dotted {
		return slog.Value{}, false
	}
	for i := len(attrs) - 1; i >= 0; i-- {
		if attrs[i].Key != group {
			continue
		}
		if v := attrs[i].Value.Resolve(); v.Kind() == slog.KindGroup {
			if v, ok := findAttr(v.Group(), rest); ok {
				return v, true
			}
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

// SetMessage replaces the rendered message.
func (r *Record) SetMessage(s string) {
	r.mutable("SetMessage")
	r.message, r.rendered, r.replaced, r.expanded = cut(s, maxMessage), true, true, false
	r.named = usedAttrs{}
	r.foreign = nil // it is not sent on as it came
}

// SetTemplate replaces the template, which goes out beside the message in some forms.
// The message stays what it is. Like ReplaceAttrs it is meant for redaction.
func (r *Record) SetTemplate(s string) {
	r.mutable("SetTemplate")
	r.Message() // which is made of the old one
	r.template, r.replaced = s, true
	r.foreign = nil // it is not sent on as it came
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
			freezeAttrs(n.layers[i].attrs, 0)
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

func replaceAttrs(path []string, attrs []slog.Attr, fn func([]string, slog.Attr) slog.Attr, depth int) []slog.Attr {
	out := make([]slog.Attr, 0, len(attrs))
	for _, a := range attrs {
		depth := depth
		a.Value = resolve(a.Value, &depth)
		if a.Value.Kind() == slog.KindGroup {
			inner := path
			if a.Key != "" {
				inner = append(slices.Clip(path), a.Key)
			}
			a.Value = slog.GroupValue(replaceAttrs(inner, a.Value.Group(), fn, depth)...)
		} else {
			a = fn(path, a)
		}
		if !a.Equal(slog.Attr{}) {
			out = append(out, a)
		}
	}
	return out
}
