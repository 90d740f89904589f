package syslog

import (
	"log/slog"
	"strconv"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
)

// leftOut is the parameter that counts attributes without room.
const leftOut = ` attributes_left_out="`

// leftOutRoom is the room reserved for leftOut.
const leftOutRoom = len(leftOut) + len(`99999999"]`)

// appendStructuredData appends the record's attributes as one element of structured data,
// of at most limit bytes: [id name="value" group.name="value"]. Attributes that do not
// fit are left out, and counted in a last parameter. Without attributes it appends "-".
// scratch is a work buffer, and returned.
func appendStructuredData(b, scratch []byte, id string, r *logbook.Record, limit int) (_, _ []byte) {
	start := len(b)
	b = append(append(b, '['), id...)
	limit = start + limit - leftOutRoom
	params, left := 0, 0
	for a := range r.Attrs {
		text.EachLeaf(a, func(name string, v slog.Value) {
			params++
			before := len(b)
			if before < limit {
				scratch = text.AppendValue(scratch[:0], v)
				b = append(appendParamName(append(b, ' '), name), `="`...)
				b = append(appendParamValue(b, scratch), '"')
			}
			if len(b) > limit || before >= limit {
				b = b[:before]
				left++
			}
		})
	}
	if params == 0 {
		return append(b[:start], '-'), scratch
	}
	if left > 0 {
		b = strconv.AppendInt(append(b, leftOut...), int64(left), 10)
		b = append(b, '"')
	}
	return append(b, ']'), scratch
}

// isNameByte reports whether c is valid in an SD-NAME.
func isNameByte(c byte) bool { return c > ' ' && c <= '~' && c != '=' && c != ']' && c != '"' }

// appendParamName appends an attribute's key as an SD-NAME; invalid characters become
// underscores.
func appendParamName(b []byte, name string) []byte {
	if name == "" {
		return append(b, '_')
	}
	room := maxName
	for _, c := range name {
		if room--; room < 0 {
			break
		}
		if c > '~' || !isNameByte(byte(c)) {
			c = '_'
		}
		b = append(b, byte(c))
	}
	return b
}

// appendParamValue appends a quoted value. Control characters and invalid UTF-8 become
// visible escapes first, so that it stays on its line.
func appendParamValue(b, value []byte) []byte {
	start := len(b)
	b = encode.AppendText(b, value)
	special := 0
	for _, c := range b[start:] {
		if isParamSpecial(c) {
			special++
		}
	}
	if special == 0 {
		return b
	}
	// Shift from the end, to escape in place.
	from := len(b)
	b = append(b, make([]byte, special)...)
	for to := len(b); from < to; {
		from, to = from-1, to-1
		b[to] = b[from]
		if isParamSpecial(b[to]) {
			to--
			b[to] = '\\'
		}
	}
	return b
}

func isParamSpecial(c byte) bool { return c == '"' || c == '\\' || c == ']' }
