package logline

import "strings"

// aptHistory parses the first line of a record of apt's history.log, "Start-Date: " and a time.
// The lines up to the end of the record are the message.
func (p *parser) aptHistory(s string) (Line, bool) {
	const begin = "Start-Date: "
	rest, ok := strings.CutPrefix(s, begin)
	st, ok2 := p.anyStamp(rest)
	if !ok || !ok2 || st.len != len(rest) {
		return Line{}, false
	}
	l := Line{Time: st.time, more: aptLine}
	l.attr("begin", "Start-Date")
	return l, true
}

// aptLine takes a line such as "Commandline: apt-get install tea".
func aptLine(l *Line, s string) (string, bool) {
	name, _, ok := strings.Cut(s, ": ")
	if name == "End-Date" {
		l.more = nil
	}
	return s, ok && name != "Start-Date" && !strings.Contains(name, " ")
}
