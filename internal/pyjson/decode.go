package pyjson

import (
	"fmt"
	"slices"
)

// A SyntaxError describes invalid JSON.
type SyntaxError struct {
	Offset int // byte offset of the first invalid byte
	Msg    string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Msg)
}

// Decode returns the single JSON value in data, which may be surrounded by white space.
// The grammar is the standard one, with Python's NaN, Infinity and -Infinity.
//
// The value is
//
//   - nil, bool or string;
//   - int64 for an integer, uint64 if it overflows int64, *big.Int if it does not
//     fit in 64 bits;
//   - float64 for a number with a fraction or an exponent, infinite if it is
//     too large;
//   - []any or [Object].
//
// In strings, invalid UTF-8 and unpaired surrogates become U+FFFD.
//
// The error is a [*SyntaxError], or a [*LimitError] if arrays and objects are
// nested deeper than 1000 or an integer has more than 4300 digits. The time and memory
// of Decode are proportional to the length of data. It keeps no reference to data.
func Decode(data []byte) (any, error) {
	d := decoder{data: data}
	d.space()
	v, err := d.value()
	if err != nil {
		return nil, err
	}
	d.space()
	if d.pos < len(data) {
		return nil, d.syntaxError("data after the value")
	}
	return v, nil
}

type decoder struct {
	data  []byte
	pos   int // of the next byte
	depth int // of the arrays and objects around it

	// The elements and members of all open containers, those of the innermost
	// container last. When a container ends, its elements or members are copied.
	elements []any
	members  []Member

	text []byte // buffer for strings with escapes or invalid UTF-8
}

func (d *decoder) syntaxError(msg string) error {
	if d.pos >= len(d.data) {
		msg = "unexpected end"
	}
	return &SyntaxError{Offset: min(d.pos, len(d.data)), Msg: msg}
}

// peek returns the next byte. At the end it returns 0, which is never valid.
func (d *decoder) peek() byte {
	if d.pos < len(d.data) {
		return d.data[d.pos]
	}
	return 0
}

func (d *decoder) space() {
	for d.pos < len(d.data) {
		switch d.data[d.pos] {
		case ' ', '\t', '\n', '\r':
			d.pos++
		default:
			return
		}
	}
}

func (d *decoder) value() (any, error) {
	switch c := d.peek(); c {
	case '{':
		return d.object()
	case '[':
		return d.array()
	case '"':
		return d.string()
	case 't':
		return true, d.literal("true")
	case 'f':
		return false, d.literal("false")
	case 'n':
		return nil, d.literal("null")
	default:
		return d.number()
	}
}

// literal consumes the word.
func (d *decoder) literal(word string) error {
	for i := range len(word) {
		if d.peek() != word[i] {
			return d.syntaxError("expected " + word)
		}
		d.pos++
	}
	return nil
}

// open consumes an opening bracket and the space after it.
func (d *decoder) open() error {
	if d.depth == maxDepth {
		return &LimitError{Offset: d.pos, Msg: fmt.Sprintf("nested deeper than %d", maxDepth)}
	}
	d.depth++
	d.pos++
	d.space()
	return nil
}

// next reports whether another value follows a value in an array or object. It consumes
// the comma or closing bracket and the space after a comma.
func (d *decoder) next(closing byte, msg string) (bool, error) {
	d.space()
	switch d.peek() {
	case ',':
		d.pos++
		d.space()
		return true, nil
	case closing:
		d.pos++
		d.depth--
		return false, nil
	}
	return false, d.syntaxError(msg)
}

func (d *decoder) array() (any, error) {
	if err := d.open(); err != nil {
		return nil, err
	}
	if d.peek() == ']' {
		d.pos++
		d.depth--
		return []any{}, nil
	}
	start := len(d.elements)
	for more := true; more; {
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		d.elements = append(d.elements, v)
		if more, err = d.next(']', "expected , or ] after an element"); err != nil {
			return nil, err
		}
	}
	a := slices.Clone(d.elements[start:])
	d.elements = d.elements[:start]
	return a, nil
}

func (d *decoder) object() (any, error) {
	if err := d.open(); err != nil {
		return nil, err
	}
	if d.peek() == '}' {
		d.pos++
		d.depth--
		return Object{}, nil
	}
	start := len(d.members)
	for more := true; more; {
		m, err := d.member()
		if err != nil {
			return nil, err
		}
		d.members = append(d.members, m)
		if more, err = d.next('}', "expected , or } after a member"); err != nil {
			return nil, err
		}
	}
	o := Object(slices.Clone(d.members[start:]))
	d.members = d.members[:start]
	return o, nil
}

func (d *decoder) member() (m Member, err error) {
	if d.peek() != '"' {
		return m, d.syntaxError("expected a key in quotes")
	}
	if m.Key, err = d.string(); err != nil {
		return m, err
	}
	if err := d.colon(); err != nil {
		return m, err
	}
	m.Value, err = d.value()
	return m, err
}

// colon consumes the colon after a key and the space around it.
func (d *decoder) colon() error {
	d.space()
	if d.peek() != ':' {
		return d.syntaxError("expected : after a key")
	}
	d.pos++
	d.space()
	return nil
}
