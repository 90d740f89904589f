package eventlog

import (
	"strings"
	"unicode/utf16"
)

// maxText bounds an event's text, in UTF-16 units. The limit of Windows is 31,839.
const maxText = 31000

const cutMark = "...(cut)"

// eventText makes a text valid for an event: without zero bytes, and short enough. A
// percent sign before a digit is separated from it, since the event viewer would replace
// both.
func eventText(s string) string {
	s = strings.ReplaceAll(s, "\x00", `\x00`)
	if i := tooLong(s); i >= 0 {
		s = s[:i] + cutMark
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		b.WriteByte(s[i])
		if s[i] == '%' && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// tooLong returns where to cut s, or -1. A percent sign counts twice, for the space that
// may be put after it.
func tooLong(s string) int {
	units := 0
	for i, c := range s {
		units += max(utf16.RuneLen(c), 1)
		if c == '%' {
			units++
		}
		if units > maxText {
			return i
		}
	}
	return -1
}
