package mail

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/logbook"
)

// DefaultFormat is the format string of mails: that of Python's Logbook, with the
// attributes that the message does not show.
const DefaultFormat = `Subject: {handler.subject}

Message type:       {record.level_name}
Location:           {record.filename}:{record.lineno}
Module:             {record.module}
Function:           {record.func_name}
Time:               {record.time:%Y-%m-%d %H:%M:%S}

Message:

{record.message}{record.attrs}
`

// DefaultRelatedFormat is the format string of the other records of a mail.
const DefaultRelatedFormat = `Message type:       {record.level_name}
Location:           {record.filename}:{record.lineno}
Module:             {record.module}
Function:           {record.func_name}
{record.message}{record.attrs}
`

// DefaultSubject is the subject of mails.
const DefaultSubject = "Server Error in Application"

// layout is a parsed format. Each header has a formatter of its own, which keeps the data
// on one line, so that no data can start another header or the text.
type layout struct {
	headers []headerFormat
	text    logbook.Formatter
}

type headerFormat struct {
	name  string
	value *logbook.StringFormatter
}

var headerLine = regexp.MustCompile(`^([!-9;-z|~]+):[ \t]*(.*)$`)

// newLayout parses a format. handler returns the fields of the handler.
func newLayout(f logbook.Formatter, handler func(string) string) (*layout, error) {
	sf, ok := f.(*logbook.StringFormatter)
	if !ok {
		return &layout{text: f}, nil
	}
	l := new(layout)
	rest := strings.ReplaceAll(sf.String(), "\r\n", "\n")
	for n := 1; ; n++ {
		line, after, more := strings.Cut(rest, "\n")
		rest = after
		if !more {
			return nil, errors.New("invalid format string: want an empty line after the headers")
		}
		if strings.TrimSpace(line) == "" {
			break
		}
		if err := l.addHeader(line, sf, handler); err != nil {
			return nil, fmt.Errorf("line %d of the format string: %w", n, err)
		}
	}
	text, err := multiline(sf, rest, handler)
	if err != nil {
		return nil, err
	}
	l.text = text
	return l, nil
}

func (l *layout) addHeader(line string, sf *logbook.StringFormatter, handler func(string) string) error {
	m := headerLine.FindStringSubmatch(line)
	if m == nil {
		return errors.New(`invalid header: want "Name: value", and an empty line before the text`)
	}
	name := m[1]
	if ownHeader(name) {
		return fmt.Errorf("the header %s is set by the handler", name)
	}
	for _, h := range l.headers {
		if strings.EqualFold(h.name, name) {
			return fmt.Errorf("duplicate header %s", name)
		}
	}
	o := optionsOf(sf, handler)
	o.Exception = func(b []byte, _ *logbook.ErrorInfo) []byte { return b }
	value, err := logbook.Format(m[2], &o)
	if err != nil {
		return err
	}
	l.headers = append(l.headers, headerFormat{name, value})
	return nil
}

// ownHeader reports whether a header is set by the handler, or, like Bcc, would reveal
// recipients.
func ownHeader(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "from", "date", "message-id", "mime-version", "bcc":
		return true
	}
	return strings.HasPrefix(name, "content-")
}

// multiline returns a formatter for text that keeps newlines of the data. source is the
// format string of sf, or a part of it.
func multiline(sf *logbook.StringFormatter, source string, handler func(string) string) (*logbook.StringFormatter, error) {
	o := optionsOf(sf, handler)
	o.Multiline = true
	if o.Exception == nil {
		o.Exception = func(b []byte, e *logbook.ErrorInfo) []byte {
			return encode.AppendTextLines(append(b, '\n'), e.Traceback(), "")
		}
	}
	return logbook.Format(source, &o)
}

// optionsOf returns the options of a formatter, with the fields of the handler.
func optionsOf(sf *logbook.StringFormatter, handler func(string) string) logbook.FormatOptions {
	o := sf.Options()
	if o.Handler == nil {
		o.Handler = handler
	}
	return o
}

// readsCaller reports whether the layout shows where a record was logged.
func (l *layout) readsCaller() bool {
	for _, h := range l.headers {
		if readsCaller(h.value) {
			return true
		}
	}
	return readsCaller(l.text)
}

func readsCaller(f logbook.Formatter) bool {
	return logbook.Options{Formatter: f}.ReadsCaller()
}
