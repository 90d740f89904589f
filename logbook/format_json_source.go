package logbook

import (
	"log/slog"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/internal/encode"
)

// The names of the fields of JSONSourceOpenTelemetry.
const (
	otelFunction = "code.function.name"
	otelFile     = "code.file.path"
	otelLine     = "code.line.number"
)

// reserveSource sets and reserves the names of the fields for the caller.
func (f *jsonFormatter) reserveSource() {
	if f.SourceForm == JSONSourceOpenTelemetry {
		for _, name := range []string{otelFunction, otelFile, otelLine} {
			f.reserveName(name)
		}
		return
	}
	f.sourceKey = "," + f.reserve(&f.Keys.Source, slog.SourceKey)
}

// writesWholeSource reports whether the lines have the caller, with all its parts.
func (f *jsonFormatter) writesWholeSource() bool { return f.Source && f.SourceForm != JSONSourceShort }

// appendSource appends the caller, if it is known.
func (f *jsonFormatter) appendSource(b []byte, r *Record) []byte {
	s := r.source
	switch {
	case s != nil:
		if *s == (slog.Source{}) {
			return b
		}
	case r.pc == 0:
		return b
	case f.SourceForm == JSONSourceObject:
		return append(appendMembers(b, f.sourceKey), r.site().json...)
	default:
		s = &r.site().source
	}
	switch f.SourceForm {
	case JSONSourceShort:
		b = append(appendMembers(b, f.sourceKey), '"')
		b = encode.AppendJSONText(b, shortFile(s.File))
		return append(strconv.AppendInt(append(b, ':'), int64(s.Line), 10), '"')
	case JSONSourceECS:
		b = append(appendMembers(b, f.sourceKey), `{"function":`...)
		b = encode.AppendJSONString(b, s.Function)
		b = append(b, `,"file":{"name":`...)
		b = encode.AppendJSONString(b, s.File)
		b = append(b, `,"line":`...)
		return append(strconv.AppendInt(b, int64(s.Line), 10), '}', '}')
	case JSONSourceGoogle:
		b = append(appendMembers(b, f.sourceKey), `{"function":`...)
		b = encode.AppendJSONString(b, s.Function)
		b = append(b, `,"file":`...)
		b = encode.AppendJSONString(b, s.File)
		b = append(b, `,"line":"`...)
		return append(strconv.AppendInt(b, int64(s.Line), 10), '"', '}')
	case JSONSourceOpenTelemetry:
		b = encode.AppendJSONString(encode.AppendJSONKey(b, otelFunction), s.Function)
		b = encode.AppendJSONString(encode.AppendJSONKey(b, otelFile), s.File)
		return strconv.AppendInt(encode.AppendJSONKey(b, otelLine), int64(s.Line), 10)
	}
	return appendJSONSource(appendMembers(b, f.sourceKey), s)
}

func appendJSONSource(b []byte, s *slog.Source) []byte {
	b = append(b, `{"function":`...)
	b = encode.AppendJSONString(b, s.Function)
	b = append(b, `,"file":`...)
	b = encode.AppendJSONString(b, s.File)
	b = append(b, `,"line":`...)
	return append(strconv.AppendInt(b, int64(s.Line), 10), '}')
}

// shortFile returns the last two elements of a path: package/file.go.
func shortFile(path string) string {
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[strings.LastIndexByte(path[:i], '/')+1:]
	}
	return path
}
