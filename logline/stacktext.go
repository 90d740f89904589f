package logline

import (
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// block is a kind of text of several lines.
type block int

const (
	noBlock block = iota
	indented
	stack  // of any language, each line of which shows what it is
	rust   // the first line of a panic, before its message
	python // a traceback: it ends with the line of the exception
	closed // a python traceback after that line
	goExit // what the Go runtime prints when a program dies; it ends with the program
)

const (
	// traceback begins the traceback of a Python program.
	traceback = "Traceback (most recent call last)"

	// groupTraceback begins that of an exception group, all lines of which are indented.
	groupTraceback = "  + Exception Group " + traceback
)

// beginning reports whether a text that is no log line begins the stack of a failure, and
// with which level it counts.
func beginning(text string) (block, logbook.Level) {
	switch {
	case text == "":
	case text[0] == 'p' && strings.HasPrefix(text, "panic: "),
		text[0] == 'f' && strings.HasPrefix(text, "fatal error: "),
		goroutine(text):
		return goExit, logbook.LevelCritical
	case text[0] == 't' && strings.HasPrefix(text, "thread '") && strings.Contains(text, " panicked at "):
		if strings.HasSuffix(text, ":") {
			return rust, logbook.LevelError
		}
		return stack, logbook.LevelError
	case text[0] == 'T' && strings.HasPrefix(text, traceback):
		return python, logbook.LevelError
	case text[0] == ' ' && strings.HasPrefix(text, groupTraceback):
		return stack, logbook.LevelError
	case text[0] == 'E' && strings.HasPrefix(text, "Exception in thread "),
		text[0] == 'U' && strings.HasPrefix(text, "Unhandled exception"),
		exceptionLine(text), rubyError(text):
		return stack, logbook.LevelError
	}
	return noBlock, 0
}

// goroutine reports whether a text begins the stack of a goroutine.
func goroutine(s string) bool {
	return s[0] == 'g' && strings.HasPrefix(s, "goroutine ") && strings.Contains(s, "[") && strings.HasSuffix(s, ":")
}

// stackLine reports whether a text without its indentation is a part of a stack of Java, PHP,
// JavaScript or Ruby.
func stackLine(s string) bool {
	if s == "" {
		return false
	}
	switch s[0] {
	case 'a':
		return strings.HasPrefix(s, "at ")
	case '.':
		return strings.HasPrefix(s, "... ") && strings.HasSuffix(s, " more")
	case 'C':
		return strings.HasPrefix(s, "Caused by: ")
	case 'S':
		return strings.HasPrefix(s, "Suppressed: ") || s == "Stack trace:"
	case 'P':
		return s == "PHP Stack trace:"
	case '#':
		n := digits(s[1:])
		return n > 0 && strings.HasPrefix(s[1+n:], " ")
	case '[':
		return s == "[stacktrace]" || strings.HasPrefix(s, "[previous exception] [object] (")
	case '-':
		return strings.HasPrefix(s, "---> ") || strings.HasPrefix(s, "--- End of ")
	}
	rest, ok := afterRubyFrame(s)
	return ok && rest == ""
}

// rubyError reports whether a text is what a Ruby program prints first as it dies:
//
//	/srv/tea.rb:12:in 'pour': no tea (TeaError)
func rubyError(s string) bool {
	if !strings.HasSuffix(s, ")") {
		return false
	}
	rest, ok := afterRubyFrame(s)
	return ok && strings.HasPrefix(rest, ": ")
}

// afterRubyFrame returns the text after a line of Ruby's stacks: /srv/tea.rb:12:in 'pour', or
// with a backquote before Ruby 3.4.
func afterRubyFrame(s string) (rest string, ok bool) {
	file, method, ok := strings.Cut(s, ":in ")
	if !ok || method == "" || method[0] != '`' && method[0] != '\'' {
		return "", false
	}
	colon := strings.LastIndexByte(file, ':')
	if colon < 1 || colon+1 == len(file) || digits(file[colon+1:]) != len(file)-colon-1 {
		return "", false
	}
	_, rest, ok = strings.Cut(method[1:], "'")
	return rest, ok
}

// rustLine reports whether a text is a part of what a Rust program prints as it panics.
func rustLine(s string) bool {
	return s == "stack backtrace:" || strings.HasPrefix(s, "note: ")
}

// databaseDetail reports whether a text is a line that psycopg and SQLAlchemy write below their
// exceptions.
func databaseDetail(s string) bool {
	for _, begin := range [...]string{"LINE ", "DETAIL:  ", "HINT:  ", "CONTEXT:  ", "[SQL: ", "[parameters: ", "(Background on this error at: "} {
		if strings.HasPrefix(s, begin) {
			return true
		}
	}
	return false
}

// ofStack reports whether a line is that of an exception of Java or .NET, or of its stack.
func ofStack(s string) bool {
	s = strings.TrimLeft(s, " \t")
	return exceptionLine(s) || strings.HasPrefix(s, "at ")
}

// exceptionLine reports whether a text begins with the name of an exception of Java or
// .NET, with its package.
func exceptionLine(s string) bool {
	dot := false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.':
			dot = true
		case c == ':' || i > 200:
			return dot && exceptionName(s[:i])
		case c == ' ' && strings.HasPrefix(s[i:], " (0x"): // a code of .NET
			return dot && exceptionName(s[:i])
		case !isLower(c|0x20) && !isDigit(c) && c != '_' && c != '$':
			return false
		}
	}
	return dot && exceptionName(s)
}

func exceptionName(s string) bool {
	return strings.HasSuffix(s, "Exception") || strings.HasSuffix(s, "Error") || strings.HasSuffix(s, "Throwable")
}
