package logline

import (
	"slices"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// stream holds the last record of a stream.
type stream struct {
	line    Line
	held    bool // line was not emitted yet
	dropped bool // the record was below the level: lines that continue it are, too
	began   bool // there was a record
	block   block
	joined  []string // lines that continue it, without their headers
	raw     []string // all these lines as they were
	error   int      // place in joined of the exception after a traceback
	size    int      // of them
	blanks  int      // blank lines after them
	since   int      // number of the last line
	backend *stream  // that of the last line, if it was of a process of PostgreSQL
}

// begin looks for a block that begins with the first line of a record.
func (s *stream) begin() {
	l := &s.line
	text := l.Message
	if l.wrapped().stream == "" && l.Raw != "" && l.Time.IsZero() {
		text = clean(l.Raw) // Parse takes the first word of "panic: boom" for a level
	}
	b, level := beginning(text)
	if b == noBlock {
		return
	}
	s.block = b
	switch {
	case !l.Time.IsZero() && l.wrapped().stream == "":
		// A logger wrote it, and the program goes on.
		if s.block == goExit {
			s.block = stack
		}
	default:
		l.Message = text
		if !l.HasLevel || l.Level < level {
			l.Level, l.HasLevel = level, true
		}
		s.dropped = false
	}
}

// text returns the text of a line that may continue the record, without its header. It
// returns false for a line that is a record of its own.
func (s *stream) text(l *Line) (string, bool) {
	switch {
	case l.Format == Plain && l.wrapped().stream == "":
		return l.Message, true
	case l.wrapped().stream != "":
		return l.Message, !l.HasLevel || l.assumed
	case !l.HasLevel && l.Time.IsZero() && s.block > indented:
		return clean(l.Raw), true // a part of a stack that looks like logfmt
	case l.Format == Text && l.Time.IsZero() && s.block > indented && s.next(clean(l.Raw)) > indented:
		return clean(l.Raw), true
	}
	// Syslog and the journal repeat their header before each line of a stack.
	same := l.PID != 0 && l.PID == s.line.PID && sameMoment(l.Time, s.line.Time) && l.Channel == s.line.Channel && l.Format == s.line.Format &&
		(!l.HasLevel || l.Level == s.line.Level) && len(l.Attrs) == len(s.line.Attrs)
	return l.Message, same && l.Message != "" && (indentation(l.Message) > indentation(s.line.Message) && repeatsHeader(l.Format) || s.block > indented && s.next(l.Message) > indented)
}

// repeatsHeader reports whether the lines of a text have a header each in a format, and not each
// its record.
func repeatsHeader(format string) bool {
	return format == Text || format == "journal" || strings.HasPrefix(format, "logcat")
}

// next returns the block that the record has after the text, or noBlock if the text does
// not continue it.
func (s *stream) next(text string) block {
	if text == "" {
		if s.block > indented && s.block != closed {
			return s.block
		}
		return noBlock
	}
	if isSpace(text[0]) && !strings.HasPrefix(text, groupTraceback) {
		trimmed := strings.TrimLeft(text, " \t")
		switch {
		case s.block == stack, s.block > rust && s.block != closed:
			return s.block
		case stackLine(trimmed):
			return stack
		case s.block == closed:
			return closed
		}
		return indented
	}
	switch {
	case s.block == goExit:
		return goExit
	case s.line.Format == erlangFormat && s.blanks == 0:
		return indented
	}
	if goroutine(text) {
		if s.dropped {
			return noBlock
		}
		return goExit
	}
	if s.block == python && !strings.HasPrefix(text, traceback) {
		return closed
	}
	if b, _ := beginning(text); b != noBlock {
		// It belongs to the record if that reports a failure.
		again := s.block == closed && b == python
		if b == goExit || !again && (!s.line.HasLevel || s.line.Level < logbook.LevelWarn) {
			return noBlock
		}
		return b
	}
	switch {
	case s.block == rust:
		return stack
	case s.block == closed && databaseDetail(text),
		s.block == closed && strings.HasSuffix(text, "exception occurred:"),
		s.block == closed && strings.HasSuffix(text, "following exception:"):
		return closed
	case stackLine(text):
		if s.dropped && s.block < stack {
			return noBlock // it may be anything
		}
		return stack
	case s.block == stack && rustLine(text):
		return stack
	case (s.block == indented || s.block == stack) && strings.Trim(text, "})];,") == "":
		return s.block
	case s.block == stack && s.line.Format == "monolog" && strings.HasPrefix(text, `"}`):
		return stack
	}
	return noBlock
}

// indentation returns the number of spaces and tabs before a text.
func indentation(s string) int { return len(s) - len(strings.TrimLeft(s, " \t")) }

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

// join adds the lines that continue the record to it.
func (s *stream) join(l *Line) {
	lines, b := s.joined, s.block
	if len(lines) == 0 {
		return
	}
	if l.Message == "" && b == stack {
		// The text of .NET's console begins below its header, before the exception.
		if n := slices.IndexFunc(lines, ofStack); n > 0 {
			l.Message = dedent(lines[:n])
			lines = strings.Split(dedent(lines[n:]), "\n")
		}
	}
	text := strings.Join(lines, "\n")
	first := lines[0]
	switch {
	case b == closed && strings.HasPrefix(l.Message, traceback):
		l.Stack = l.Message + "\n" + text
		l.Message = strings.Join(lines[s.error:], "\n")
	case b > indented || l.Stack != "":
		if l.Stack != "" {
			l.Stack += "\n"
		}
		l.Stack += text
		if b == closed && l.Err == "" {
			l.Err = strings.Join(lines[s.error:], "\n")
		} else if b == stack && l.Err == "" && exceptionLine(first) {
			l.Err = first
		}
	case l.Message == "":
		l.Message = dedent(lines)
	default:
		l.Message += "\n" + text
	}
}

// dedent joins lines without the indentation that all of them have.
func dedent(lines []string) string {
	n := -1
	for _, s := range lines {
		if i := indentation(s); s != "" && (n < 0 || i < n) {
			n = i
		}
	}
	var b strings.Builder
	for i, s := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(s[min(len(s), max(n, 0)):])
	}
	return b.String()
}
