package logbook

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
)

// ConsoleOptions configure [Console]. nil is the default.
type ConsoleOptions struct {
	// Color writes colours. The console handler sets it if its output is a terminal;
	// see package handlers.
	Color bool

	// Colors are the SGR parameters of the escape sequence for a level, such as "31;1"
	// for bold red. A level that is not in the map has the colour of the next lower one
	// in it. By default errors are bold red, warnings and notices bold yellow, success
	// green, information blue, and debug and trace light grey.
	Colors map[Level]string

	// TimeLayout is a strftime layout; the default is "%H:%M:%S.%f", cut to
	// milliseconds. With "-" no time is shown.
	TimeLayout string

	Source   bool           // add FILE:LINE
	Location *time.Location // time zone of the output; default the record's own
}

// defaultColors is the default of [ConsoleOptions].Colors.
var defaultColors = map[Level]string{
	LevelError: "31;1", LevelNotice: "33;1", LevelSuccess: "32", LevelInfo: "34", LevelNotSet: "37",
}

// Console returns a formatter for people, with time, level, channel, message, and the
// attributes that the message does not show. The traceback of an error follows on lines
// that start with "  | ".
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
		f.dim, f.reset = "\x1b[2m", "\x1b[0m"
	}
	return f
}

type consoleFormatter struct {
	ConsoleOptions
	levels     [256]string
	dim, reset string
}

// levelText returns the level's name, coloured and padded to a common width.
func (f *consoleFormatter) levelText(l Level, color string) string {
	name := l.String()
	pad := strings.Repeat(" ", max(0, len("CRITICAL")-len(name))+1)
	if !f.Color || color == "" {
		return name + pad
	}
	return "\x1b[" + color + "m" + name + "\x1b[0m" + pad
}

// AppendFormat implements [Formatter].
func (f *consoleFormatter) AppendFormat(b []byte, r *Record) ([]byte, error) {
	r.alive()
	if t := r.time; !t.IsZero() && f.TimeLayout != "-" {
		if f.Location != nil {
			t = t.In(f.Location)
		}
		b = append(b, f.dim...)
		if f.TimeLayout == "" {
			b = appendClock(b, t)
		} else {
			b = appendLayout(b, t, f.TimeLayout)
		}
		b = append(append(b, f.reset...), ' ')
	}
	b = append(b, f.levels[int(r.level)+128]...)
	b = append(b, f.dim...)
	b = encode.AppendText(b, r.channel)
	b = append(append(b, f.reset...), ' ')
	if text, rendered := r.messageBytes(); rendered != nil {
		b = encode.AppendText(b, rendered)
	} else {
		b = encode.AppendText(b, text)
	}
	n := len(b)
	b = append(b, f.dim...)
	start := len(b)
	b = r.appendUnused(b)
	if f.Source && r.Source().File != "" {
		b = append(b, ' ')
		b = appendFileLine(b, r)
	}
	if len(b) == start {
		b = b[:n]
	} else {
		b = append(b, f.reset...)
	}
	if e := r.exception(); e != nil {
		b = appendTraceback(b, e.Info())
	}
	return b, nil
}

// appendClock appends the time of day with milliseconds, from the cached text of the
// second.
func appendClock(b []byte, t time.Time) []byte {
	n := len(b)
	b = lineTimes.AppendText(b, t)
	clock := b[n+bytes.IndexByte(b[n:], ' ')+1:]
	return append(b[:n], clock[:len("15:04:05.000")]...)
}

// appendFileLine appends the file and line of the call.
func appendFileLine(b []byte, r *Record) []byte {
	s := r.Source()
	b = append(encode.AppendText(b, s.File), ':')
	return strconv.AppendInt(b, int64(s.Line), 10)
}
