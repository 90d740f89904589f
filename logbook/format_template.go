package logbook

import (
	"bytes"
	"fmt"
	"text/template"

	"github.com/logbook-go/logbook/internal/encode"
)

// TextTemplate returns a formatter that executes a text/template with the [*Record],
// whose methods the template can use:
//
//	{{.Level}} {{.Channel}}: {{.Message}} {{.Text "user"}}
//
// Control characters in the result are escaped, including newlines of the template, so
// a record is one line.
//
// An invalid template is an error of TextTemplate. A method that Record does not have
// is an error when a record is formatted.
func TextTemplate(text string) (Formatter, error) {
	t, err := template.New("logbook").Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, fmt.Errorf("logbook: %w", err) // err begins with "template: "
	}
	return &templateFormatter{t}, nil
}

type templateFormatter struct{ *template.Template }

// AppendFormat implements [Formatter].
func (f *templateFormatter) AppendFormat(b []byte, r *Record) ([]byte, error) {
	var buf bytes.Buffer
	if err := f.Execute(&buf, r); err != nil {
		return b, fmt.Errorf("logbook: %w", err) // err begins with "template: "
	}
	return encode.AppendText(b, buf.Bytes()), nil
}
