package logbook

import (
	"log/slog"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/internal/value"
)

// badKey is the key of an argument without a key, as in slog.
const badKey = "!BADKEY"

// appendArgs appends the arguments of a call as attributes.
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

// appendByWords is append by means of setAttr.
func appendByWords(to, attrs []slog.Attr) []slog.Attr {
	n := len(to)
	if cap(to)-n < len(attrs) {
		to = slices.Grow(to, len(attrs))
	}
	to = to[:n+len(attrs)]
	for i := range attrs {
		setAttr(&to[n+i], &attrs[i])
	}
	return to
}

// setAttr copies an attribute word by word. A copy in one piece uses wider loads, which
// stall while the caller's stores of single words are pending.
func setAttr(to, from *slog.Attr) {
	to.Key = from.Key
	to.Value = from.Value
}

// scope holds the attributes and groups that With and WithGroup fixed on a logger. It
// is immutable, shared by all records of the logger, and no value in it can change.
type scope struct {
	// layers[0] is the root; each further layer is an open group.
	layers []layer
	// encoded caches the text of the scope for each JSON formatter.
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

// rootAttrs returns the attributes outside groups.
func (s *scope) rootAttrs() []slog.Attr {
	if s == nil {
		return nil
	}
	return s.layers[0].attrs
}

// grouped returns the layers of open groups.
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

// yieldAttrs yields attributes, except empty ones such as that of a nil error.
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

// nestGroups returns the attribute of the outermost open group. It is empty if all
// layers are empty.
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

// findAttr looks up a key in a list, the last attribute first. A dotted key also
// matches a member of a group.
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
