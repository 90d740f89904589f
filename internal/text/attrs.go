package text

import (
	"log/slog"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/pyformat"
	"github.com/logbook-go/logbook/internal/value"
)

// EachLeaf calls fn for an attribute or, if it is a group, for each attribute inside. The
// name is that of the attribute after the names of its groups, separated by dots.
func EachLeaf(a slog.Attr, fn func(name string, v slog.Value)) { eachLeaf("", a, fn) }

func eachLeaf(prefix string, a slog.Attr, fn func(name string, v slog.Value)) {
	v := value.Resolve(a.Value)
	if v.Kind() != slog.KindGroup {
		fn(prefix+a.Key, v)
		return
	}
	if a.Key != "" {
		prefix += a.Key + "."
	}
	for _, member := range v.Group() {
		if !member.Equal(slog.Attr{}) {
			eachLeaf(prefix, member, fn)
		}
	}
}

// AppendValue appends a value as text, without escapes. If the value cannot be formatted,
// it appends "!ERROR: " and the error.
func AppendValue(b []byte, v slog.Value) []byte {
	if v.Kind() == slog.KindTime {
		return encode.AppendRFC3339(b, v.Time())
	}
	out, err := pyformat.Append(b, v, 0, nil)
	if err != nil {
		return append(append(b, "!ERROR: "...), err.Error()...)
	}
	return out
}
