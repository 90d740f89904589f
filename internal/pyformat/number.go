package pyformat

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"
)

func appendInt(b []byte, n int64, spec *Spec, typ string) ([]byte, error) {
	if n < 0 {
		return appendUint(b, true, -uint64(n), spec, typ)
	}
	return appendUint(b, false, uint64(n), spec, typ)
}

// appendUint appends n, or -n if negative.
func appendUint(b []byte, negative bool, n uint64, spec *Spec, typ string) ([]byte, error) {
	base, prefix := 10, ""
	switch spec.Verb {
	case 0, 'd', 'n':
	case 'b':
		base, prefix = 2, "0b"
	case 'o':
		base, prefix = 8, "0o"
	case 'x':
		base, prefix = 16, "0x"
	case 'X':
		base, prefix = 16, "0X"
	case 'c':
		return appendChar(b, negative, n, spec, typ)
	case 's':
		return b, unknownVerb('s', typ)
	default:
		f := float64(n)
		if negative {
			f = -f
		}
		return appendFloat(b, f, spec, typ)
	}
	if spec.Precision >= 0 {
		return b, &ValueError{Type: typ, Msg: "precision not allowed"}
	}
	if !spec.Alt {
		prefix = ""
	}
	var scratch [64]byte
	digits := strconv.AppendUint(scratch[:0], n, base)
	if spec.Verb == 'X' {
		upper(digits)
	}
	return appendNumber(b, number{negative: negative, prefix: prefix, digits: digits}, spec), nil
}

// appendChar appends the character with the code point n. Like a number, it is aligned
// right by default.
func appendChar(b []byte, negative bool, n uint64, spec *Spec, typ string) ([]byte, error) {
	if negative || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
		return b, &ValueError{Type: typ, Msg: "no such character for format code 'c'"}
	}
	var scratch [utf8.UTFMax]byte
	return appendNumber(b, number{rest: utf8.AppendRune(scratch[:0], rune(n))}, spec), nil
}

// appendShortest appends f like slog's text handler, but NaN and infinities like the
// verbs.
func appendShortest(b []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, "nan"...)
	case math.IsInf(f, 1):
		return append(b, "inf"...)
	case math.IsInf(f, -1):
		return append(b, "-inf"...)
	}
	return strconv.AppendFloat(b, f, 'g', -1, 64)
}

func appendFloat(b []byte, f float64, spec *Spec, typ string) ([]byte, error) {
	var scratch [512]byte // more than any float64 with the usual precision
	text, verb, precision := scratch[:0], spec.Verb, spec.Precision
	switch {
	case verb == 'n':
		verb = 'g'
	case verb != 0 && verb != '%' && !hasVerb(floatVerbs, verb):
		return b, unknownVerb(verb, typ)
	}
	if precision < 0 && verb != 0 {
		precision = 6
	}
	isUpper := verb == 'E' || verb == 'F' || verb == 'G'
	if isUpper {
		verb += 'a' - 'A'
	}
	if verb == '%' {
		f *= 100
	}
	n := number{negative: math.Signbit(f) && !math.IsNaN(f)}
	f = math.Abs(f)
	switch {
	case math.IsNaN(f):
		text = append(text, "nan"...)
	case math.IsInf(f, 0):
		text = append(text, "inf"...)
	case verb == 'e', verb == 'f':
		text = strconv.AppendFloat(text, f, verb, precision, 64)
	case verb == '%':
		text = strconv.AppendFloat(text, f, 'f', precision, 64)
	case verb == 'g', verb == 0 && precision >= 0:
		if spec.Alt {
			text = appendAltG(text, f, precision)
		} else {
			text = strconv.AppendFloat(text, f, 'g', precision, 64)
		}
	case verb == 0 && spec.Group != 0 && f >= 1e-4 && f < 1e16:
		text = strconv.AppendFloat(text, f, 'f', -1, 64)
	default:
		text = strconv.AppendFloat(text, f, 'g', -1, 64)
	}
	if isUpper {
		upper(text)
	}
	if verb == '%' {
		text = append(text, '%')
	}
	split := 0
	for split < len(text) && '0' <= text[split] && text[split] <= '9' {
		split++
	}
	n.digits, n.rest = text[:split], text[split:]
	n.point = spec.Alt && split > 0 && bytes.IndexByte(n.rest, '.') < 0
	return appendNumber(b, n, spec), nil
}

// appendAltG appends f with exactly precision significant digits, while strconv's 'g'
// drops trailing zeros.
func appendAltG(b []byte, f float64, precision int) []byte {
	precision = max(precision, 1)
	start := len(b)
	b = strconv.AppendFloat(b, f, 'e', precision-1, 64)
	exponent, _ := strconv.Atoi(string(b[bytes.LastIndexByte(b, 'e')+1:]))
	if exponent < -4 || exponent >= precision {
		return b
	}
	return strconv.AppendFloat(b[:start], f, 'f', precision-1-exponent, 64)
}

func upper(b []byte) {
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - ('a' - 'A')
		}
	}
}

// number holds the parts of the text of a number.
type number struct {
	negative bool
	prefix   string // 0x
	digits   []byte // before the point
	point    bool   // whether a point follows the digits
	rest     []byte // ".5e+10", "%", "inf"
}

// appendNumber appends the parts with sign, separators and fill.
func appendNumber(b []byte, n number, spec *Spec) []byte {
	sign := byte(0)
	if n.negative {
		sign = '-'
	} else if spec.Sign == '+' || spec.Sign == ' ' {
		sign = spec.Sign
	}
	around := len(n.prefix) + utf8.RuneCount(n.rest) + int(boolInt(sign != 0)+boolInt(n.point))

	fill, align := spec.fill(), spec.Align
	if align == 0 {
		align = '>'
		if spec.Zero {
			align = '='
		}
	}
	size := 0 // of a group
	switch {
	case spec.Group == 0:
	case spec.Verb == 'b' || spec.Verb == 'o' || spec.Verb == 'x' || spec.Verb == 'X':
		size = 4
	default:
		size = 3
	}
	digits, separators := len(n.digits), 0
	if size > 0 && digits > 0 {
		separators = (digits - 1) / size
		// Leading zeros also get separators, but never begin with one.
		for align == '=' && fill == '0' && around+digits+separators < spec.Width {
			digits++
			separators = (digits - 1) / size
		}
	}

	missing := max(0, spec.Width-around-digits-separators)
	left, middle := 0, 0
	switch align {
	case '>':
		left = missing
	case '^':
		left = missing / 2
	case '=':
		middle = missing
	}
	b = appendFill(b, fill, left)
	if sign != 0 {
		b = append(b, sign)
	}
	b = append(b, n.prefix...)
	b = appendFill(b, fill, middle)
	if size == 0 {
		b = append(b, n.digits...)
	} else {
		b = appendGrouped(b, n.digits, digits, size, spec.Group)
	}
	if n.point {
		b = append(b, '.')
	}
	b = append(b, n.rest...)
	return appendFill(b, fill, missing-left-middle)
}

// appendGrouped appends total digits, with leading zeros and separators.
func appendGrouped(b, digits []byte, total, size int, separator byte) []byte {
	zeros := total - len(digits)
	for i := range total {
		if i > 0 && (total-i)%size == 0 {
			b = append(b, separator)
		}
		if i < zeros {
			b = append(b, '0')
		} else {
			b = append(b, digits[i-zeros])
		}
	}
	return b
}
