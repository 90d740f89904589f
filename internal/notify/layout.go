package notify

import (
	"strings"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/logbook"
)

// text is the default formatter of texts: the message, the attributes that it does not
// show, and on its own line the error, without its stack.
var text = logbook.Must(logbook.Format("{record.message}{record.attrs}", &logbook.FormatOptions{
	Multiline: true,
	Exception: func(b []byte, e *logbook.ErrorInfo) []byte {
		return append(append(b, '\n'), e.String()...)
	},
}))

// Layout makes the title and the text of a notification. The zero value makes
// "channel: Level" and the message.
type Layout struct {
	Title logbook.Formatter // nil: "channel: Level"
	Text  logbook.Options   // its Formatter makes the text; nil: the message and its attributes
}

// ReadsCaller reports whether a formatter may read the caller.
func (l *Layout) ReadsCaller() bool {
	return l.Text.ReadsCaller() || logbook.Options{Formatter: l.Title}.ReadsCaller()
}

// Format returns the title, on one line, and the text. Neither has control characters,
// except for newlines in the text.
func (l *Layout) Format(r *logbook.Record) (title, text string, err error) {
	if title, err = l.title(r); err != nil {
		return "", "", err
	}
	text, err = l.text(r)
	return title, text, err
}

func (l *Layout) title(r *logbook.Record) (string, error) {
	if l.Title == nil {
		return string(encode.AppendText(nil, defaultTitle(r))), nil
	}
	b, err := l.Title.AppendFormat(nil, r)
	return strings.TrimSpace(string(encode.AppendText(nil, b))), err
}

func (l *Layout) text(r *logbook.Record) (string, error) {
	o := l.Text
	if o.Formatter == nil {
		o.Formatter = text
	}
	b, err := o.AppendFormat(nil, r)
	return strings.TrimSpace(string(encode.AppendTextLines(nil, b, ""))), err
}

func defaultTitle(r *logbook.Record) string {
	level := r.Level().String()
	level = level[:1] + strings.ToLower(level[1:])
	if r.Channel() == "" {
		return level
	}
	return r.Channel() + ": " + level
}
