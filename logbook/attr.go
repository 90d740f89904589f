package logbook

import (
	"log/slog"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/internal/value"
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

// appendByWords is append with [setAttr].
func appendByWords(to, attrs []slog.Attr) []slog.Attr {
	n := len(to)
	to = slices.Grow(to, len(attrs))[:n+len(attrs)]
	for i := range attrs {
		setAttr(&to[n+i], &attrs[i])
	}
	return to
}

// setAttr copies an attribute word by word. A copy in one piece moves larger units,
// and the processor holds those up while the words that the caller has just stored
// are still on their way.
func setAttr(to, from *slog.Attr) {
	to.Key = from.Key
	to.Value = from.Value
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
	fixAttrs(attrs, 0)
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
		if v := value.Resolve(attrs[i].Value); v.Kind() == slog.KindGroup {
			if v, ok := findAttr(v.Group(), rest); ok {
				return v, true
			}
		}
	}
	return slog.Value{}, false
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
