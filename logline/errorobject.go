package logline

import (
	"errors"
	"log/slog"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// setError sets the error of a record from the text and stack of its line, and from its type
// and an object among the attributes: the error, or the exception of Logbook's JSON format.
func setError(d *logbook.RecordData, text, stack string) {
	if text == "" && stack == "" {
		return
	}
	info := &logbook.ErrorInfo{Message: text, Trace: strings.TrimRight(stack, "\n")}
	for i, a := range d.Attrs {
		if (a.Key == "error.type" || a.Key == "exception.type") && a.Value.Kind() == slog.KindString {
			info.Type = a.Value.String()
			d.Attrs = append(d.Attrs[:i:i], d.Attrs[i+1:]...)
			break
		}
		if (a.Key == "error" || a.Key == "err" || a.Key == "exception") && a.Value.Kind() == slog.KindGroup {
			d.Attrs = takeErrorObject(info, d.Attrs, i)
			break
		}
	}
	if info.Type == "" && info.Trace == "" && info.Chain == nil && info.Stack == nil {
		// An error of text alone is an attribute.
		d.Attrs = append(d.Attrs, slog.Any("error", errors.New(text)))
		return
	}
	if info.Trace != "" && !strings.Contains(info.Trace, text) {
		info.Trace += "\n" + text // Go stacks do not include the error text
	}
	d.Error = info
}

// takeErrorObject moves the members of the object attrs[i] that Logbook's JSON format
// writes (type, trace, chain and stack) to info, and returns the remaining attributes.
func takeErrorObject(info *logbook.ErrorInfo, attrs []slog.Attr, i int) []slog.Attr {
	var rest []slog.Attr
	for _, m := range attrs[i].Value.Group() {
		taken := false
		switch m.Key {
		case "type":
			info.Type, taken = textMember(m.Value)
		case "trace":
			var trace string
			if trace, taken = textMember(m.Value); taken {
				info.Trace = trace
			}
		case "chain":
			info.Chain, taken = list(m.Value, errorLink)
		case "stack":
			info.Stack, taken = list(m.Value, stackFrame)
		}
		if !taken {
			rest = append(rest, m)
		}
	}
	if len(rest) == 0 {
		return append(attrs[:i:i], attrs[i+1:]...)
	}
	attrs[i].Value = slog.GroupValue(rest...)
	return attrs
}

func textMember(v slog.Value) (string, bool) {
	if v.Kind() != slog.KindString {
		return "", false
	}
	return v.String(), true
}

// list reads an array of objects that all have the same members.
func list[T any](v slog.Value, read func(map[string]any) (T, bool)) ([]T, bool) {
	elements, ok := v.Any().([]any)
	if !ok {
		return nil, false
	}
	out := make([]T, len(elements))
	for i, e := range elements {
		object, ok := e.(map[string]any)
		if !ok || len(object) != 3 {
			return nil, false
		}
		if out[i], ok = read(object); !ok {
			return nil, false
		}
	}
	return out, true
}

func errorLink(o map[string]any) (logbook.ErrorLink, bool) {
	depth, ok1 := o["depth"].(int64)
	typ, ok2 := o["type"].(string)
	message, ok3 := o["message"].(string)
	return logbook.ErrorLink{Depth: int(depth), Type: typ, Message: message}, ok1 && ok2 && ok3 && 0 < depth && depth < 100
}

func stackFrame(o map[string]any) (slog.Source, bool) {
	function, ok1 := o["function"].(string)
	file, ok2 := o["file"].(string)
	line, ok3 := o["line"].(int64)
	return slog.Source{Function: function, File: file, Line: int(line)}, ok1 && ok2 && ok3
}
