package logbook

import (
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/pyformat"
)

// Formatter turns a record into bytes.
//
// AppendFormat appends to b, without a newline at the end, and returns what it
// made of it; on an error that is b itself. It is called from many goroutines
// at once. What comes from the record must not be able to start a line of its
// own or to control a terminal; the formatters of this package see to that.
type Formatter interface {
	AppendFormat(b []byte, r *Record) ([]byte, error)
}

// FormatterFunc makes a [Formatter] of a function. It allocates its string, and
// what it returns is written as it is.
type FormatterFunc func(r *Record) string

// AppendFormat implements [Formatter].
func (f FormatterFunc) AppendFormat(b []byte, r *Record) ([]byte, error) {
	return append(b, f(r)...), nil
}

// continuation starts each further line of an entry of several lines, which only
// an error's traceback has.
const continuation = "  | "

// appendTraceback appends an error's traceback as continuation lines.
func appendTraceback(b []byte, e *ErrorInfo) []byte {
	return encode.AppendTextLines(append(b, "\n"+continuation...), e.Traceback(), continuation)
}

// appendLayout appends a time in a strftime layout. The name of its zone is data.
func appendLayout(b []byte, t time.Time, layout string) []byte {
	n := len(b)
	b = pyformat.AppendTime(b, t, layout)
	if strings.Contains(layout, "%Z") {
		b = appendSafeText(b[:n], string(b[n:]))
	}
	return b
}

// appendUnused appends the attributes that the message did not show as
// key=value pairs, each after a space.
func (r *Record) appendUnused(b []byte) []byte {
	r.messageBytes() // which notes the attributes that it shows
	return r.appendAttrs(b, r.named)
}

// appendAttrs appends the attributes but those that are used.
func (r *Record) appendAttrs(b []byte, used usedAttrs) []byte {
	shown := r.exception()
	b = appendPairs(b, "", r.scope.rootAttrs(), used.root, shown)
	prefix := ""
	for _, g := range r.scope.grouped() {
		prefix = string(encode.AppendLogfmtKey([]byte(prefix), g.group)) + "."
		b = appendPairs(b, prefix, g.attrs, 0, shown)
	}
	b = appendPairs(b, prefix, r.call, used.call, shown)
	return appendPairs(b, "", r.extra, 0, shown)
}
