package pyformat

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SyntaxError describes a syntax error in a template or spec.
type SyntaxError struct {
	Source string // the complete string
	Offset int    // of the offending byte in Source
	Msg    string
}

// excerptLen is the number of bytes of the source that an error shows on either side.
const excerptLen = 24

// Error returns one line with an excerpt of the source:
//
//	unknown conversion 'x' at byte 7: "{path!<<HERE>>x} in {took}"
func (e *SyntaxError) Error() string {
	at := max(0, min(e.Offset, len(e.Source)))
	before, after := e.Source[:at], e.Source[at:]
	if len(before) > excerptLen {
		i := len(before) - excerptLen
		for i < len(before) && !utf8.RuneStart(before[i]) {
			i++
		}
		before = "..." + before[i:]
	}
	if len(after) > excerptLen {
		i := excerptLen
		for i > 0 && !utf8.RuneStart(after[i]) {
			i--
		}
		after = after[:i] + "..."
	}
	unquoted := func(s string) string {
		q := strconv.Quote(s)
		return q[1 : len(q)-1]
	}
	return fmt.Sprintf("%s at byte %d: \"%s<<HERE>>%s\"", e.Msg, e.Offset, unquoted(before), unquoted(after))
}

// ValueError describes why a value cannot be formatted by a spec.
type ValueError struct {
	Type string // the value's Go type, or "group"
	Msg  string // such as "unknown format code 'd'"
}

// Error returns one line, like "unknown format code 'd' for a value of type string".
func (e *ValueError) Error() string {
	return e.Msg + " for a value of type " + e.Type
}

func unknownVerb(verb byte, typ string) error {
	return &ValueError{Type: typ, Msg: "unknown format code '" + string(rune(verb)) + "'"}
}

// panicError returns an error for a panic of a value's method. fmt handles panic values
// whose methods panic, too.
func panicError(method string, typ string, value any) error {
	text := strings.ToValidUTF8(fmt.Sprint(value), "\uFFFD")
	return &ValueError{Type: typ, Msg: "panic in the " + method + " method: " + strconv.Quote(text)}
}
