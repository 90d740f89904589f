package web

import (
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
)

// line returns a text of a record on one line, without characters that could change how the
// rest of the page reads.
func line(s string) string { return string(encode.AppendText(nil, s)) }

// lines is like line, but keeps line breaks.
func lines(s string) string { return string(encode.AppendTextLines(nil, s, "")) }

// maxShown bounds a text on a page. The whole record can be downloaded.
const maxShown = 16 << 10

// shown returns a text as it is shown on the page, and whether it was cut.
func shown(s string) (string, bool) {
	short := text.Cut(s, maxShown, "…")
	return lines(short), len(short) < len(s)
}

// number returns a number with spaces between the thousands that do not break.
func number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "\u202f" + digits[i:]
	}
	return digits
}

// compact returns a number in few characters.
func compact(n int64) string {
	if n < 10_000 {
		return number(n)
	}
	unit, name := int64(1e3), "k"
	switch {
	case n >= 1e9:
		unit, name = 1e9, "G"
	case n >= 1e6:
		unit, name = 1e6, "M"
	}
	if n >= 100*unit {
		return number(n/unit) + name
	}
	return strconv.FormatFloat(float64(n*10/unit)/10, 'f', 1, 64) + name
}

func plural(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return number(n) + " " + noun
}

// shortPath returns the last two parts of a path.
func shortPath(path string) string {
	if len(path) > 2 && path[1:3] == `:\` {
		path = strings.ReplaceAll(path, `\`, "/")
	}
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		if i = strings.LastIndexByte(path[:i], '/'); i >= 0 {
			return path[i+1:]
		}
	}
	return path
}

// place returns a location as it is shown in the list.
func place(location string) string {
	if strings.TrimSuffix(location, ":0") == "" {
		return ""
	}
	return line(shortPath(location))
}

// levelClass returns the class of the named level at or below a level.
func levelClass(l logbook.Level) string {
	switch {
	case l >= logbook.LevelCritical:
		return "critical"
	case l >= logbook.LevelError:
		return "error"
	case l >= logbook.LevelWarn:
		return "warning"
	case l >= logbook.LevelInfo:
		return "info"
	}
	return "debug"
}
