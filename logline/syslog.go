package logline

import (
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// facilities are the names of syslog's facilities, by number.
var facilities = [...]string{
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news",
	"uucp", "cron", "authpriv", "ftp", "ntp", "audit", "alert", "clock",
	"local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
}

// ParseSyslog parses a message of the syslog protocol, in the form of RFC 5424 or of RFC
// 3164. The facility, and the parts of the header that Line does not have, are attributes.
// A message without a valid priority has user.notice, as RFC 3164 demands of relays.
// now is as for [Parse].
func ParseSyslog(message []byte, now time.Time) Line {
	p := parser{now: now}
	s := strings.TrimRight(string(message), "\r\n\x00")
	pri, rest, ok := cutPriority(s)
	if !ok {
		const userNotice = 13
		pri, rest = userNotice, s
	}
	l := p.syslog(pri, rest, true)
	if l.Format == "" {
		l.Format = Text
	}
	return l
}

// priority parses a line that starts with "<PRI>": a syslog line of either kind, or the
// output of a systemd service, which has only the priority.
func (p *parser) priority(s string) (Line, bool) {
	pri, rest, ok := cutPriority(s)
	if !ok {
		return Line{}, false
	}
	l := p.syslog(pri, rest, pri > 7)
	if pri > 7 && l.Message == rest {
		l = p.payload(l, rest) // without a header, as of some firewalls
	}
	return l, true
}

// cutPriority parses "<PRI>" at the start of s, and returns the rest.
func cutPriority(s string) (pri int, rest string, ok bool) {
	if !strings.HasPrefix(s, "<") {
		return 0, s, false
	}
	n := digits(s[1:])
	pri, ok = number(s[1:], n)
	if n == 0 || n > 3 || !ok || !strings.HasPrefix(s[1+n:], ">") {
		return 0, s, false
	}
	rest = s[n+2:]
	if pri >= 8*len(facilities) && !strings.HasPrefix(rest, "1 ") { // some senders have facilities of their own
		return 0, s, false
	}
	return pri, rest, true
}

// facilityName returns the name of a facility, or the number of an unknown one.
func facilityName(n int) string {
	if n < len(facilities) {
		return facilities[n]
	}
	return strconv.Itoa(n)
}

// syslog parses a message after its priority. If sure is not set, it may be the output of
// a systemd service.
func (p *parser) syslog(pri int, s string, sure bool) Line {
	l, ok := p.syslog5424(s)
	if !ok {
		l, ok = p.syslogHeader(s, true)
	}
	if !ok {
		if h, tagged := tagHeader(s); sure && tagged {
			l = p.fromHost(Line{}, h)
		} else {
			l.Message = s
		}
	}
	if ok || sure {
		header := []slog.Attr{slog.String("facility", facilityName(pri/8))}
		switch level := severity(pri % 8); {
		case pri%8 < len(severities):
			header = append(header, slog.String("severity", severities[pri%8]))
		case l.HasLevel && l.Level != level:
			header = append(header, slog.String("severity", severityName(level)))
		}
		l.Attrs = append(header, l.Attrs...)
	}
	if !l.HasLevel {
		l.Level, l.HasLevel = severity(pri%8), true
	}
	return l
}

// severities are the names of the severities that no level stands for.
var severities = [...]string{"emerg", "alert"}

// severityName returns the name of a level of which a header and its text have different ones.
func severityName(l logbook.Level) string { return strings.ToLower(l.String()) }

// syslog3164 parses "Nov 20 10:32:01 host program[pid]: text". Local senders omit the
// host.
func (p *parser) syslog3164(s string) (Line, bool) { return p.syslogHeader(s, false) }

// syslogHeader parses a time and what follows it in syslog. Network devices write more than
// RFC 3164 has: a number and a host before the time, a mark of a clock that is not set, a year,
// a zone, and a colon after it all. With sure, the text is known to be of syslog.
//
//	29: sw1: *Nov 20 10:32:01.123 CET: %SYS-5-CONFIG_I: text
func (p *parser) syslogHeader(s string, sure bool) (Line, bool) {
	var l Line
	if n := digits(s); strings.HasPrefix(s[n:], ": ") && n < 12 {
		if n > 0 {
			l.attr("sequence", s[:n])
		}
		s = s[n+2:]
		if name, ok := strings.CutSuffix(word(s), ":"); ok && isHostName(name) {
			l.attr("host", name)
			s = strings.TrimPrefix(s[len(name)+1:], " ")
		}
	}
	if s != "" && (s[0] == '*' || s[0] == '.') {
		s = s[1:]
	}
	st, ok := p.anyStamp(s)
	if !ok {
		return Line{}, false
	}
	l.Time = st.time
	rest, ok := strings.CutPrefix(strings.TrimPrefix(s[st.len:], ":"), " ")
	if !ok {
		return Line{}, false
	}
	h, ok := syslogHost(rest, sure)
	if !sure && (!ok || st.dated && h.pid == 0 && h.facility == "" && !h.hasLevel) {
		return Line{}, false // it may be of any other program
	}
	return p.fromHost(l, h), true
}

// header parses the rest of a syslog line after the time.
func (p *parser) header(l Line, s string) Line {
	h, _ := syslogHost(s, true)
	return p.fromHost(l, h)
}

// syslogHost parses what is between the time and the text of a syslog line, and the text.
func syslogHost(s string, sure bool) (host, bool) {
	if w := word(s); !sure && (isYum(w) || isLevelName(w)) {
		return host{text: s}, false
	}
	h, ok := tagHeader(s)
	if !ok {
		if h.facility, h.text = cutFacility(s); h.facility != "" {
			facility := h.facility
			h, ok = tagHeader(h.text)
			h.facility = facility
		} else {
			h, ok = hostHeader(s)
		}
	}
	if !ok && sure && cutGluedTag(&h) {
		return h, true
	}
	if ok || h.name != "" && (sure || h.untagged()) {
		return h, true
	}
	return host{text: s}, false
}

// cutGluedTag takes a tag without a space after its colon off the text: "CEF:0|Vendor".
func cutGluedTag(h *host) bool {
	n := 0
	for n < len(h.text) && n < 32 && (isLower(h.text[n]|0x20) || isDigit(h.text[n]) && n > 0) {
		n++
	}
	tag, rest := h.text[:n], h.text[n:]
	if n < 2 || len(rest) < 2 || rest[0] != ':' || rest[1] == ':' || rest[1] == '/' {
		return false
	}
	h.program, h.text = tag, rest[1:]
	return true
}

// isYum reports whether a word after a time is what yum did.
func isYum(s string) bool {
	return s == "Installed:" || s == "Updated:" || s == "Erased:" || s == "Obsoleted:"
}

// host is a syslog header: host, program and process id.
type host struct {
	name, program string
	process       string        // the text in the brackets of a tag, if it is not a process id
	facility      string        // with the level, as BusyBox writes it
	level         logbook.Level // that a network device writes
	hasLevel      bool
	pid           int
	text          string
}

// hostHeader parses "host program[pid]: text". Without a program, it returns false, but the
// host and the text. Some devices write the level before the program, or their model and
// address after the host, with or without a colon.
func hostHeader(s string) (h host, ok bool) {
	name, rest, ok := strings.Cut(s, " ")
	if !ok || !isHostName(name) && !isDevice(name) {
		return host{}, false
	}
	if device := word(rest); isDevice(device) {
		name += " " + device
		rest = strings.TrimPrefix(rest[len(device):], " ")
	}
	name = strings.TrimSuffix(name, ":")
	if level, tagged, ok := strings.Cut(rest, " "); ok && level != "" && isLower(level[0]) && isLevelWord(level) {
		if h, ok = tagHeader(tagged); ok && h.pid != 0 {
			h.name = name
			h.level, h.hasLevel = levelName(level)
			return h, true
		}
	}
	facility, rest := cutFacility(strings.TrimLeft(rest, " "))
	if h, ok = tagHeader(strings.TrimPrefix(rest, ": ")); !ok {
		h = host{text: rest}
	}
	h.name, h.facility = name, facility
	return h, ok
}

// isDevice reports whether a word is that of UniFi's devices, of which a part between commas is
// the address: U7PG2,0018e8294876,v4.0.66.10832.
func isDevice(s string) bool {
	const address = 12
	first, rest, ok := strings.Cut(s, ",")
	second, _, _ := strings.Cut(rest, ",")
	return ok && (len(first) == address && isHex(first) || len(second) == address && isHex(second))
}

// cutFacility parses BusyBox' "daemon.info " at the start of s.
func cutFacility(s string) (facility, rest string) {
	w := word(s[:min(len(s), 16)])
	name, level, ok := strings.Cut(w, ".")
	if !ok || !slices.Contains(facilities[:], name) {
		return "", s
	}
	if _, ok := levelName(level); !ok {
		return "", s
	}
	return w, strings.TrimLeft(s[len(w):], " ")
}

// untagged reports whether the first word of a text without a tag is a host all the same.
func (h *host) untagged() bool {
	return strings.HasPrefix(h.text, "last message repeated ") || strings.HasPrefix(h.text, "message repeated ") ||
		strings.HasPrefix(h.text, "-- MARK --") || strings.HasPrefix(h.text, "[") && strings.Contains(h.name, "-") && strings.ToLower(h.name) != h.name ||
		strings.ContainsAny(h.name[:len(h.name)-1], ".0123456789") && !isDigit(h.name[0]) || strings.Count(h.name, ".") == 3
}

// tagHeader parses "program[pid]: text"; the process id is optional. launchd adds a service in
// parentheses before the colon.
func tagHeader(s string) (h host, ok bool) {
	tag := word(s)
	if len(tag) < 2 {
		return host{}, false
	}
	if tag[len(tag)-1] == ':' {
		h.text = strings.TrimPrefix(s[len(tag):], " ")
		tag = tag[:len(tag)-1]
	} else if service, text, ok := strings.Cut(s[len(tag):], "): "); ok && strings.HasPrefix(service, " (") && tag[len(tag)-1] == ']' && !strings.Contains(service[2:], " ") {
		h.process, h.text = service[2:], text
	} else if strings.HasPrefix(tag, "proftpd[") && len(tag) < len(s) { // its own file has no colon
		h.text = s[len(tag)+1:]
	} else if !h.cutNamedLevel(tag, s[len(tag):]) {
		return host{}, false
	}
	h.program = tag
	if i := strings.LastIndexByte(tag, '['); i > 0 && tag[len(tag)-1] == ']' {
		h.program = tag[:i]
		if pid, end, ok := cutPID(tag[i+1:]); ok && end == "]" {
			h.pid = pid
		} else if h.process == "" {
			h.process = tag[i+1 : len(tag)-1]
		} else if end != "]" {
			h.program = tag
		}
	}
	if code, ok := strings.CutPrefix(h.program, "%"); ok {
		h.program = code
		h.level, h.hasLevel = ciscoLevel(code)
		return h, h.hasLevel
	}
	return h, !strings.ContainsAny(h.program, ":\"=%,;")
}

// cutNamedLevel parses what follows the tag in syslog of macOS: "program[pid] <Notice>: text", also
// with a service in parentheses.
func (h *host) cutNamedLevel(tag, s string) bool {
	const longest = len(" <Emergency>: ")
	if tag[len(tag)-1] != ']' || !strings.HasPrefix(s, " ") {
		return false
	}
	if service, rest, ok := strings.Cut(s[1:min(len(s), maxPart)], ") "); ok && strings.HasPrefix(service, "(") && strings.HasPrefix(rest, "<") {
		h.process = service[1:]
		s = s[len(service)+2:]
	}
	level, _, ok := strings.Cut(s[1:min(len(s), longest)], ">: ")
	if !ok || !strings.HasPrefix(level, "<") {
		return false
	}
	h.level, h.hasLevel = levelName(level[1:])
	h.text = s[1+len(level)+3:]
	return h.hasLevel
}

func isHostName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isDigit(c) && !isLower(c|0x20) && c != '.' && c != '-' && c != '_' && c != ':' && c != '/' && c != '@' {
			return false
		}
	}
	return s != "" && s[len(s)-1] != ':'
}

// fromHost sets the parts of a line from its syslog header. The text may be JSON or
// logfmt, or start with a level.
func (p *parser) fromHost(l Line, h host) Line {
	if h.name != "" {
		l.attr("host", h.name)
	}
	if h.hasLevel {
		l.Level, l.HasLevel = h.level, true
	}
	if h.facility != "" {
		name, level, _ := strings.Cut(h.facility, ".")
		l.Level, l.HasLevel = levelName(level)
		l.attr("facility", name)
	}
	if h.process != "" {
		l.attr("process", h.process)
	}
	l.Channel, l.PID = h.program, h.pid
	return p.programText(l, h.text)
}

// programText parses the text after a syslog header, of which some programs have a form of
// their own.
func (p *parser) programText(l Line, s string) Line {
	switch l.Channel {
	case "haproxy":
		if l, ok := p.haproxyText(l, s); ok {
			return l
		}
	case "kernel":
		s = cutUptime(&l, s)
	case "dovecot": // its processes have names
		if h, ok := tagHeader(s); ok && h.program != "" {
			l.attr("process", h.program)
			s = h.text
		}
	case "proftpd":
		if l, ok := proftpdText(l, s); ok {
			return l
		}
	case "postgres":
		if l, ok := p.postgresText(l, s); ok {
			return l
		}
	}
	return p.payload(l, s)
}

// cutUptime takes the time since the start of the kernel, "[   12.345678] ", off a text.
func cutUptime(l *Line, s string) string {
	uptime, _, ok := strings.Cut(strings.TrimPrefix(s[:min(len(s), 24)], "["), "] ")
	text := strings.TrimLeft(uptime, " ")
	n := digits(text)
	if !ok || s[0] != '[' || n == 0 || len(text) != n+7 || text[n] != '.' || digits(text[n+1:]) != 6 {
		return s
	}
	l.attr("uptime", text)
	return s[len(uptime)+3:]
}

// proftpdText parses "server (client[address]): text", or with a dash in place of the colon, or
// without a client.
func proftpdText(l Line, s string) (Line, bool) {
	if h, ok := tagHeader(s); ok && h.pid == 0 {
		l.attr("server", h.program)
		l.Message = h.text
		return l, true
	}
	server, rest, ok := strings.Cut(s, " (")
	client, text, ok2 := strings.Cut(rest, "])")
	if !ok || !ok2 || strings.Contains(server, " ") || strings.Contains(client, " ") {
		return l, false
	}
	l.attr("server", server)
	l.attr("client", client+"]")
	l.Message = cutSeparator(text)
	return l, true
}

// payload parses the text of a record whose header was parsed. It may be a line with a time and
// a level of its own. Otherwise a level with a colon at its start is that of the record; other
// words are text.
func (p *parser) payload(l Line, s string) Line {
	if inner, ok := p.structured(l, s); ok {
		return inner
	}
	if inner, ok := p.ownHeader(l, s); ok {
		return inner
	}
	if file, level, text, ok := fileLevel(s); ok {
		l.attr("file", file)
		l.Level, l.HasLevel, l.Message = level, true, text
		return l
	}
	l.takeLevel(s)
	return l
}

// fileLevel parses "pot.py[DEBUG]: text", as cloud-init writes to syslog.
func fileLevel(s string) (file string, level logbook.Level, text string, ok bool) {
	file, rest, ok := strings.Cut(s[:min(len(s), maxPart)], "[")
	if !ok || !isName(file) {
		return "", 0, "", false
	}
	name, _, closed := strings.Cut(rest, "]: ")
	if level, ok = levelName(name); !ok || !closed || !isLevelName(name) {
		return "", 0, "", false
	}
	return file, level, s[len(file)+len(name)+len("[]: "):], true
}

// ownHeader parses the text after the header of outer, if it is a line of another format with a
// time and a level: what a program wrote to syslog, into the journal, or in a container. If both
// have different times, that of the header counts.
func (p *parser) ownHeader(outer Line, s string) (Line, bool) {
	const shortest = len("10:11:12 INFO")
	if len(s) < shortest || p.inside {
		return outer, false // a header in a header in a header would take quadratic time
	}
	if c := s[0]; !isDigit(c) && c != '[' && !(isUpper(c) && isDigit(s[1])) {
		return outer, false
	}
	p.inside = true
	l, ok := p.recognizeAll(s)
	p.inside = false
	if !ok || !l.HasLevel || l.Time.IsZero() {
		return outer, false
	}
	switch {
	case outer.Time.IsZero():
	case !sameMoment(l.Time, outer.Time):
		outer.Attrs = append(outer.Attrs, slog.Time("logged", l.Time))
		l.Time = outer.Time
	case l.Time.Nanosecond() == 0:
		l.Time = outer.Time
	}
	return l.within(outer), true
}

// takeLevel sets the message, and takes a level with a colon off its start.
func (l *Line) takeLevel(s string) {
	if lv, n, ok := levelWord(s); ok && n < len(s) && s[n-1] == ':' {
		l.Level, l.HasLevel = lv, true
		s = cutSeparator(s[n:])
	}
	l.Message = s
}

// ciscoLevel returns the severity in the name of a message of a network device, like
// SYS-5-CONFIG_I.
func ciscoLevel(s string) (logbook.Level, bool) {
	for i := 1; i+2 < len(s); i++ {
		switch c := s[i]; {
		case c == '-' && s[i+2] == '-' && '0' <= s[i+1] && s[i+1] <= '7':
			return severity(int(s[i+1] - '0')), true
		case !isUpper(c) && !isDigit(c) && c != '-' && c != '_':
			return 0, false
		}
	}
	return 0, false
}
