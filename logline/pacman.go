package logline

import "strings"

// pacman parses what follows the time in pacman's log, "] [ALPM] text".
func (p *parser) pacman(l Line, _ stamp, rest string) (Line, bool) {
	name, text, ok := strings.Cut(strings.TrimPrefix(rest, "] ["), "] ")
	switch name {
	case "PACMAN", "ALPM", "ALPM-SCRIPTLET":
		l.Channel = name
		l.takeLevel(text)
		return l, ok
	}
	return Line{}, false
}
