package otlp

import (
	"log/slog"
	"strconv"
	"strings"
)

// appendStack appends a stack in the form of [runtime.Stack]. A frame without a file, such as
// the mark of a stack that was cut, is a line of its own.
func appendStack(b []byte, goroutine uint64, stack []slog.Source) []byte {
	b = append(strconv.AppendUint(append(b, stackHead...), goroutine, 10), stackRunning...)
	for i := range stack {
		f := &stack[i]
		b = append(b, f.Function...)
		if f.File == "" {
			b = append(b, '\n')
			continue
		}
		b = append(append(append(b, "(...)\n\t"...), f.File...), ':')
		b = append(strconv.AppendInt(b, int64(f.Line), 10), '\n')
	}
	return b
}

const (
	stackHead    = "goroutine "
	stackRunning = " [running]:\n"
)

// parseStack reads a stack in the form of [runtime.Stack]. It reports false for any other
// text, and for one with the stacks of several goroutines.
func parseStack(s string) (stack []slog.Source, ok bool) {
	head, rest, found := strings.Cut(s, ":\n")
	if !found || !strings.HasPrefix(head, stackHead) || !strings.HasSuffix(head, "]") || strings.Contains(head, "\n") {
		return nil, false
	}
	for rest != "" {
		var function, place string
		function, rest, _ = strings.Cut(rest, "\n")
		if function == "" || function[0] == '\t' {
			return nil, false
		}
		if !strings.HasPrefix(rest, "\t") {
			stack = append(stack, slog.Source{Function: function})
			continue
		}
		place, rest, _ = strings.Cut(rest[1:], "\n")
		f, ok := parsePlace(place)
		if !ok {
			return nil, false
		}
		if creator, created := strings.CutPrefix(function, "created by "); created {
			function, _, _ = strings.Cut(creator, " in goroutine ")
		} else if i := strings.LastIndexByte(function, '('); i > 0 {
			function = function[:i]
		} else {
			return nil, false
		}
		f.Function = function
		stack = append(stack, f)
	}
	return stack, stack != nil
}

// parsePlace reads "/path/file.go:12 +0x1b".
func parsePlace(s string) (f slog.Source, ok bool) {
	if i := strings.LastIndex(s, " +0x"); i >= 0 {
		s = s[:i]
	}
	i := strings.LastIndexByte(s, ':')
	if i <= 0 {
		return f, false
	}
	line, err := strconv.ParseInt(s[i+1:], 10, 32)
	return slog.Source{File: s[:i], Line: int(line)}, err == nil
}
