package logbook

import (
	"bytes"
	"fmt"
	"text/template"

	"github.com/logbook-go/logbook/internal/encode"
)

// TextTemplate returns a formatter that executes a text/template with the [*Record]
// as its dot: "{{.Level}} {{.Channel}}: {{.Message}} {{.Text \"user\"}}". The
// methods of Record are its fields. Control characters in the result become
// escapes, so that data cannot start a line, and so do newlines of the template itself: a
// record is one line.
//
// A template that cannot be parsed is refused here. What Record does not have is found
// when a record is formatted, whose error names it.
func TextTemplate(text string) (Formatter, error) {
	t, err := template.New("logbook").Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, fmt.Errorf("logbook: %w", err) // which begins with "template: "
	}
	return &templateFormatter{t}, nil
}

type templateFormatter struct{ *template.Template }

// AppendFormat implements [Formatter].
func (f *templateFormatter) AppendFormat(b []byte, r *Record) ([]byte, error) {
	var buf bytes.Buffer
	if err := f.Execute(&buf, r); err != nil {
		return b, fmt.Errorf("logbook: %w", err) // which begins with "template: "
	}
	return encode.AppendText(b, buf.Bytes()), nil
}
