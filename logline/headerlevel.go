package logline

import (
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// isLevel reports whether a part is the level, and sets it.
func (h *header) isLevel(t token) bool {
	level, own, ok := h.levelOf(t)
	if !ok || !h.mayBeLevel(t) {
		return false
	}
	h.level, h.hasLevel, h.boxedLevel, h.levelAt = level, true, t.open != 0, h.n
	h.padded = t.sep == ' ' && t.open == 0 && h.isPadded(t)
	if own {
		h.word = t.text
	}
	h.npm = isLower(t.text[0]) || h.inTime // Serilog
	return true
}

// levelOf returns the level that a part names. own says that it is one that Logbook does not
// have.
func (h *header) levelOf(t token) (level logbook.Level, own, ok bool) {
	if level, own, ok = headerLevel(t.text); ok || len(t.text) != 1 || !isUpper(t.text[0]) {
		return level, own, ok
	}
	// A letter alone is a level in brackets, and TensorFlow's before "file.cc:12]".
	place, closed := strings.CutSuffix(word(t.rest), "]")
	if t.open != '[' && !closed || t.open == 0 && !isPlace(place) {
		return 0, false, false
	}
	var l Line
	ok = l.letter(t.text[0])
	return l.Level, false, ok
}

// mayBeLevel reports whether a part that names a level is no other word.
func (h *header) mayBeLevel(t token) bool {
	isUpperCase := t.text == strings.ToUpper(t.text)
	if t.open != 0 || isUpperCase {
		return true
	}
	if t.sep == ':' && !t.wide && (h.sep != ':' || h.first == ':') {
		// An abbreviation may be a word of another language or format.
		return len(t.text) >= 5 || strings.EqualFold(t.text, "info") || strings.EqualFold(t.text, "warn")
	}
	if strong(h.sep) && strong(t.sep) || t.tail {
		return true
	}
	if t.sep != ' ' {
		return false
	}
	if isNLog := h.nlog && isUpper(t.text[0]); isNLog && h.last().kind == insidePart {
		return true // 12:34:56.7891 [main] Info text
	} else if h.n > 0 {
		return false
	} else if isNLog {
		return true // 12:34:56.7891 Info text
	}
	labeled := strings.HasPrefix(t.rest, "[") && strings.Contains(t.rest[:min(len(t.rest), 40)], "]: ")
	return labeled || h.iso && isNPM(t.text) // info [label]: text
}

// isPadded reports whether more than a space follows a part.
func (h *header) isPadded(t token) bool { return len(h.rest)-len(t.rest) > len(t.text)+1 }
