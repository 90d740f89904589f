package logbook

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/pyformat"
)

// Formatter turns a record into bytes.
//
// AppendFormat appends the formatted record to b, without a newline at the end, and
// returns the result; with an error it returns b. It must be safe for concurrent use.
// Data of the record must not be able to start a line or to control a terminal; the
// formatters of this package escape it.
type Formatter interface {
	AppendFormat(b []byte, r *Record) ([]byte, error)
}

// FormatterFunc adapts a function to a [Formatter]. The result is written as it is,
// without escapes.
type FormatterFunc func(r *Record) string

// AppendFormat implements [Formatter].
func (f FormatterFunc) AppendFormat(b []byte, r *Record) ([]byte, error) {
	return append(b, f(r)...), nil
}

// continuation starts the further lines of a record, which are those of an error's
// traceback.
const continuation = "  | "

// appendTraceback appends an error's traceback as further lines.
func appendTraceback(b []byte, e *ErrorInfo) []byte {
	return encode.AppendTextLines(append(b, "\n"+continuation...), e.Traceback(), continuation)
}

// appendLayout appends a time in a strftime layout. It escapes the name of the zone,
// which is data.
func appendLayout(b []byte, t time.Time, layout string) []byte {
	n := len(b)
	b = pyformat.AppendTime(b, t, layout)
	if strings.Contains(layout, "%Z") {
		b = appendSafeText(b[:n], string(b[n:]))
	}
	return b
}

// appendUnused appends the attributes that the message does not show as key=value
// pairs, each after a space.
func (r *Record) appendUnused(b []byte) []byte {
	r.messageBytes() // sets r.named
	return r.appendAttrs(b, r.named)
}

// appendAttrs appends the attributes that are not used.
func (r *Record) appendAttrs(b []byte, used usedAttrs) []byte {
	shown := r.exception()
	start := len(b)
	b = appendPairs(b, "", r.scope.rootAttrs(), used.root, shown)
	prefix := ""
	for _, g := range r.scope.grouped() {
		prefix = string(encode.AppendLogfmtKey([]byte(prefix), g.group)) + "."
		b = appendPairs(b, prefix, g.attrs, 0, shown)
	}
	b = appendPairs(b, prefix, r.call, used.call, shown)
	if used.members != 0 {
		b = r.removeMembers(b, start, used.members)
	}
	return appendPairs(b, "", r.extra, 0, shown)
}

// removeMembers removes the members of groups that the message shows, as {g.a}, from the
// pairs after start. Of equal names the message shows the last.
func (r *Record) removeMembers(b []byte, start int, members uint64) []byte {
	t, err := r.parsed()
	if t == nil || err != nil {
		return b
	}
	for i := range t.Segments {
		if members>>i&1 == 0 {
			continue
		}
		f := t.Segments[i].Field
		name := encode.AppendLogfmtKey([]byte{' '}, f.Name)
		for _, step := range f.Path {
			name = encode.AppendLogfmtKey(append(name, '.'), step.Key)
		}
		if from, to := lastPair(b[start:], append(name, '=')); to > 0 {
			b = slices.Delete(b, start+from, start+to)
		}
	}
	return b
}

// lastPair returns the last pair that begins with key, or zeros. Pairs and keys begin with
// a space.
func lastPair(pairs, key []byte) (from, to int) {
	for start, end := 0, 0; start < len(pairs); start = end {
		end = start + len(" ") + pairLen(pairs[start+len(" "):])
		if bytes.HasPrefix(pairs[start:end], key) {
			from, to = start, end
		}
	}
	return from, to
}

// pairLen returns the length of the pair at the start of pairs: up to a space that is not
// between quotes.
func pairLen(pairs []byte) int {
	quoted := false
	for i := 0; i < len(pairs); i++ {
		switch c := pairs[i]; {
		case c == ' ' && !quoted:
			return i
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		}
	}
	return len(pairs)
}
