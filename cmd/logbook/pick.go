package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/logline"
)

// pick says which attributes are shown.
type pick struct {
	only, hide map[string]bool
}

func (p *pick) all() bool { return p.only == nil && p.hide == nil }

// shows reports whether an attribute of this name is shown. It is whole if no part of it is
// decided by a longer name.
func (p *pick) shows(name string) (shown, whole bool) {
	if p.hide[name] {
		return false, true
	}
	whole = !below(p.hide, name)
	if p.only == nil || p.only[name] {
		return true, whole
	}
	for i := range len(name) {
		if name[i] == '.' && p.only[name[:i]] {
			return true, whole
		}
	}
	return below(p.only, name), false
}

// below reports whether the set has a name that leads into a group.
func below(names map[string]bool, group string) bool {
	for n := range names {
		if strings.HasPrefix(n, group) && len(n) > len(group) && n[len(group)] == '.' {
			return true
		}
	}
	return false
}

// apply removes what is not shown.
func (p *pick) apply(l *logline.Line) {
	if p.all() {
		return
	}
	if p.hide["error"] {
		l.Err = ""
	}
	if p.hide["stack"] {
		l.Stack = ""
	}
	if isJSON(l) {
		l.Raw = p.rawJSON(l)
	}
	l.Attrs = p.attrs("", l.Attrs)
	l.PID, l.Source = p.parts(l)
}

// parts returns the process id and the source, which are attributes of the record, too, if
// they are shown.
func (p *pick) parts(l *logline.Line) (pid int, source *slog.Source) {
	if shown, _ := p.shows("pid"); shown {
		pid = l.PID
	}
	if shown, _ := p.shows("caller"); shown {
		source = l.Source
	}
	return pid, source
}

func (p *pick) attrs(prefix string, attrs []slog.Attr) []slog.Attr {
	out := make([]slog.Attr, 0, len(attrs))
	for _, a := range attrs {
		shown, whole := p.shows(prefix + a.Key)
		switch {
		case !shown:
			continue
		case !whole && a.Value.Kind() == slog.KindGroup:
			group := p.attrs(prefix+a.Key+".", a.Value.Group())
			if len(group) == 0 {
				continue
			}
			a.Value = slog.GroupValue(group...)
		case p.only != nil && !whole && !p.named(prefix+a.Key):
			continue // no group, but only a part of it is wanted
		}
		out = append(out, a)
	}
	return out
}

// named reports whether --fields has the name, or a group that it is in.
func (p *pick) named(name string) bool {
	for i := range len(name) + 1 {
		if (i == len(name) || name[i] == '.') && p.only[name[:i]] {
			return true
		}
	}
	return false
}

// rawJSON removes members from a JSON line. The members that are no attributes, such as the
// time, are only removed by --hide.
func (p *pick) rawJSON(l *logline.Line) string {
	attrs := map[string]bool{}
	if l.Format != logline.Wire { // which has them one level deeper
		for _, a := range l.Attrs {
			attrs[a.Key] = true
		}
	}
	b, ok := p.object("", []byte(l.Raw), func(key string, v json.RawMessage) (json.RawMessage, bool) {
		switch {
		case attrs[key]:
			return p.member(key, v)
		case p.hide[key]:
			return nil, false
		case l.Format == logline.Wire && (key == "kwargs" || key == "extra"):
			if object, ok := p.object("", v, p.member); ok {
				return object, true
			}
		}
		return v, true
	})
	if !ok {
		return ""
	}
	return string(b)
}

// member returns the shown part of an attribute in a JSON line, and whether there is one.
func (p *pick) member(name string, v json.RawMessage) (json.RawMessage, bool) {
	shown, whole := p.shows(name)
	if !shown || whole {
		return v, shown
	}
	if v[0] != '{' {
		return v, p.only == nil || p.named(name)
	}
	v, ok := p.object(name+".", v, p.member)
	return v, ok && string(v) != "{}"
}

// object copies a JSON object. pick returns the copy of a member, and false to leave it out.
func (p *pick) object(prefix string, s []byte, pick func(name string, v json.RawMessage) (json.RawMessage, bool)) ([]byte, bool) {
	d := json.NewDecoder(bytes.NewReader(s))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	out := []byte{'{'}
	for d.More() {
		start := d.InputOffset()
		t, err := d.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return nil, false
		}
		rawKey := bytes.TrimLeft(s[start:d.InputOffset()], ", \t")
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return nil, false
		}
		v, ok = pick(prefix+key, v)
		if !ok {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = slices.Concat(out, rawKey, []byte{':'}, v)
	}
	return append(out, '}'), true
}
