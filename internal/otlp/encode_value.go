package otlp

import (
	"bytes"
	"math"
	"math/big"
	"strconv"
	"unicode/utf8"

	"github.com/logbook-go/logbook/internal/pyjson"
	"github.com/logbook-go/logbook/internal/value"
	"github.com/logbook-go/logbook/logbook"
)

// validUTF8 replaces invalid bytes by U+FFFD.
func validUTF8(s string) string {
	if !utf8.ValidString(s) {
		s = string([]rune(s))
	}
	return s
}

// textSize is the size of a field with a text of n bytes and a number up to 15.
func textSize(n int) int { return 1 + varintSize(uint64(n)) + n }

// appendPair appends the head of a pair, up to the content of a value of n bytes.
func appendPair(b []byte, tag byte, key string, n int) []byte {
	b = appendVarint(append(b, tag), uint64(textSize(len(key))+textSize(n)))
	b = appendText(b, pairKey<<3|wireBytes, key)
	return appendVarint(append(b, pairValue<<3|wireBytes), uint64(n))
}

func appendStringAttr(b []byte, tag byte, key, s string) []byte {
	b = appendPair(b, tag, key, textSize(len(s)))
	return appendTextField(b, s)
}

// appendStringValue appends a value with its length.
func appendStringValue(b []byte, s string) []byte {
	return appendTextField(appendVarint(b, uint64(textSize(len(s)))), s)
}

// appendTextField appends the content of a value: a string, or bytes if it is not UTF-8.
func appendTextField(b []byte, s string) []byte {
	if !utf8.ValidString(s) {
		return appendText(b, valueBytes<<3|wireBytes, s)
	}
	return appendText(b, valueString<<3|wireBytes, s)
}

func appendIntAttr(b []byte, tag byte, key string, n int64) []byte {
	b = appendPair(b, tag, key, 1+varintSize(uint64(n)))
	return appendVarint(append(b, valueInt<<3|wireVarint), uint64(n))
}

func appendBoolAttr(b []byte, tag byte, key string, v bool) []byte {
	return appendBool(appendPair(b, tag, key, 2), v)
}

func appendBool(b []byte, v bool) []byte {
	b = append(b, valueBool<<3|wireVarint, 0)
	if v {
		b[len(b)-1] = 1
	}
	return b
}

func appendDoubleAttr(b []byte, tag byte, key string, f float64) []byte {
	b = appendPair(b, tag, key, 9)
	return appendFixed64(append(b, valueDouble<<3|wireFixed64), math.Float64bits(f))
}

// openAttr begins an attribute whose value has no known length: the value starts at the end of
// the result. closeAttr ends it.
func openAttr(b []byte, tag byte, key string) []byte {
	b = open(b, tag, short)
	b = appendText(b, pairKey<<3|wireBytes, key)
	return open(b, pairValue<<3|wireBytes, short)
}

func closeAttr(b []byte, start int, key string) []byte {
	head := textSize(len(key)) + 2 // of the pair, without the longer length of a long value
	return closed(closed(b, start, short), start-head, short)
}

// appendAny appends the content of a value of KindAny.
func (e *Encoder) appendAny(b []byte, x any, depth int) []byte {
	var text []byte
	switch x := x.(type) {
	case nil:
		return b
	case []byte:
		if x == nil {
			return b
		}
		return appendText(b, valueBytes<<3|wireBytes, x)
	case *logbook.FixedValue:
		text, _ = x.MarshalJSON()
	default:
		e.json = value.AppendJSON(e.json[:0], x)
		text = e.json
	}
	if text[0] == '"' && bytes.IndexByte(text, '\\') < 0 {
		return appendText(b, valueString<<3|wireBytes, text[1:len(text)-1])
	}
	before := len(b)
	b, err := e.appendJSON(b, pyjson.NewReader(text), depth)
	if err != nil { // too deep, or an integer that is too long
		return appendTextField(b[:before], string(text))
	}
	return b
}

// appendJSON appends the content of a value that is read from JSON.
func (e *Encoder) appendJSON(b []byte, r *pyjson.Reader, depth int) ([]byte, error) {
	switch c := r.Next(); {
	case (c == '{' || c == '[') && depth >= maxDepth-1:
		return appendTextField(b, value.CutMark), r.Skip()
	case c == '[':
		b = open(b, valueArray<<3|wireBytes, short)
		start := len(b)
		err := r.Array(func() (err error) {
			b = open(b, listMember, short)
			element := len(b)
			b, err = e.appendJSON(b, r, depth+1)
			b = closed(b, element, short)
			return err
		})
		return closed(b, start, short), err
	case c == '{':
		b = open(b, valueList<<3|wireBytes, short)
		start := len(b)
		object := e.keys.enter()
		err := r.Object(func(key string) (err error) {
			key = e.keys.add(&object, key)
			b = openAttr(b, listMember, key)
			member := len(b)
			b, err = e.appendJSON(b, r, depth+1)
			b = closeAttr(b, member, key)
			return err
		})
		e.keys.leave(&object)
		return closed(b, start, short), err
	}
	x, err := r.Value()
	if err != nil {
		return b, err
	}
	switch x := x.(type) {
	case string:
		b = appendTextField(b, x)
	case bool:
		b = appendBool(b, x)
	case int64:
		b = appendVarint(append(b, valueInt<<3|wireVarint), uint64(x))
	case float64:
		b = appendFixed64(append(b, valueDouble<<3|wireFixed64), math.Float64bits(x))
	case uint64:
		b = appendTextField(b, strconv.FormatUint(x, 10))
	case *big.Int:
		b = appendTextField(b, x.String())
	}
	return b, nil
}
