package pyformat

import (
	"log/slog"
	"strconv"
	"time"
	"unicode/utf8"
)

// Append appends v to b, formatted according to the conversion and the spec; 0 and nil
// mean none. It does not allocate for strings, numbers, bools, durations and times if b
// has enough capacity.
//
// Its error is a [*ValueError]; b is then returned unchanged. A panic in a method of v
// (LogValue, Error, String, Format) is such an error. A nil pointer is written as <nil>.
func Append(b []byte, v slog.Value, conversion byte, spec *Spec) ([]byte, error) {
	out, err := appendValue(b, v, conversion, spec)
	if err != nil {
		return b, err
	}
	return out, nil
}

func appendValue(b []byte, v slog.Value, conversion byte, spec *Spec) ([]byte, error) {
	if v.Kind() == slog.KindLogValuer {
		var err error
		if v, err = resolve(v); err != nil {
			return b, err
		}
	}
	if conversion != 0 {
		return appendConverted(b, v, conversion, spec)
	}
	if spec.IsZero() {
		return appendText(b, v, 0)
	}
	if spec.timeOnly && v.Kind() != slog.KindTime {
		return b, &ValueError{Type: typeName(v), Msg: "format spec " + strconv.Quote(spec.Layout)}
	}
	switch v.Kind() {
	case slog.KindInt64:
		return appendInt(b, v.Int64(), spec, "int64")
	case slog.KindUint64:
		return appendUint(b, false, v.Uint64(), spec, "uint64")
	case slog.KindFloat64:
		return appendFloat(b, v.Float64(), spec, "float64")
	case slog.KindBool:
		if spec.Verb != 0 && spec.Verb != 's' {
			return appendInt(b, boolInt(v.Bool()), spec, "bool")
		}
	case slog.KindDuration:
		return appendDuration(b, v.Duration(), spec)
	case slog.KindTime:
		if spec.Layout != "" {
			return AppendTime(b, v.Time(), spec.Layout), nil
		}
	case slog.KindAny:
		if out, ok, err := appendNumberKind(b, v.Any(), spec); ok {
			return out, err
		}
	}
	return appendSpecText(b, v, spec)
}

// appendSpecText appends v as text, or as the hex digits of its text.
func appendSpecText(b []byte, v slog.Value, spec *Spec) ([]byte, error) {
	start := len(b)
	var err error
	if raw, ok := bytesOf(v); ok && (spec.Verb == 'x' || spec.Verb == 'X') {
		b = append(b, raw...)
	} else if b, err = appendText(b, v, 0); err != nil {
		return b, err
	}
	if (spec.Verb == 'x' || spec.Verb == 'X') && isString(v) {
		b, err = appendHex(b, start, spec)
	} else {
		err = checkText(spec, v)
	}
	if err != nil {
		return b, err
	}
	return fit(b, start, spec), nil
}

// appendConverted converts v to text and applies the spec to that text.
func appendConverted(b []byte, v slog.Value, conversion byte, spec *Spec) ([]byte, error) {
	start := len(b)
	b, err := appendText(b, v, 0)
	if err != nil {
		return b, err
	}
	switch {
	case conversion == 's':
	case isString(v):
		text := string(b[start:])
		if conversion == 'r' {
			b = strconv.AppendQuote(b[:start], text)
		} else {
			b = strconv.AppendQuoteToASCII(b[:start], text)
		}
	case conversion == 'a':
		b = escapeNonASCII(b, start)
	}
	if spec.IsZero() {
		return b, nil
	}
	if err := checkText(spec, slog.StringValue("")); err != nil {
		return b, err
	}
	return fit(b, start, spec), nil
}

// escapeNonASCII replaces non-ASCII characters in b[start:] by Go's escapes.
func escapeNonASCII(b []byte, start int) []byte {
	text := string(b[start:])
	b = b[:start]
	for _, r := range text {
		if r < utf8.RuneSelf {
			b = append(b, byte(r))
			continue
		}
		quoted := strconv.AppendQuoteRuneToASCII(nil, r)
		b = append(b, quoted[1:len(quoted)-1]...)
	}
	return b
}

// appendHex replaces the text b[start:] by its bytes in hex.
func appendHex(b []byte, start int, spec *Spec) ([]byte, error) {
	if spec.Sign != 0 || spec.Align == '=' || spec.Group != 0 {
		return b, &ValueError{Type: "string", Msg: "sign, '=' and grouping are not allowed"}
	}
	digits := "0123456789abcdef"
	if spec.Verb == 'X' {
		digits = "0123456789ABCDEF"
	}
	text := string(b[start:])
	b = b[:start]
	if spec.Alt && text != "" {
		b = append(b, '0', spec.Verb)
	}
	for i := range len(text) {
		b = append(b, digits[text[i]>>4], digits[text[i]&15])
	}
	return b, nil
}

// checkText returns an error if the spec has options that apply only to numbers.
func checkText(spec *Spec, v slog.Value) error {
	var msg string
	switch {
	case spec.timeOnly:
		msg = "format spec " + strconv.Quote(spec.Layout)
	case spec.Verb != 0 && spec.Verb != 's':
		return unknownVerb(spec.Verb, typeName(v))
	case spec.Sign != 0:
		msg = "sign not allowed"
	case spec.Alt:
		msg = "'#' not allowed"
	case spec.Group != 0:
		msg = "'" + string(rune(spec.Group)) + "' not allowed"
	case spec.Align == '=':
		msg = "alignment '=' not allowed"
	default:
		return nil
	}
	return &ValueError{Type: typeName(v), Msg: msg}
}

// fit cuts the text b[start:] to the precision and pads it to the width.
func fit(b []byte, start int, spec *Spec) []byte {
	n := utf8.RuneCount(b[start:])
	if spec.Precision >= 0 && n > spec.Precision {
		end := start
		for range spec.Precision {
			_, size := utf8.DecodeRune(b[end:])
			end += size
		}
		b, n = b[:end], spec.Precision
	}
	missing := spec.Width - n
	if missing <= 0 {
		return b
	}
	left := 0
	switch spec.Align {
	case '>':
		left = missing
	case '^':
		left = missing / 2
	}
	fill := spec.fill()
	if left > 0 {
		end := len(b)
		b = appendFill(b, fill, left)
		pad := len(b) - end
		copy(b[start+pad:], b[start:end])
		appendFill(b[:start], fill, left)
	}
	return appendFill(b, fill, missing-left)
}

func (s *Spec) fill() rune {
	switch {
	case s.Fill != 0:
		return s.Fill
	case s.Zero:
		return '0'
	}
	return ' '
}

func appendFill(b []byte, fill rune, n int) []byte {
	for range n {
		b = utf8.AppendRune(b, fill)
	}
	return b
}

// appendDuration appends d as a number of seconds or nanoseconds, or as text.
func appendDuration(b []byte, d time.Duration, spec *Spec) ([]byte, error) {
	const typ = "time.Duration"
	switch {
	case spec.Verb == 'd':
		return appendInt(b, int64(d), spec, typ)
	case spec.Verb != 0 && hasVerb(floatVerbs, spec.Verb):
		return appendFloat(b, d.Seconds(), spec, typ)
	case spec.Precision >= 0 && (spec.Verb == 0 || spec.Verb == 's'):
		// Cutting the text could cut the unit and give a wrong duration.
		return b, &ValueError{Type: typ, Msg: "precision needs a format code like 'f'"}
	}
	return appendSpecText(b, slog.DurationValue(d), spec)
}

func boolInt(v bool) int64 {
	if v {
		return 1
	}
	return 0
}
