package syslog

import (
	"log/slog"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/pyformat"
)

// eachLeaf calls fn for an attribute, or for each one inside of a group, with the
// groups' names and dots before its own.
func eachLeaf(prefix string, a slog.Attr, fn func(name string, v slog.Value)) {
	v := a.Value.Resolve()
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

// appendValue appends a value as text, as it is.
func appendValue(b []byte, v slog.Value) []byte {
	if v.Kind() == slog.KindTime {
		return encode.AppendRFC3339(b, v.Time())
	}
	out, err := pyformat.Append(b, v, 0, nil)
	if err != nil {
		return append(append(b, "!ERROR: "...), err.Error()...)
	}
	return out
}
