package notify

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mark ends a text that was cut.
const Mark = "..."

// maxWord is how many characters are given up at most so that a cut is not in a
// word.
const maxWord = 30

// Size is how much of a limit a character takes up.
type Size func(r rune) int

// Sizes of characters where the limit is in characters, and where it is in bytes of
// UTF-8.
var (
	Characters Size = func(rune) int { return 1 }
	Bytes      Size = utf8.RuneLen
)

// Cut returns s if it takes up no more than limit. What is
// longer is cut behind a word, if there is an end of one within the last 30
// characters, and ends in [Mark]. With a limit that has no room for the mark nothing
// is left of it.
func Cut(s string, limit int, size Size) string {
	room := limit
	for _, c := range Mark {
		room -= size(c)
	}
	used, keep := 0, 0 // keep: bytes that fit with the mark behind them
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

// Append returns the text with notes behind it, each on a line of its own, within
// the limit: the text is cut first. Notes that leave no room for text stand alone.
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
