package web

import (
	"strings"

	"github.com/logbook-go/logbook/ticketing"
)

// maxSearch bounds the text of a search.
const maxSearch = 1000

// search reads what a reader typed into the search field: words, and fields such as app:shop
// or host:"web 1". The words are looked for as one text.
func search(s string, q *ticketing.Query) error {
	if len(s) > maxSearch {
		return badRequest("The text to search for is too long", nil)
	}
	fields := map[string]*string{"app": &q.AppID, "channel": &q.Channel, "host": &q.Host, "release": &q.Release, "assignee": &q.Assignee}
	var words []string
	for _, token := range tokens(s) {
		name, value, found := strings.Cut(token, ":")
		if field := fields[name]; found && field != nil && value != "" {
			*field = strings.ReplaceAll(value, `"`, "")
		} else {
			words = append(words, token)
		}
	}
	q.Text = strings.ReplaceAll(strings.Join(words, " "), `"`, "")
	return nil
}

// tokens splits a text at spaces that are not in quotes.
func tokens(s string) []string {
	quoted := false
	return strings.FieldsFunc(s, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
}

// searchFor returns the text of a search for the value of a field.
func searchFor(field, value string) string {
	if strings.Contains(value, " ") {
		value = `"` + value + `"`
	}
	return field + ":" + value
}
