package main

import (
	"strings"

	"github.com/logbook-go/logbook/config"
)

const sourcesTail = `In addresses and values, %25 is a percent sign, %26 an ampersand, %3F a question mark.
For the options of a source, run "logbook help source NAME", as in "logbook help source tcp".

Examples:

  zmq-pull://127.0.0.1:5000
  tcp://127.0.0.1:9020?accept=json,pickle
  -`

// sourcesHelp returns the page that lists the sources.
func sourcesHelp() string {
	var b strings.Builder
	b.WriteString("A source is where records come from: SCHEME://ADDRESS?OPTION=VALUE&...\n\n")
	for _, scheme := range config.SourceSchemes() {
		e, _ := config.LookupSource(scheme)
		b.WriteString(formsHelp(e.Forms))
	}
	b.WriteString("\n" + sourcesTail)
	return b.String()
}

// sourceHelp returns the page of a source, and whether there is one.
func sourceHelp(name string) (text string, found bool) {
	if name == "-" {
		name = stdinScheme
	}
	e, found := config.LookupSource(strings.TrimSuffix(name, ":"))
	if !found {
		return "", false
	}
	return strings.TrimSuffix(entryHelp(e.Forms, e.Help, e.Options), "\n"), true
}
