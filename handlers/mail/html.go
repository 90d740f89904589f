package mail

import (
	"html/template"

	"github.com/logbook-go/logbook/logbook"
)

// Content is what the template of an HTML part is executed with.
type Content struct {
	Subject string
	Text    string            // the text part
	Record  *logbook.Record   // the one on top
	Related []*logbook.Record // the further ones
}

// DefaultHTML shows the text part as it is, in type of one width.
var DefaultHTML = template.Must(template.New("mail").Parse(`<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{{.Subject}}</title></head>
<body><pre style="font-family: monospace; white-space: pre-wrap">{{.Text}}</pre></body></html>
`))
