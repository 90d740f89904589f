package notify

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mark ends a text that was cut.
const Mark = "..."

// maxWord is the number of characters given up at most to avoid a cut within a word.
const maxWord = 30

// Size returns how much of a limit a character takes.
type Size func(r rune) int

// Sizes of characters for limits in characters and in bytes of UTF-8.
var (
	Characters Size = func(rune) int { return 1 }
	Bytes      Size = utf8.RuneLen
)

// Cut returns s if it fits the limit. Longer text is cut after a word, if one ends within
// the last 30 characters, and ends in [Mark]. If the limit has no room for the mark, the
// result is empty.
func Cut(s string, limit int, size Size) string {
	room := limit
	for _, c := range Mark {
		room -= size(c)
	}
	used, keep := 0, 0 // keep: bytes that fit with the mark after them
	for i := 0; i < len(s); {
		c, width := utf8.DecodeRuneInString(s[i:])
		i += width
		if used += size(c); used <= room {
			keep = i
		}
		if used > limit {
			if room < 0 {
				return ""
			}
			return s[:wordEnd(s, keep)] + Mark
		}
	}
	return s
}

// wordEnd returns where to cut s, at keep or before.
func wordEnd(s string, keep int) int {
	end := keep
	for n := 0; n <= maxWord && end > 0; n++ {
		before, width := utf8.DecodeLastRuneInString(s[:end])
		next, _ := utf8.DecodeRuneInString(s[end:])
		if unicode.IsSpace(next) && !unicode.IsSpace(before) {
			return end
		}
		end -= width
	}
	return keep
}

// Append returns the text with notes after it, each on its own line, within the limit:
// the text is cut first. If there is no room for text, only the notes are returned.
func Append(text string, notes []string, limit int, size Size) string {
	if len(notes) == 0 {
		return Cut(text, limit, size)
	}
	tail := strings.Join(notes, "\n")
	room := limit - size('\n')
	for _, c := range tail {
		room -= size(c)
	}
	if text = Cut(text, room, size); text == "" {
		return Cut(tail, limit, size)
	}
	return text + "\n" + tail
}
