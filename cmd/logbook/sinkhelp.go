package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/config"
)

const sinksTail = `Every sink also has these options, which hold back or redirect records. Related options
begin with the same name:

%s
In paths and values, %%25 is a percent sign, %%26 an ampersand, %%3F a question mark.
For the options of a sink, run "logbook help sink NAME", as in "logbook help sink file".

Examples:

  json:/var/log/app.json?mode=0600
  file:errors.log?level=error
  rotating:app.log?size=10MB&backups=5&compress=gzip
  file:app.log?fingers_crossed=error&fingers_crossed_reset=true
  smtps://me@example.org:PASSWORD@smtp.example.org?from=me@example.org&to=you@example.org&level=error&limit=5&limit_per=1h
  console:-?format={record.time:%%25H:%%25M} {record.message}`

// sinksHelp returns the page that lists the sinks.
func sinksHelp() string {
	var b strings.Builder
	b.WriteString("A sink is a destination of records: SCHEME:PATH?OPTION=VALUE&...\n\n")
	for _, scheme := range config.Schemes() {
		e, _ := config.LookupSink(scheme)
		b.WriteString(formsHelp(e.Forms))
	}
	b.WriteString("\nOptions of all sinks:\n\n")
	b.WriteString(optionsHelp(config.HandlerOptions("")))
	var wrappers []config.Option
	for _, w := range config.Wrappers() {
		wrappers = append(wrappers, w.Options[0])
	}
	fmt.Fprintf(&b, "\n"+sinksTail, optionsHelp(wrappers))
	return b.String()
}

// sinkHelp returns the page of a sink or a wrapper, and whether there is one.
func sinkHelp(name string) (text string, found bool) {
	var wrappers []string
	for _, w := range config.Wrappers() {
		if w.Options[0].Name == name {
			return "Options of every sink:\n\n" + strings.TrimSuffix(optionsHelp(w.Options), "\n"), true
		}
		wrappers = append(wrappers, w.Options[0].Name)
	}
	e, found := config.LookupSink(strings.TrimSuffix(name, ":"))
	if !found {
		return "", false
	}
	return entryHelp(e.Forms, e.Help, e.Options) +
		fmt.Sprintf("\nEvery sink also has %s.\nSee \"logbook help sinks\".", strings.Join(wrappers, ", ")), true
}

// entryHelp returns the page of a sink or a source.
func entryHelp(forms []config.Form, help string, options []config.Option) string {
	var b strings.Builder
	b.WriteString(formsHelp(forms))
	if help != "" {
		b.WriteString("\n" + folded(help, "") + "\n")
	}
	b.WriteString("\nOptions:\n\n" + optionsHelp(options))
	return b.String()
}

func formsHelp(forms []config.Form) string {
	var b strings.Builder
	for _, f := range forms {
		b.WriteString(row(f.Address, f.Help))
	}
	return b.String()
}

func optionsHelp(options []config.Option) string {
	var b strings.Builder
	for _, o := range options {
		help := o.Help
		switch {
		case o.Required:
			help += " (required)"
		case o.Default != "":
			help += " (default: " + o.Default + ")"
		}
		b.WriteString(row(o.Name+"="+string(o.Kind), help))
	}
	return b.String()
}

const (
	nameWidth = 28
	lineWidth = 84
)

// row returns a line with a name in the first column and a text in the second.
func row(name, text string) string {
	indent := strings.Repeat(" ", nameWidth)
	text = folded(text, indent)
	if name = "  " + name; len(name) < nameWidth {
		return name + text[len(name):] + "\n"
	}
	return name + "\n" + text + "\n"
}

// folded breaks a text into indented lines.
func folded(text, indent string) string {
	var lines []string
	line := indent
	for i, word := range strings.Fields(text) {
		switch {
		case i > 0 && len(line)+1+len(word) > lineWidth:
			lines = append(lines, line)
			line = indent + word
		case i > 0:
			line += " " + word
		default:
			line += word
		}
	}
	return strings.Join(slices.Concat(lines, []string{line}), "\n")
}
