package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/logbook-go/logbook/config"
)

// manCommand writes the manual pages, for packages. It is hidden, and ends as other commands
// do: with exit code 1 if a page cannot be written.
func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "man FOLDER",
		Short:   "Write the manual pages",
		Long:    "Man writes the manual pages of all commands and help topics into a folder that\nexists, with the date in SOURCE_DATE_EPOCH, or that of today.",
		Example: "  logbook man /usr/local/share/man",
		Hidden:  true,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			date, err := manDate()
			if err != nil {
				return err
			}
			if err := writeManual(cmd.Root(), args[0], date); err != nil {
				complain(cmd.ErrOrStderr(), "%v", err)
				return &exitError{exitFailed}
			}
			return nil
		},
	}
}

// manDate returns the date of the manual pages.
func manDate() (string, error) {
	t := time.Now()
	if v := os.Getenv("SOURCE_DATE_EPOCH"); v != "" {
		seconds, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return "", fmt.Errorf("invalid SOURCE_DATE_EPOCH %q: want seconds since 1970", v)
		}
		t = time.Unix(seconds, 0)
	}
	return t.UTC().Format(time.DateOnly), nil
}

// writeManual writes the pages of a command and those below it: commands to man1, topics
// to man7.
func writeManual(c *cobra.Command, dir, date string) error {
	for _, below := range c.Commands() {
		if below.Hidden || below.Name() == "help" {
			continue
		}
		if err := writeManual(below, dir, date); err != nil {
			return err
		}
	}
	folder := filepath.Join(dir, "man"+manSection(c))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, manName(c)+"."+manSection(c)), []byte(manPage(c, date)), 0o644)
}

func manName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

func manSection(c *cobra.Command) string {
	if isTopic(c) {
		return "7"
	}
	return "1"
}

// isTopic reports whether a command only has a help text.
func isTopic(c *cobra.Command) bool { return !c.Runnable() && !c.HasSubCommands() }

// manPage returns the page of a command or topic, with the macros of man(7).
func manPage(c *cobra.Command, date string) string {
	var b strings.Builder
	name := manName(c)
	fmt.Fprintf(&b, ".TH %s %s %s logbook\n", roff(strings.ToUpper(name)), manSection(c), date)
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(name), roff(c.Short))
	if isTopic(c) {
		b.WriteString(".SH DESCRIPTION\n" + literal(c.Long))
		switch c.Name() {
		case "sinks":
			writeEntries(&b, config.Schemes(), sinkHelp)
		case "sources":
			writeEntries(&b, config.SourceSchemes(), sourceHelp)
		}
		b.WriteString(".SH SEE ALSO\n" + manReference(c.Root()) + "\n")
		return b.String()
	}
	c.InitDefaultHelpFlag()
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n", roff(c.UseLine()))
	b.WriteString(".SH DESCRIPTION\n" + paragraphs(c.Long))
	if flags := c.LocalFlags(); flags.HasAvailableFlags() {
		b.WriteString(".SH OPTIONS\n")
		flags.VisitAll(func(f *pflag.Flag) { b.WriteString(manFlag(f)) })
	}
	if !c.HasParent() {
		b.WriteString(".SH ENVIRONMENT\nSee\n" + manTopic("environment") + ".SH EXIT STATUS\nSee\n" + manTopic("exit-codes"))
	}
	if c.Example != "" {
		b.WriteString(".SH EXAMPLES\n" + literal(c.Example))
	}
	var also []string
	if c.HasParent() {
		also = append(also, manReference(c.Parent()))
	}
	for _, below := range c.Commands() {
		if !below.Hidden && below.Name() != "help" {
			also = append(also, manReference(below))
		}
	}
	b.WriteString(".SH SEE ALSO\n" + strings.Join(also, ",\n") + "\n")
	return b.String()
}

// writeEntries writes the pages of all sinks or sources as sections. Schemes with the same
// page share one.
func writeEntries(b *strings.Builder, schemes []string, page func(string) (string, bool)) {
	var texts []string
	names := make(map[string][]string) // by text
	for _, s := range schemes {
		text, _ := page(s)
		if names[text] == nil {
			texts = append(texts, text)
		}
		names[text] = append(names[text], s)
	}
	for _, text := range texts {
		own, _, _ := strings.Cut(text, "\nEvery sink also has ")
		fmt.Fprintf(b, ".SS %s\n%s", roff(strings.Join(names[text], ", ")), literal(own))
	}
}

func manTopic(name string) string { return ".BR logbook\\-" + roff(name) + " (7).\n" }

func manReference(c *cobra.Command) string {
	return ".BR " + roff(manName(c)) + " (" + manSection(c) + ")"
}

func manFlag(f *pflag.Flag) string {
	if f.Hidden {
		return ""
	}
	var b strings.Builder
	value, usage := pflag.UnquoteUsage(f)
	names := "--" + f.Name + " " + value
	if f.Shorthand != "" {
		names = "-" + f.Shorthand + ", " + names
	}
	b.WriteString(".TP\n.B " + roff(names) + "\n" + roff(usage))
	switch f.DefValue {
	case "", "false", "[]", "0", "0s":
	default:
		b.WriteString(roff(" (default " + f.DefValue + ")"))
	}
	return b.String() + "\n"
}

// paragraphs returns a text with the lines of a paragraph joined, except for those of a
// paragraph that begins with an indented line.
func paragraphs(text string) string {
	var all []string
	for p := range strings.SplitSeq(strings.Trim(text, "\n"), "\n\n") {
		if strings.HasPrefix(p, " ") || strings.HasPrefix(p, "\t") {
			all = append(all, literal(p))
		} else {
			all = append(all, roff(p)+"\n")
		}
	}
	return strings.Join(all, ".PP\n")
}

// literal returns a text that keeps its lines.
func literal(text string) string {
	return ".nf\n" + roff(strings.TrimRight(text, "\n")) + "\n.fi\n"
}

// roff escapes a text. A dot at the beginning of a line would begin a macro.
func roff(text string) string {
	lines := strings.Split(roffEscapes.Replace(text), "\n")
	for i, l := range lines {
		l = strings.TrimRight(l, " ")
		if strings.HasPrefix(l, ".") {
			l = `\&` + l
		}
		lines[i] = l
	}
	return strings.Join(lines, "\n")
}

var roffEscapes = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, "\t", "    ")
