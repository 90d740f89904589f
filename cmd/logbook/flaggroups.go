package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// groupFlags makes the help of a command list its flags in groups. titles has the title of a
// group for its first flag. The flags must not be sorted, and the text of each is one line.
func groupFlags(c *cobra.Command, titles map[string]string) {
	c.SetUsageFunc(func(c *cobra.Command) error {
		var b strings.Builder
		fmt.Fprintf(&b, "Usage:\n  %s\n\nExamples:\n%s\n", c.UseLine(), c.Example)
		flags := c.LocalFlags()
		lines := strings.SplitAfter(flags.FlagUsages(), "\n")
		flags.VisitAll(func(f *pflag.Flag) {
			if title := titles[f.Name]; title != "" {
				b.WriteString("\n" + title + ":\n")
			}
			b.WriteString(lines[0])
			lines = lines[1:]
		})
		_, err := c.OutOrStderr().Write([]byte(b.String()))
		return err
	})
}
