package main

import (
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// A mail about a ticket names it in the subject, and has its address on a line of its own.
func TestAlertURI(t *testing.T) {
	for uri, subject := range map[string]bool{
		"mail:ops@lab.example?from=logbook@lab.example":                                      true,
		"smtp://mail.lab.example?from=logbook@lab.example&to=ops@lab.example":                true,
		"smtp://mail.lab.example?from=logbook@lab.example&to=ops@lab.example&subject=Ticket": false,
	} {
		got := alertURI(uri)
		h, err := config.Open(got)
		if err != nil {
			t.Error(err)
			continue
		}
		logbook.Close(t.Context(), h)
		_, query, _ := strings.Cut(got, "?")
		options, err := url.ParseQuery(query)
		if err != nil {
			t.Error(err)
		}
		format, err := logbook.Format(options.Get("format"), nil)
		if err != nil {
			t.Fatal(err)
		}
		r := logbook.NewRecord(logbook.RecordData{Message: "new: boom", Attrs: []slog.Attr{slog.String("page", "https://tickets.example/tickets/7")}})
		b, err := format.AppendFormat(nil, r)
		if err != nil {
			t.Error(err)
		}
		text := string(b)
		if !strings.Contains(text, "\n\nhttps://tickets.example/tickets/7\n\n") || strings.HasPrefix(text, "Subject: new: boom\n") != subject || strings.Contains(text, "+") {
			t.Errorf("%s: %q", uri, text)
		}
	}
	for _, uri := range []string{"json:", "mail:ops@lab.example?from=logbook@lab.example&format=json"} {
		if got := alertURI(uri); got != uri {
			t.Error(got)
		}
	}
}
