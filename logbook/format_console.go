package logbook

import (
	"bytes"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
)

// ConsoleOptions configure [Console]. nil is the default. Those that suit a terminal are
// returned by ConsoleOptions of package handlers.
type ConsoleOptions struct {
	// Color writes colours. The console handler sets it if its output is a terminal;
	// see package handlers.
	Color bool

	// Colors are the SGR parameters of the escape sequence for a level, such as "31;1"
	// for bold red. A level that is not in the map has the colour of the next lower one
	// in it. By default, critical is white on red, errors are bold red, warnings bold
	// yellow, notices bold magenta, success green, information blue, debug cyan, and trace
	// grey.
	Colors map[Level]string

	// TimeLayout is a strftime layout. The default is the time of day with milliseconds,
	// after the date if that is not today's, or not that of the record before. With "-" no
	// time is shown.
	TimeLayout string

	// Location is the time zone of the output; default the record's own.
	Location *time.Location

	// Source adds the caller as package/file.go:31.
	Source bool

	// FullStacks shows all frames of a stack. By default, neighbouring frames of libraries
	// become one line, "… 9 frames of net/http", unless the stack has no others.
	FullStacks bool

	// Width returns the width of the terminal in columns. If it is given and the result is
	// positive, messages are aligned, and lines that are longer are broken at spaces, their
	// further lines indented to the message. Console calls it for each record, from any
	// goroutine.
	Width func() int
}

// defaultColors is the default of [ConsoleOptions].Colors.
var defaultColors = map[Level]string{
	LevelCritical: "97;41;1", LevelError: "31;1", LevelWarn: "33;1", LevelNotice: "35;1",
	LevelSuccess: "32", LevelInfo: "34", LevelDebug: "36", LevelNotSet: "90",
}

// Console returns a formatter for people, with time, level, channel, message, and the
// attributes that the message does not show. On lines that start with "  | " follow the
// other lines of the message, and the error: its type and text, the errors that it wraps, and
// its stack in Go's order, the most recent call first. [LevelNotSet] is left blank.
func Console(o *ConsoleOptions) Formatter {
	f := new(consoleFormatter)
	if o != nil {
		f.ConsoleOptions = *o
	}
	colors := f.Colors
	if colors == nil {
		colors = defaultColors
	}
	color := ""
	for i := range f.levels {
		level := Level(i - 128)
		if c, ok := colors[level]; ok {
			color = c
		}
		f.levels[i] = f.levelText(level, color)
	}
	if f.Color {
		f.dim, f.bold, f.reset = "\x1b[2m", "\x1b[1m", "\x1b[0m"
	}
	return f
}

type consoleFormatter struct {
	ConsoleOptions
	levels           [256]string
	dim, bold, reset string
	today            atomic.Pointer[day] // the day of the last line, if it was the current one
	channel          atomic.Int32        // the width of the widest channel so far
}

// levelText returns the level's name, coloured and padded to a common width.
func (f *consoleFormatter) levelText(l Level, color string) string {
	name := l.String()
	if l == LevelNotSet {
		name, color = "", ""
	}
	pad := strings.Repeat(" ", max(0, len("CRITICAL")-len(name))+1)
	if !f.Color || color == "" {
		return name + pad
	}
	return "\x1b[" + color + "m" + name + "\x1b[0m" + pad
}

// AppendFormat implements [Formatter].
func (f *consoleFormatter) AppendFormat(b []byte, r *Record) ([]byte, error) {
	r.alive()
	start, width := len(b), 0
	if f.Width != nil {
		width = f.Width()
	}
	if t := r.time; !t.IsZero() && f.TimeLayout != "-" {
		if f.Location != nil {
			t = t.In(f.Location)
		}
		b = append(b, f.dim...)
		if f.TimeLayout == "" {
			b = f.appendTime(b, t)
		} else {
			b = appendLayout(b, t, f.TimeLayout)
		}
		b = append(append(b, f.reset...), ' ')
	}
	b = append(b, f.levels[int(r.level)+128]...)
	if r.channel != "" {
		b = append(b, f.dim...)
		b = append(encode.AppendText(b, r.channel), ':')
		b = append(append(b, f.reset...), ' ')
	}
	message := 0
	if width > 0 {
		b = f.appendPadding(b, r.channel)
		message = columns(b[start:])
	}
	text, rendered := r.messageBytes() // one of them is empty
	rest := ""                         // further lines, and the newline before them
	if end := max(strings.IndexByte(text, '\n'), bytes.IndexByte(rendered, '\n')); end >= 0 {
		text += string(rendered)
		text, rest, rendered = text[:end], strings.TrimRight(text[end:], "\n"), nil
	}
	b = encode.AppendText(encode.AppendText(b, text), rendered)
	n := len(b)
	b = append(b, f.dim...)
	attrs := len(b)
	b = r.appendUnused(b)
	if s := r.consoleSource(f); s != "" {
		b = append(encode.AppendText(append(b, ' '), s), ':')
		b = strconv.AppendInt(b, int64(r.Source().Line), 10)
	}
	if len(b) == attrs {
		b = b[:n]
	} else {
		b = append(b, f.reset...)
	}
	if width > 0 && len(b)-start > width {
		b = wrap(b, start, message, width)
	}
	b = encode.AppendTextLines(b, rest, continuation)
	if e := r.exception(); e != nil {
		b = f.appendError(b, e.Info())
	}
	return b, nil
}

// consoleSource returns the file of the caller if the formatter shows it.
func (r *Record) consoleSource(f *consoleFormatter) string {
	if !f.Source {
		return ""
	}
	return shortFile(r.Source().File)
}

// appendFileLine appends the file and line of the call.
func appendFileLine(b []byte, r *Record) []byte {
	s := r.Source()
	b = append(encode.AppendText(b, s.File), ':')
	return strconv.AppendInt(b, int64(s.Line), 10)
}
