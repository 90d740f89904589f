package pyjson

import (
	"math"
	"math/big"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Append appends v like json.dumps, on one line and in ASCII. It accepts the values that
// [Decode] returns. Any other value becomes null, as in Python's Logbook. So does a value
// that Decode would refuse: an array or object nested deeper than 1000, or an integer of
// more than 4300 digits.
func Append(b []byte, v any) []byte {
	return appendValue(b, v, 0)
}

func appendValue(b []byte, v any, depth int) []byte {
	switch v := v.(type) {
	case bool:
		return strconv.AppendBool(b, v)
	case string:
		return AppendString(b, v)
	case int64:
		return AppendInt(b, v)
	case uint64:
		return strconv.AppendUint(b, v, 10)
	case *big.Int:
		return appendBig(b, v)
	case float64:
		return AppendFloat(b, v)
	case []any:
		if depth < maxDepth {
			return appendArray(b, v, depth+1)
		}
	case Object:
		if depth < maxDepth {
			return appendObject(b, v, depth+1)
		}
	}
	return append(b, "null"...)
}

func appendArray(b []byte, a []any, depth int) []byte {
	b = append(b, '[')
	for i, v := range a {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = appendValue(b, v, depth)
	}
	return append(b, ']')
}

func appendObject(b []byte, o Object, depth int) []byte {
	b = append(b, '{')
	for i, m := range o {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = AppendString(b, m.Key)
		b = append(b, ": "...)
		b = appendValue(b, m.Value, depth)
	}
	return append(b, '}')
}

func appendBig(b []byte, n *big.Int) []byte {
	if n == nil {
		return append(b, "null"...)
	}
	start := len(b)
	b = n.Append(b, 10)
	digits := len(b) - start
	if n.Sign() < 0 {
		digits--
	}
	if digits > maxDigits {
		return append(b[:start], "null"...)
	}
	return b
}

// AppendInt appends n in decimal. It allocates only to grow b.
func AppendInt(b []byte, n int64) []byte {
	return strconv.AppendInt(b, n, 10)
}

// AppendFloat appends f like Python's repr: the fewest digits that read back as f, always
// with a fraction or an exponent, with an exponent from 1e+16 up and below 0.0001. NaN,
// Infinity and -Infinity are written as such, which is not standard JSON. It allocates
// only to grow b.
func AppendFloat(b []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, "NaN"...)
	case math.IsInf(f, 1):
		return append(b, "Infinity"...)
	case math.IsInf(f, -1):
		return append(b, "-Infinity"...)
	}
	if abs := math.Abs(f); abs != 0 && (abs < 1e-4 || abs >= 1e16) {
		return strconv.AppendFloat(b, f, 'e', -1, 64)
	}
	b = strconv.AppendFloat(b, f, 'f', -1, 64)
	if f == math.Trunc(f) {
		b = append(b, ".0"...)
	}
	return b
}

// AppendString appends s in quotes and in ASCII. Control characters and characters
// outside of ASCII become \uXXXX, those above U+FFFF a pair of surrogates. Each byte that
// is not UTF-8 becomes \ufffd. It allocates only to grow b.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0 // s[start:i] needs no escape and is not yet appended
	for i := 0; i < len(s); {
		if plain[s[i]] {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		r, size := utf8.DecodeRuneInString(s[i:])
		b = appendEscape(b, r)
		i += size
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// plain is the set of bytes that need no escape in a string. As in Python, DEL is not one
// of them.
var plain = func() (t [256]bool) {
	for c := ' '; c <= '~'; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// appendEscape appends the escape sequence of a character that is not plain.
func appendEscape(b []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(b, '\\', byte(r))
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		return appendHex4(appendHex4(b, high), low)
	}
	return appendHex4(b, r)
}

// appendHex4 appends \uXXXX for a 16-bit number.
func appendHex4(b []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[r>>12&0xf], digits[r>>8&0xf], digits[r>>4&0xf], digits[r&0xf])
}
