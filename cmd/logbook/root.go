package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/internal/text"
)

// rootCommand returns the command with all its subcommands.
func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "logbook",
		Short: "Read, convert and route logs",
		Long: `Logbook reads logs, converts them, and writes their records to sinks.

The command-line program of Logbook for Go.`,
		Example: `  some-service 2>&1 | logbook pipe
  logbook pipe --level error --since 1h app.log
  some-service 2>&1 | logbook pipe --to json:app.log --to 'console:-?level=warning'`,
		Version:       versionText(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.Flags().Bool("version", false, "print the version, as logbook version does")
	root.SetVersionTemplate("{{.Version}}\n")
	root.AddCommand(
		pipeCommand(),
		collectCommand(),
		tailCommand(),
		sendCommand(),
		daemonCommand(),
		spoolCommand(),
		ticketsCommand(),
		webCommand(),
		keygenCommand(),
		versionCommand(),
		manCommand(),
		sinksTopic(),
		sourcesTopic(),
		formatsTopic(),
		topic("filters", "How pipe selects records", filtersHelp),
		topic("environment", "Which environment variables are read", environmentHelp()),
		topic("exit-codes", "What the exit codes mean", exitCodesHelp),
	)
	root.SetHelpCommand(helpCommand(root))
	root.SetFlagErrorFunc(suggestFlag)
	return root
}

// suggestFlag adds the most similar flag to the error about an unknown one.
func suggestFlag(c *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || unknown.GetSpecifiedShortnames() != "" {
		return err
	}
	var flags []string
	c.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, "--"+f.Name) })
	return fmt.Errorf("%w%s", err, text.DidYouMean("--"+unknown.GetSpecifiedName(), flags))
}

// addCompletion adds cobra's completion command, which keeps the current output writer,
// and makes it refuse the name of an unknown shell.
func addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	if c, _, err := root.Find([]string{"completion"}); err == nil {
		c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	}
}

// topic returns a help page: a command that only has a help text.
func topic(name, short, text string) *cobra.Command {
	c := &cobra.Command{Use: name, Short: short, Long: text}
	c.SetHelpTemplate("{{.Long}}\n")
	return c
}

// sinksTopic returns the help page of all sinks, which is also named "sink" for use with
// the name of a sink.
func sinksTopic() *cobra.Command {
	c := topic("sinks [name]", "Where records can go", sinksHelp())
	c.Aliases = []string{"sink"}
	return c
}

// sourcesTopic returns the help page of all sources, which is also named "source".
func sourcesTopic() *cobra.Command {
	c := topic("sources [name]", "Where records can come from", sourcesHelp())
	c.Aliases = []string{"source"}
	return c
}

// helpCommand is like cobra's help command, but an unknown topic is an error.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:     "help [command or topic]",
		Short:   "Help about any command or topic",
		Example: "  logbook help pipe\n  logbook help sink file\n  logbook help exit-codes",
		ValidArgsFunction: func(_ *cobra.Command, args []string, prefix string) (names []cobra.Completion, _ cobra.ShellCompDirective) {
			switch {
			case len(args) == 1 && strings.HasPrefix(args[0], "sink"):
				return config.Schemes(), cobra.ShellCompDirectiveNoFileComp
			case len(args) == 1 && strings.HasPrefix(args[0], "source"):
				return config.SourceSchemes(), cobra.ShellCompDirectiveNoFileComp
			}
			for _, c := range root.Commands() {
				if len(args) == 0 && strings.HasPrefix(c.Name(), prefix) {
					names = append(names, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c, rest, err := root.Find(args)
			if err == nil && len(rest) == 1 && c.Name() == "sinks" {
				text, found := sinkHelp(rest[0])
				if !found {
					return fmt.Errorf("unknown sink %q (known: %s)", rest[0], strings.Join(config.Schemes(), ", "))
				}
				cmd.Println(text)
				return nil
			}
			if err == nil && len(rest) == 1 && c.Name() == "sources" {
				text, found := sourceHelp(rest[0])
				if !found {
					return fmt.Errorf("unknown source %q (known: %s)", rest[0], strings.Join(config.SourceSchemes(), ", "))
				}
				cmd.Println(text)
				return nil
			}
			if err != nil || len(rest) > 0 {
				var topics []string
				for _, c := range root.Commands() {
					topics = append(topics, c.Name())
				}
				topic := strings.Join(args, " ")
				return fmt.Errorf("unknown help topic %q%s", topic, text.DidYouMean(topic, topics))
			}
			c.InitDefaultHelpFlag()
			c.InitDefaultVersionFlag()
			return c.Help()
		},
	}
}
