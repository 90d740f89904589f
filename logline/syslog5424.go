package logline

import (
	"log/slog"
	"strings"
)

// syslog5424 parses "version time host program pid msgid data text", as RFC 5424 defines it. A
// dash stands for an unknown part.
func (p *parser) syslog5424(s string) (Line, bool) {
	version := s[:digits(s)]
	rest, ok := strings.CutPrefix(s[len(version):], " ")
	if !ok || version == "" || len(version) > 3 {
		return Line{}, false
	}
	var head [5]string // time, host, program, pid, msgid
	for i := range head {
		if head[i], rest, ok = strings.Cut(rest, " "); !ok || head[i] == "" {
			return Line{}, false
		}
	}
	var l Line
	if head[0] != "-" {
		st, ok := p.isoStamp(head[0])
		if !ok || st.len != len(head[0]) || head[0][10] != 'T' {
			return Line{}, false
		}
		l.Time = st.time
	} else if version != "1" {
		return Line{}, false
	}
	if version != "1" {
		l.attr("version", version)
	}
	if head[1] != "-" {
		l.Attrs = append(l.Attrs, slog.String("host", head[1]))
	}
	if head[2] != "-" {
		l.Channel = head[2]
	}
	if pid, end, ok := cutPID(head[3]); ok && end == "" {
		l.PID = pid
	} else if head[3] != "-" {
		l.Attrs = append(l.Attrs, slog.String("procid", head[3]))
	}
	if head[4] != "-" {
		l.Attrs = append(l.Attrs, slog.String("msgid", head[4]))
	}
	if after, none := strings.CutPrefix(rest, "-"); none {
		rest = after
	} else if attrs, after, ok := structuredData(l.Attrs, rest); ok {
		l.Attrs, rest = attrs, after
	} else if strings.HasPrefix(rest, "[") {
		return Line{}, false
	} else {
		rest = " " + rest // Heroku leaves the data out
	}
	if rest != "" && rest[0] != ' ' {
		return Line{}, false
	}
	rest = strings.TrimPrefix(rest, " ")
	rest = strings.TrimPrefix(rest, "\ufeff")
	if len(rest) > 1 && rest[0] == ' ' && rest[1] != ' ' {
		rest = rest[1:] // rsyslog keeps the space after the tag of a message that it converts
	}
	return p.payload(l, rest), true
}

// structuredData parses [id name="value" ...][...] into one group for each element.
func structuredData(attrs []slog.Attr, s string) (_ []slog.Attr, rest string, ok bool) {
	if !strings.HasPrefix(s, "[") {
		return attrs, s, false
	}
	for strings.HasPrefix(s, "[") {
		end := strings.IndexAny(s, " ]")
		if end < 2 {
			return attrs, s, false
		}
		id := s[1:end]
		s = s[end:]
		var params []slog.Attr
		for strings.HasPrefix(s, " ") {
			s = strings.TrimLeft(s, " ") // some write several, and one at the end
			if strings.HasPrefix(s, "]") {
				break
			}
			name, r, ok := strings.Cut(s, "=")
			r = strings.TrimLeft(r, " ")
			if !ok || name == "" || !strings.HasPrefix(r, `"`) {
				return attrs, s, false
			}
			n := quotedLen(r)
			if n == 0 {
				return attrs, s, false
			}
			params = append(params, slog.String(name, unescapeParam(r[1:n-1])))
			s = r[n:]
		}
		if !strings.HasPrefix(s, "]") {
			return attrs, s, false
		}
		s = s[1:]
		if len(params) == 0 {
			attrs = append(attrs, slog.Any(id, map[string]any{}))
		} else {
			attrs = append(attrs, slog.Attr{Key: id, Value: slog.GroupValue(params...)})
		}
	}
	return attrs, s, true
}

// unescapeParam removes backslashes before ", \ and ], and keeps others.
func unescapeParam(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte(`"\]`, s[i+1]) >= 0 {
			i++
		}
		b = append(b, s[i])
	}
	return string(b)
}
