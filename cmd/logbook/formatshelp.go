package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/logline"
)

// formatsTopic returns the help page of the formats that pipe recognizes.
func formatsTopic() *cobra.Command {
	return topic("formats", "Which logs are recognized", formatsHelp())
}

func formatsHelp() string {
	var b strings.Builder
	b.WriteString("Pipe, and the source stdin:, recognize the lines of these formats, with a sample of each:\n\n")
	for _, f := range logline.Formats() {
		fmt.Fprintf(&b, "  %-14s %s\n", f.Name, f.Help)
		for line := range strings.Lines(f.Sample) {
			fmt.Fprintf(&b, "  %14s   %s\n", "", strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\t", "<tab>"))
		}
	}
	b.WriteString(`
Another format can be given by --format: a pattern in which {time}, {level}, {channel},
{message}, {pid}, {source}, {error} and {stack} are the parts of a record, and any other name
in braces is an attribute. A field extends to the text that follows it; a space stands for
one or more. {time} takes any time of the formats above, or one in the directives of strftime.
Lines that the pattern does not match are read as without it.

Examples:

  --format '{time} [{thread}] {level} {channel} - {message}'
  --format '{client} [{time:%d/%b/%Y:%H:%M:%S %z}] {message}'`)
	return b.String()
}
