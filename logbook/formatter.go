package logbook

import (
	"bytes"
	"log/slog"
	"strconv"
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

// callerReader is implemented by formatters that know whether they read a
// record's caller. If none on a stack does, it is not looked up.
type callerReader interface{ readsCaller() bool }

func readsCaller(f Formatter) bool {
	switch f := f.(type) {
	case nil:
		return false
	case callerReader:
		return f.readsCaller()
	}
	return true
}

// isQuietFormatter reports whether a formatter is one of ours and calls no function of
// the user's, which might log.
func isQuietFormatter(f Formatter) bool {
	switch f := f.(type) {
	case nil, *jsonFormatter, *logfmtFormatter, *consoleFormatter, *templateFormatter, wireFormatter:
		return true
	case *StringFormatter:
		return f.Exception == nil && f.Handler == nil
	}
	return false
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

// appendSafeText appends data so that it can neither start a line nor control a
// terminal.
func appendSafeText(b []byte, s string) []byte { return encode.AppendText(b, s) }

// appendValueText appends a value as text, as it is.
func appendValueText(b []byte, v slog.Value) []byte {
	out, err := pyformat.Append(b, v, 0, nil)
	if err != nil {
		return append(append(b, "!ERROR: "...), err.Error()...)
	}
	return out
}

// appendPairs appends attributes as key=value pairs, each after a space; groups
// are opened, with dots in the keys. Left out are the error whose traceback is
// shown, and the attributes that used has a bit for.
func appendPairs(b []byte, prefix string, attrs []slog.Attr, used uint64, shown *loggedError) []byte {
	for i := range attrs {
		if i < 64 && used&(1<<i) != 0 {
			continue
		}
		if len(b) > maxRecord {
			if !bytes.HasSuffix(b, leftOut) {
				b = append(b, leftOut...)
			}
			return b
		}
		b = appendPair(b, prefix, &attrs[i], shown, 0)
	}
	return b
}

var leftOut = []byte(" " + leftOutKey + "=" + strconv.Quote(leftOutText))

func appendPair(b []byte, prefix string, a *slog.Attr, shown *loggedError, depth int) []byte {
	v := resolve(a.Value, &depth)
	switch v.Kind() {
	case slog.KindGroup:
		if a.Key != "" {
			prefix = string(encode.AppendLogfmtKey([]byte(prefix), a.Key)) + "."
		}
		members := v.Group()
		for i := range members {
			b = appendPair(b, prefix, &members[i], shown, depth)
		}
		return b
	case slog.KindAny:
		if e, ok := v.Any().(*loggedError); ok && e == shown {
			return b
		}
		if v.Any() == nil && a.Key == "" {
			return b
		}
	}
	b = append(append(b, ' '), prefix...)
	b = append(encode.AppendLogfmtKey(b, a.Key), '=')
	return appendLogfmtValue(b, v)
}

func appendLogfmtValue(b []byte, v slog.Value) []byte {
	switch v.Kind() {
	case slog.KindString:
		return encode.AppendLogfmtValue(b, cut(v.String(), maxAttr))
	case slog.KindInt64:
		return encode.AppendInt(b, v.Int64())
	case slog.KindDuration:
		return encode.AppendDuration(b, v.Duration())
	case slog.KindUint64, slog.KindFloat64, slog.KindBool:
		return appendValueText(b, v)
	case slog.KindTime:
		return encode.AppendRFC3339(b, v.Time())
	case slog.KindAny:
		if err, ok := v.Any().(error); ok {
			return encode.AppendLogfmtValue(b, errorText(err))
		}
	}
	return encode.AppendLogfmtValue(b, cut(valueText(v), maxAttr))
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
