package mail

import (
	"html/template"

	"github.com/logbook-go/logbook/logbook"
)

// Content is the data of the template for an HTML part.
type Content struct {
	Subject string
	Text    string            // the text part
	Record  *logbook.Record   // the record on top
	Related []*logbook.Record // the others
}

// DefaultHTML shows the text part unchanged, in a monospaced font.
var DefaultHTML = template.Must(template.New("mail").Parse(`<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{{.Subject}}</title></head>
<body><pre style="font-family: monospace; white-space: pre-wrap">{{.Text}}</pre></body></html>
`))
