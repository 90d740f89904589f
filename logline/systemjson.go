package logline

import (
	"log/slog"
	"strconv"
	"time"
)

// systemJSON parses the JSON forms of journalctl -o json and of MongoDB from 4.4 on.
func (p *parser) systemJSON(attrs []slog.Attr) (Line, bool) {
	if attrs[0].Key == "t" && attrs[0].Value.Kind() == slog.KindGroup {
		return p.mongodbJSON(attrs)
	}
	if len(attrs) == 2 && attrs[0].Key == "text" && attrs[1].Key == "record" && attrs[1].Value.Kind() == slog.KindGroup {
		return p.loguruJSON(attrs)
	}
	if k := attrs[0].Key; k == "" || k[0] != '_' && !isUpper(k[0]) {
		return Line{}, false
	}
	return p.journalJSON(attrs)
}

// mongodbJSON parses {"t":{"$date":"..."},"s":"I","c":"NETWORK","id":1,"ctx":"main","msg":"text"}.
func (p *parser) mongodbJSON(attrs []slog.Attr) (Line, bool) {
	date := attrs[0].Value.Group()
	if len(date) != 1 || date[0].Key != "$date" {
		return Line{}, false
	}
	l := Line{Format: "mongodb-json"}
	var ok bool
	if l.Time, ok = p.fieldTime(date[0].Value); !ok {
		return Line{}, false
	}
	for _, a := range attrs[1:] {
		text := ""
		if a.Value.Kind() == slog.KindString {
			text = a.Value.String()
		}
		switch {
		case a.Key == "s" && !l.HasLevel && text != "":
			if l.Level, l.HasLevel = androidLevel(text[0]); !l.HasLevel || len(text) > 1 {
				l.Attrs = append(l.Attrs, a)
			}
		case a.Key == "c" && l.Channel == "":
			l.Channel = text
		case a.Key == "msg" && l.Message == "" && text != "":
			l.Message = text
		default:
			l.Attrs = append(l.Attrs, a)
		}
	}
	return l, true
}

// journalJSON parses an entry of systemd's journal. Its fields remain attributes but for
// those that are the parts of the line. The message of a service is a line of its own form.
func (p *parser) journalJSON(attrs []slog.Attr) (Line, bool) {
	l := Line{Format: "journal-json"}
	isEntry, printed := false, false
	var priority []slog.Attr // that became the level
	var rest []slog.Attr
	for _, a := range attrs {
		text := ""
		if a.Value.Kind() == slog.KindString {
			text = a.Value.String()
		}
		used := false
		switch a.Key {
		case "__REALTIME_TIMESTAMP":
			var t time.Time
			if t, used = p.epoch(text); used && !isEntry {
				l.Time, isEntry = t, true
			}
		case "PRIORITY":
			if used = len(text) == 1 && '0' <= text[0] && text[0] <= '7' && !l.HasLevel; used {
				l.Level, l.HasLevel = severity(int(text[0]-'0')), true
				if n := int(text[0] - '0'); n < len(severities) {
					used = false
				} else {
					priority = append(priority, a)
				}
			}
		case "MESSAGE":
			if b, ok := byteArray(a.Value); ok {
				text = b
			}
			if used = text != "" && l.Message == ""; used {
				l.Message = text
			}
		case "SYSLOG_IDENTIFIER":
			if used = text != "" && l.Channel == ""; used {
				l.Channel = text
			}
		case "_TRANSPORT":
			printed = text == "stdout"
		case "_PID":
			if pid, end, ok := cutPID(text); ok && end == "" && l.PID == 0 {
				l.PID, l.hasPID = pid, true
			}
		}
		if !used {
			rest = append(rest, a)
		}
	}
	l.Attrs = rest
	switch {
	case !isEntry:
		return Line{}, false
	case printed:
		return p.printed(l, priority), true
	}
	l, _ = p.structured(l, l.Message)
	return l, true
}

// byteArray returns the text of an array of bytes, in which journalctl writes a field that has
// control characters or is not UTF-8.
func byteArray(v slog.Value) (string, bool) {
	list, ok := v.Any().([]any)
	if !ok {
		return "", false
	}
	b := make([]byte, len(list))
	for i, e := range list {
		n, ok := e.(int64)
		if !ok || n < 0 || n > 255 {
			return "", false
		}
		b[i] = byte(n)
	}
	return string(b), true
}

// printed parses what a service printed. Its priority is that of all lines of the service, and
// only counts if the line states no level.
func (p *parser) printed(entry Line, priority []slog.Attr) Line {
	outer := entry
	outer.Message = ""
	outer.wrapping = &wrapping{stream: entry.Channel + strconv.Itoa(entry.PID)}
	l := p.inner(outer, entry.Message)
	if l.HasLevel {
		l.Attrs = append(l.Attrs, priority...)
	} else {
		l.Level, l.HasLevel, l.assumed = entry.Level, entry.HasLevel, true
	}
	switch {
	case l.Channel == "":
		l.Channel = entry.Channel
	case entry.Channel != "":
		l.attr("SYSLOG_IDENTIFIER", entry.Channel)
	}
	if l.PID == 0 {
		l.PID, l.hasPID = entry.PID, entry.hasPID
	}
	return l
}

// loguruJSON parses what loguru writes with serialize=True:
//
//	{"text":"...","record":{"level":{"name":"INFO","no":20},"message":"text","time":{"repr":"...","timestamp":1.5},...}}
func (p *parser) loguruJSON(attrs []slog.Attr) (Line, bool) {
	l := Line{Format: "loguru-json"}
	var rest []slog.Attr
	for _, a := range attrs[1].Value.Group() {
		text := a.Value.Kind() == slog.KindString
		switch {
		case a.Key == "message" && text:
			l.Message = a.Value.String()
		case a.Key == "name" && text:
			l.Channel = a.Value.String()
		case a.Key == "level" && a.Value.Kind() == slog.KindGroup:
			l.Level, l.HasLevel = levelName(memberText(a.Value.Group(), "name"))
			rest = append(rest, a)
		case a.Key == "time" && a.Value.Kind() == slog.KindGroup:
			st, ok := isoStamp(memberText(a.Value.Group(), "repr"), p.now.Location())
			if !ok {
				return Line{}, false
			}
			l.Time = st.time
			rest = append(rest, a)
		default:
			rest = append(rest, a)
		}
	}
	l.Attrs = []slog.Attr{attrs[0], {Key: "record", Value: slog.GroupValue(rest...)}}
	return l, !l.Time.IsZero() && l.Message != ""
}

// memberText returns the text of a member of an object, or "".
func memberText(group []slog.Attr, key string) string {
	for _, a := range group {
		if a.Key == key && a.Value.Kind() == slog.KindString {
			return a.Value.String()
		}
	}
	return ""
}
