package logline

import (
	"log/slog"
	"strconv"
	"strings"
)

// fileLine parses "file:line".
func fileLine(s string) (*slog.Source, bool) {
	i := strings.LastIndexByte(s, ':')
	if i <= 0 || i+1 == len(s) || digits(s[i+1:]) != len(s)-i-1 {
		return nil, false
	}
	n, err := strconv.Atoi(s[i+1:])
	if err != nil {
		return nil, false
	}
	return &slog.Source{File: s[:i], Line: n}, true
}

// goFileLine is fileLine for Go files only, since "host:80" in a text is not a caller.
func goFileLine(s string) (*slog.Source, bool) {
	if !strings.Contains(s, ".go:") {
		return nil, false
	}
	src, ok := fileLine(s)
	if !ok || !strings.HasSuffix(src.File, ".go") {
		return nil, false
	}
	return src, true
}

// source parses "file:line", or an object with exactly the members of slog.Source. If v is
// neither, it returns nil.
func source(v slog.Value) *slog.Source {
	switch v.Kind() {
	case slog.KindString:
		src, _ := fileLine(v.String())
		return src
	case slog.KindGroup:
		src := new(slog.Source)
		for _, a := range v.Group() {
			isText := a.Value.Kind() == slog.KindString
			switch {
			case a.Key == "file" && isText && src.File == "":
				src.File = a.Value.String()
			case (a.Key == "function" || a.Key == "func") && isText && src.Function == "":
				src.Function = a.Value.String()
			case a.Key == "line" && a.Value.Kind() == slog.KindInt64 && src.Line == 0 && a.Value.Int64() == int64(int(a.Value.Int64())):
				src.Line = int(a.Value.Int64())
			default:
				return nil
			}
		}
		if src.File != "" || src.Function != "" {
			return src
		}
	}
	return nil
}
