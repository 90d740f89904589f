package logbook

import (
	"bytes"
	"fmt"
	"text/template"

	"github.com/logbook-go/logbook/internal/encode"
)

// Template returns a formatter that executes a text/template with the [*Record]
// as its dot: "{{.Level}} {{.Channel}}: {{.Message}} {{.Text \"user\"}}". The
// methods of Record are its fields. Control characters in the result become
// escapes, so that data cannot start a line; newlines of the template's own text
// included, use one record a line.
func Template(text string) (Formatter, error) {
	t, err := template.New("logbook").Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, fmt.Errorf("logbook: template: %w", err)
	}
	return &templateFormatter{t}, nil
}

type templateFormatter struct{ *template.Template }

// AppendFormat implements [Formatter].
func (f *templateFormatter) AppendFormat(b []byte, r *Record) ([]byte, error) {
	var buf bytes.Buffer
	if err := f.Execute(&buf, r); err != nil {
		return b, fmt.Errorf("logbook: template: %w", err)
	}
	return encode.AppendText(b, buf.Bytes()), nil
}
