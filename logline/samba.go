package logline

import (
	"log/slog"
	"strings"
)

// samba parses the first line of a record of Samba, to which indented lines belong:
//
//	[2026/03/05 10:11:12.123456,  0, pid=12] ../source3/smbd/server.c:12(main)
func (p *parser) samba(s string) (Line, bool) {
	if len(s) < 32 || s[5] != '/' {
		return Line{}, false
	}
	st, ok := p.isoStamp(s[1:])
	if !ok || !strings.HasPrefix(s[1+st.len:], ", ") {
		return Line{}, false
	}
	in, place, ok := strings.Cut(s[1+st.len+2:], "] ")
	at := strings.LastIndexByte(place, '(')
	if !ok || at < 0 || !strings.HasSuffix(place, ")") {
		return Line{}, false
	}
	file, last := place[:at], place[at+1:len(place)-1]
	function := last
	if isNumber(last) { // file:function(line) of Samba 3
		colon := strings.LastIndexByte(file, ':')
		function = file[colon+1:]
		file = file[:max(colon, 0)] + ":" + last
	}
	src, ok := fileLine(file)
	if !ok {
		return Line{}, false
	}
	src.Function = function
	level, more, _ := strings.Cut(strings.TrimLeft(in, " "), ",")
	l := Line{Time: st.time, Source: src, Attrs: []slog.Attr{slog.String("debuglevel", level)}}
	if more != "" {
		l.attr("context", strings.TrimLeft(more, " "))
	}
	return l, true
}
