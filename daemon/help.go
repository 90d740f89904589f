package daemon

import (
	"fmt"
	"strings"
)

// helpText returns the help of the daemon, in the form of lab_utils.
func (s *Server) helpText() string {
	var b strings.Builder
	b.WriteString("\nDAEMON HELP\n")
	if s.o.Description != "" {
		b.WriteString(s.o.Description + "\n")
	}
	names := make([]string, len(s.commands))
	for i, c := range s.commands {
		names[i] = c.Name
	}
	fmt.Fprintf(&b, "usage: %s {%s} ...\n\nCommands:\n", s.o.Name, strings.Join(names, ","))
	for _, c := range s.commands {
		fmt.Fprintf(&b, "    %-15s   %s\n", c.Name, c.Help)
		for _, a := range c.Args {
			name := a.Name
			if a.isOption() && !a.Required {
				name = "[" + name + "]"
			}
			fmt.Fprintf(&b, "        %-15s    %s\n", name, a.Help)
		}
	}
	if s.o.Epilog != "" {
		b.WriteString("\n" + s.o.Epilog + "\n")
	}
	return b.String()
}
