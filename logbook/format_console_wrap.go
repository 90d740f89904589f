package logbook

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// maxChannel bounds the width to which channels are padded.
const maxChannel = 20

// appendPadding appends the spaces after a channel that align the messages.
func (f *consoleFormatter) appendPadding(b []byte, channel string) []byte {
	n := 0
	if channel != "" {
		n = utf8.RuneCountInString(channel) + len(": ")
	}
	for {
		widest := f.channel.Load()
		if n > maxChannel || int32(n) <= widest {
			for ; n < int(widest); n++ {
				b = append(b, ' ')
			}
			return b
		}
		f.channel.CompareAndSwap(widest, int32(n))
	}
}

// wrap breaks the line that starts at b[start:] at spaces, so that each of its lines has at
// most width columns, if it has the spaces for it. The further lines are indented to the
// column of the message, or less on a narrow terminal.
func wrap(b []byte, start, message, width int) []byte {
	indent := min(message, width/2)
	line := bytes.Clone(b[start:])
	b = b[:start]
	column, space, spaceColumn := 0, -1, 0 // of b; where it can be broken
	for i := 0; i < len(line); {
		size, n := cell(line[i:])
		if line[i] == ' ' && column >= message {
			space, spaceColumn = len(b), column
		}
		b = append(b, line[i:i+size]...)
		i += size
		column += n
		if column > width && space >= 0 {
			rest := bytes.Clone(b[space+1:])
			b = append(b[:space], '\n')
			b = append(b, bytes.Repeat([]byte{' '}, indent)...)
			b = append(b, rest...)
			column, space = indent+column-spaceColumn-1, -1
		}
	}
	return b
}

// columns returns the width of a text.
func columns(b []byte) (width int) {
	for len(b) > 0 {
		size, n := cell(b)
		b, width = b[size:], width+n
	}
	return width
}

// cell returns the size of the first character or escape sequence, and its columns.
func cell(b []byte) (size, columns int) {
	if b[0] == '\x1b' {
		return bytes.IndexByte(b, 'm') + 1, 0 // of this package, since those of the data are escaped
	}
	c, size := utf8.DecodeRune(b)
	switch {
	case c < 0x300:
		return size, 1
	case unicode.Is(unicode.Mn, c):
		return size, 0
	case unicode.In(c, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana), c >= 0x1F300:
		return size, 2
	}
	return size, 1
}
