package logbook

import (
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const tracebackHeader = "Traceback (most recent call last):\n"

// Traceback returns the error as several lines, without a newline at the end: the stack
// in Logbook's order, the most recent call last, then type and message, then the
// wrapped errors.
func (e *ErrorInfo) Traceback() string {
	if e.Trace != "" {
		return e.Trace
	}
	var b []byte
	if len(e.Stack) > 0 {
		b = append(b, tracebackHeader...)
		for i := len(e.Stack) - 1; i >= 0; i-- {
			f := &e.Stack[i]
			if f.Function == stackCut {
				b = append(append(append(b, "  "...), stackCut...), '\n')
				continue
			}
			b = append(append(b, `  File "`...), f.File...)
			b = strconv.AppendInt(append(b, `", line `...), int64(f.Line), 10)
			b = append(append(append(b, ", in "...), f.Function...), '\n')
		}
	}
	b = append(b, e.String()...)
	for _, l := range e.Chain {
		b = append(b, '\n')
		b = append(b, strings.Repeat("  ", l.Depth)...)
		b = append(append(append(append(b, "wraps "...), l.Type...), ": "...), l.Message...)
	}
	return string(b)
}

// parseTrace sets Stack and Chain in place of Trace, if it is what Traceback returns for an error of
// Go. The tracebacks of other languages stay text.
func (e *ErrorInfo) parseTrace() {
	parsed := ErrorInfo{Type: e.Type, Message: e.Message}
	rest, found := strings.CutPrefix(e.Trace, tracebackHeader)
	for found && strings.HasPrefix(rest, "  ") {
		line, after, _ := strings.Cut(rest, "\n")
		frame, ok := parseFrame(line)
		if !ok || len(parsed.Stack) > maxStack {
			return
		}
		parsed.Stack = append(parsed.Stack, frame)
		rest = after
	}
	slices.Reverse(parsed.Stack)
	rest, found = strings.CutPrefix(rest, parsed.String())
	if !found {
		return
	}
	links := wrapsLine.FindAllStringSubmatchIndex(rest, maxChain+2)
	if len(links) > maxChain+1 {
		return
	}
	for i, at := range links {
		end := len(rest)
		if i+1 < len(links) {
			end = links[i+1][0]
		}
		parsed.Chain = append(parsed.Chain, ErrorLink{
			Depth: (at[3] - at[2]) / 2, Type: rest[at[4]:at[5]], Message: rest[at[1]:end],
		})
	}
	if parsed.Traceback() == e.Trace {
		*e = parsed
	}
}

var (
	wrapsLine = regexp.MustCompile(`\n((?:  )+)wraps (\S.*?): `)
	frameLine = regexp.MustCompile(`^  File "(.+\.(?:go|s))", line (\d+), in (.*)$`)
)

// parseFrame parses a line of the stack of a Go program.
func parseFrame(line string) (f slog.Source, ok bool) {
	if line == "  "+stackCut {
		return slog.Source{Function: stackCut}, true
	}
	m := frameLine.FindStringSubmatch(line)
	if m == nil {
		return f, false
	}
	n, err := strconv.Atoi(m[2])
	return slog.Source{File: m[1], Line: n, Function: m[3]}, err == nil
}
