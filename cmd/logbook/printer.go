package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
)

// outputNames are the values of --output.
var outputNames = []string{"console", "json", "logfmt", "text", "raw"}

// printer prints the records of pipe on standard output. It is buffered until write.
type printer struct {
	w         io.Writer
	p         *pipe
	formatter logbook.Formatter // nil: lines as they were
	json      bool              // JSON lines as they were
	console   *logbook.ConsoleOptions

	buffer  []byte
	records int // in the buffer
	lost    int
	err     error // of the last write
}

const printerBuffer = 64 << 10

func newPrinter(stdout io.Writer, p *pipe) (*printer, error) {
	console := handlers.ConsoleOptions(stdout)
	switch p.color {
	case "auto":
	case "always", "never":
		console.Color = p.color == "always"
	default:
		return nil, fmt.Errorf("invalid --color %q: want auto, always or never%s", p.color, text.DidYouMean(p.color, []string{"auto", "always", "never"}))
	}
	out := &printer{w: stdout, p: p}
	switch p.output {
	case "console":
		out.formatter, out.console = logbook.Console(console), console
	case "json":
		out.formatter, out.json = logbook.JSON(nil), true
	case "logfmt":
		out.formatter = logbook.Logfmt(nil)
	case "text":
		out.formatter = logbook.MustFormat(logbook.DefaultFormat)
	case "raw":
	default:
		return nil, fmt.Errorf("invalid --output %q: want %s%s", p.output, strings.Join(outputNames, ", "), text.DidYouMean(p.output, outputNames))
	}
	return out, nil
}

// Binding implements [logbook.Bindable].
func (o *printer) Binding() logbook.Binding { return logbook.Binding{} }

// Handle implements [logbook.Handler].
func (o *printer) Handle(r *logbook.Record) (err error) {
	if text, ok := o.asItWas(); ok {
		return o.line(text)
	}
	if c := o.console; c != nil && c.Location == nil && !o.p.current.Time.IsZero() {
		// All times are shown in the zone of the first one, since the zone is not shown.
		c.Location = r.Time().Location()
		o.formatter = logbook.Console(c)
	}
	if o.buffer, err = o.formatter.AppendFormat(o.buffer, r); err != nil {
		return err
	}
	return o.line("")
}

// asItWas returns the line of the current record, if it is printed as it was.
func (o *printer) asItWas() (string, bool) {
	if o.formatter == nil {
		return o.p.raw, true
	}
	return o.p.current.Raw, o.json && isJSON(&o.p.current)
}

// isJSON reports whether the record was one line of valid JSON.
func isJSON(l *logline.Line) bool {
	if !strings.HasPrefix(l.Raw, "{") || l.Format == logline.Plain || !utf8.ValidString(l.Raw) {
		return false
	}
	switch l.Format {
	case logline.Logbook, logline.Slog, logline.Zap, logline.Zerolog, logline.Logrus, logline.Pino, logline.Bunyan, logline.JSON:
		if !hasControl(l.Raw) { // which package logline accepts in strings
			return true
		}
	}
	return !strings.Contains(l.Raw, "\n") && json.Valid([]byte(l.Raw))
}

// hasControl reports whether a text has control characters of ASCII.
func hasControl(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' {
			return true
		}
	}
	return false
}

// line adds a line, or the rest of one, to the buffer.
func (o *printer) line(s string) error {
	o.buffer = append(append(o.buffer, s...), '\n')
	o.records++
	if len(o.buffer) < printerBuffer {
		return nil
	}
	return o.write()
}

// write writes the buffer. The record of the current call, if it fails, is counted by the
// caller.
func (o *printer) write() error {
	if len(o.buffer) == 0 {
		return nil
	}
	_, err := o.w.Write(o.buffer)
	if err != nil && !readerGone(err) { // a reader that has enough loses nothing
		o.lost += o.records - 1
	}
	o.err, o.buffer, o.records = err, o.buffer[:0], 0
	if cap(o.buffer) > 16*printerBuffer {
		o.buffer = nil
	}
	return err
}

// Close implements [logbook.Handler]. It reports the records that were not written.
func (o *printer) Close(context.Context) error {
	if err := o.write(); err != nil {
		if readerGone(err) {
			return err
		}
		o.lost++
	}
	if o.lost > 0 {
		return &logbook.UnsentError{Records: o.lost, Err: o.err}
	}
	return nil
}
