package logline

import (
	"log/slog"
	"slices"
	"strings"
)

// inner parses the text after the header of a container, and adds the header's fields. The
// time of the header, if it has one, is that of the line, and another one an attribute.
func (p *parser) inner(outer Line, s string) Line {
	s = clean(s)
	l, ok := p.recognizeAll(s)
	if !ok {
		l = Line{Format: Plain, Message: s}
	} else if b, _ := beginning(s); b != noBlock && l.Format == Text && l.Time.IsZero() {
		l.Message = s // "panic: boom", whose first word is taken for a level
	}
	if !outer.Time.IsZero() {
		if !l.Time.IsZero() && !sameMoment(l.Time, outer.Time) {
			outer.Attrs = append(outer.Attrs, slog.Time("logged", l.Time))
		}
		l.Time = outer.Time
	}
	l.Attrs = append(outer.Attrs, l.Attrs...)
	w := outer.wrapped()
	l.wrapping = &wrapping{stream: w.stream + l.wrapped().stream, text: s, runtime: w.runtime}
	if l.Format == Plain {
		l.Format = outer.Format
	}
	return l
}

// split parses the beginning of a line that the container's runtime has split.
func (p *parser) split(header Line, s string) Line {
	header.Attrs = slices.Clip(header.Attrs)
	l := p.inner(header, s)
	l.wrapping.header = &header
	return l
}

// wrapping is what the prefix of a container, pod or service says of a line.
type wrapping struct {
	// stream names the container, pod or service. Lines of other streams may come between those
	// of one record.
	stream string

	text string // the line without the prefix

	// runtime is stdout or stderr if a container's runtime wrote the line. Runtimes split long
	// lines: header is set, to the line without its text, if the next one of this stream
	// continues it.
	runtime string
	header  *Line
}

// wrapped returns what the prefix says, if there is one.
func (l *Line) wrapped() wrapping {
	if l.wrapping == nil {
		return wrapping{}
	}
	return *l.wrapping
}

// cri parses a line of the Container Runtime Interface, as containerd and CRI-O write it:
//
//	2026-03-05T10:11:12.123456789Z stdout F text
func (p *parser) cri(s string) (Line, bool) {
	i := strings.IndexByte(s, ' ')
	if i < 19 || len(s) < i+9 || s[10] != 'T' {
		return Line{}, false
	}
	name := s[i+1 : i+7]
	if name != "stdout" && name != "stderr" || s[i+7] != ' ' {
		return Line{}, false
	}
	st, ok := p.isoStamp(s)
	if !ok || st.len != i {
		return Line{}, false
	}
	tags, rest, _ := strings.Cut(s[i+8:], " ")
	if tags != "F" && tags != "P" {
		if !strings.HasPrefix(tags, "F:") && !strings.HasPrefix(tags, "P:") {
			return Line{}, false
		}
	}
	outer := Line{Format: "cri", Time: st.time, wrapping: &wrapping{stream: name, runtime: name}}
	outer.attr("stream", name)
	if tags[0] == 'P' {
		return p.split(outer, rest), true
	}
	return p.inner(outer, rest), true
}

// kubectl parses the prefix of kubectl logs --prefix: [pod/NAME/CONTAINER] text.
func (p *parser) kubectl(s string) (Line, bool) {
	if !strings.HasPrefix(s, "[pod/") {
		return Line{}, false
	}
	name, rest, ok := strings.Cut(s[1:], "] ")
	if !ok || strings.ContainsAny(name, " \t\"") {
		return Line{}, false
	}
	pod, container, ok := strings.Cut(name[len("pod/"):], "/")
	if !ok {
		return Line{}, false
	}
	outer := Line{Format: "kubectl", wrapping: &wrapping{stream: name}}
	outer.attr("pod", pod)
	outer.attr("container", container)
	return p.inner(p.timestamped(outer, &rest), rest), true
}

// stern parses the prefix of Stern: POD CONTAINER text. The pod is one of a deployment, whose name
// ends in two parts that Kubernetes made up.
func (p *parser) stern(s string) (Line, bool) {
	const longest = 128
	i := strings.IndexByte(s[:min(len(s), longest)], ' ')
	if i < 0 || !isPodOfDeployment(s[:i]) {
		return Line{}, false
	}
	container, rest, ok := strings.Cut(s[i+1:], " ")
	if !ok || !isServiceName(container) {
		return Line{}, false
	}
	outer := Line{Format: "stern", wrapping: &wrapping{stream: s[:i] + "/" + container}}
	outer.attr("pod", s[:i])
	outer.attr("container", container)
	return p.inner(p.timestamped(outer, &rest), rest), true
}

// isPodOfDeployment reports whether s is NAME-7d8f9c6b54-x2x9z.
func isPodOfDeployment(s string) bool {
	const id = 5
	at := len(s) - id - 1
	if at < 0 || s[at] != '-' || !isGenerated(s[at+1:]) {
		return false
	}
	hash := strings.LastIndexByte(s[:at], '-') + 1
	return hash > 1 && at-hash >= 8 && at-hash <= 10 && isGenerated(s[hash:at])
}

// isGenerated reports whether s has only the characters of names that Kubernetes makes up.
func isGenerated(s string) bool {
	for i := range len(s) {
		if strings.IndexByte("bcdfghjklmnpqrstvwxz2456789", s[i]) < 0 {
			return false
		}
	}
	return true
}

// compose parses the prefix of docker compose logs and docker service logs, and those of Foreman
// and of PM2:
//
//	NAME  | text
//	NAME.1.0g7kx3c2v9wq@NODE    | text
//	10:11:12 NAME.1  | text
//	0|NAME  | text
func (p *parser) compose(s string) (Line, bool) {
	outer := Line{Format: "compose"}
	if n := digits(s); n > 0 && n < 5 && len(s) > n+1 {
		if s[n] == '|' {
			outer.attr("pm_id", s[:n])
			s = s[n+1:]
		} else if st, ok := p.dayStamp(s); ok && st.len == len("10:11:12") && strings.HasPrefix(s[st.len:], " ") {
			outer.Time = st.time
			s = s[st.len+1:]
		}
	}
	i := strings.IndexByte(s[:min(len(s), 128)], '|')
	if i < 2 || s[i-1] != ' ' {
		return Line{}, false
	}
	name, stream, _ := strings.Cut(strings.TrimRight(s[:i], " "), " ")
	if !isServiceName(name) || i+1 < len(s) && s[i+1] != ' ' {
		return Line{}, false
	}
	if !outer.Time.IsZero() { // web.1 of Foreman
		at := strings.LastIndexByte(name, '.')
		if at < 0 || at+1 == len(name) || digits(name[at+1:]) != len(name)-at-1 {
			return Line{}, false
		}
	}
	rest := strings.TrimPrefix(s[i+1:], " ")
	outer.wrapping = &wrapping{stream: name}
	outer.attr("container", name)
	switch stream {
	case "":
	case "stdout", "stderr": // of tools that follow containers themselves
		outer.attr("stream", stream)
	default:
		return Line{}, false
	}
	return p.inner(p.timestamped(outer, &rest), rest), true
}

// isServiceName reports whether s may be the name of a container of docker compose: web-1,
// proj_web_1, or a name that the user chose.
func isServiceName(s string) bool {
	if s == "" || !isLower(s[0]) && !isDigit(s[0]) && !isUpper(s[0]) {
		return false
	}
	if task, node, ok := strings.Cut(s, "@"); ok { // NAME.SLOT.ID of a swarm
		id := task[strings.LastIndexByte(task, '.')+1:]
		return len(id) < len(task) && (isNumber(id) || len(id) >= 12) && isServiceName(task) && isHostName(node)
	}
	letters := false
	for i := range len(s) {
		switch c := s[i]; {
		case isLower(c | 0x20):
			letters = true
		case !isDigit(c) && c != '-' && c != '_' && c != '.':
			return false
		}
	}
	_, isLevel := levelName(s)
	return letters && !isLevel
}

// timestamped takes the time that --timestamps puts before a line.
func (p *parser) timestamped(l Line, s *string) Line {
	st, ok := p.isoStamp(*s)
	if ok && st.fraction == 9 && (*s)[10] == 'T' && strings.HasPrefix((*s)[st.len:], " ") {
		l.Time = st.time
		*s = (*s)[st.len+1:]
	}
	return l
}

// dockerJSON parses a line of Docker's json-file driver, of which attrs are the members.
func (p *parser) dockerJSON(s string) (Line, bool) {
	if !strings.HasPrefix(s, `{"log":`) && !strings.HasPrefix(s, `{"stream":`) {
		return Line{}, false
	}
	attrs, nonfinite, ok := readObject(s)
	if !ok || nonfinite {
		return Line{}, false
	}
	outer := Line{Format: "docker", wrapping: new(wrapping)}
	text, logged := "", false
	for _, a := range attrs {
		switch {
		case a.Key == "log" && a.Value.Kind() == slog.KindString && !logged:
			text, logged = a.Value.String(), true
		case a.Key == "time" && outer.Time.IsZero():
			if t, ok := p.fieldTime(a.Value); ok {
				outer.Time = t
				continue
			}
			outer.Attrs = append(outer.Attrs, a)
		case a.Key == "stream":
			outer.wrapping.stream = a.Value.String()
			if name := outer.wrapping.stream; name == "stdout" || name == "stderr" {
				outer.wrapping.runtime = name
			}
			fallthrough
		default:
			outer.Attrs = append(outer.Attrs, a)
		}
	}
	if outer.Time.IsZero() || !logged {
		return Line{}, false
	}
	line, whole := strings.CutSuffix(text, "\n")
	if !whole && outer.wrapping.runtime != "" {
		return p.split(outer, line), true
	}
	return p.inner(outer, strings.TrimSuffix(line, "\r")), true
}
