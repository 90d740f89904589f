package pyjson

import (
	"unicode/utf16"
	"unicode/utf8"
)

// string consumes a string with its quotes.
func (d *decoder) string() (string, error) {
	d.pos++
	start := d.pos
	for d.pos < len(d.data) {
		switch c := d.data[d.pos]; {
		case c == '"':
			s := string(d.data[start:d.pos])
			d.pos++
			return s, nil
		case c == '\\' || c >= utf8.RuneSelf:
			return d.rewritten(start)
		case c < ' ':
			return "", d.syntaxError("control character in a string")
		}
		d.pos++
	}
	return "", d.syntaxError("")
}

// rewritten consumes the rest of a string that began at start and has escapes or invalid
// UTF-8.
func (d *decoder) rewritten(start int) (string, error) {
	d.text = append(d.text[:0], d.data[start:d.pos]...)
	for d.pos < len(d.data) {
		switch c := d.data[d.pos]; {
		case c == '"':
			d.pos++
			return string(d.text), nil
		case c == '\\':
			if err := d.escape(); err != nil {
				return "", err
			}
		case c < ' ':
			return "", d.syntaxError("control character in a string")
		case c < utf8.RuneSelf:
			d.text = append(d.text, c)
			d.pos++
		default:
			r, size := utf8.DecodeRune(d.data[d.pos:])
			d.text = utf8.AppendRune(d.text, r)
			d.pos += size
		}
	}
	return "", d.syntaxError("")
}

// escape consumes an escape sequence and appends its character to the text.
func (d *decoder) escape() error {
	d.pos++
	c := d.peek()
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		return d.unicodeEscape()
	default:
		return d.syntaxError("unknown escape in a string")
	}
	d.pos++
	d.text = append(d.text, c)
	return nil
}

// unicodeEscape consumes uXXXX, and the next escape if both are a surrogate pair.
func (d *decoder) unicodeEscape() error {
	d.pos++
	r, ok := d.hex4(d.pos)
	if !ok {
		for isHex(d.peek()) {
			d.pos++
		}
		return d.syntaxError("expected four hexadecimal digits")
	}
	d.pos += 4
	if utf16.IsSurrogate(r) {
		high := r
		r = utf8.RuneError
		if d.peek() == '\\' && d.pos+1 < len(d.data) && d.data[d.pos+1] == 'u' {
			low, ok := d.hex4(d.pos + 2)
			// If they are not a pair, the second escape is read next.
			if pair := utf16.DecodeRune(high, low); ok && pair != utf8.RuneError {
				r = pair
				d.pos += 6
			}
		}
	}
	d.text = utf8.AppendRune(d.text, r)
	return nil
}

// hex4 returns the value of the four hex digits at pos.
func (d *decoder) hex4(pos int) (r rune, ok bool) {
	if pos+4 > len(d.data) {
		return 0, false
	}
	for _, c := range d.data[pos : pos+4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case isHex(c):
			c = (c | 0x20) - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}
