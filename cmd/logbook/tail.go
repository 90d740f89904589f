package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/queues"
)

const tailHelp = `Tail prints the records of a source as they come, until SIGINT (Ctrl-C) or until
the source ends. A source that is a network connects again when its peer is back.

On a terminal, the records are coloured; --format json prints them as JSON, one
a line. Nothing is dropped here: a source has to wait if the terminal is slow,
and a ZeroMQ subscription then loses records at its publisher, which counts them.
See also "logbook help sources".`

const tailExamples = `  logbook tail 'zmq-sub://127.0.0.1:5000'
  logbook tail 'zmq-sub://127.0.0.1:5000' --level warning --channel app.db
  logbook tail 'tcp://127.0.0.1:9020?accept=json' --format json | jq .msg`

func tailCommand() *cobra.Command {
	c := &collector{grace: time.Second, queue: 1000, queueBytes: 8 << 20, overflow: overflowFlag{queues.Block}, quiet: true}
	format := "console"
	cmd := &cobra.Command{
		Use:     "tail URI",
		Short:   "Print the records of a source as they come",
		Long:    tailHelp,
		Example: tailExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("want one source, such as zmq-sub://127.0.0.1:5000")
			}
			return nil
		},
		ValidArgsFunction: completeSources,
		RunE: func(cmd *cobra.Command, args []string) error {
			sink, ok := map[string]string{"console": "console:-", "json": "json:-", "logfmt": "console:-?format=logfmt"}[format]
			if !ok {
				return fmt.Errorf("invalid --format %q: want console, json or logfmt", format)
			}
			c.from, c.to = args, []string{sink}
			return c.run(cmd.InOrStdin(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().SortFlags = false
	addFilterFlags(cmd, &c.filter)
	cmd.Flags().StringVar(&format, "format", "console", "print as `FORMAT`: console, json or logfmt")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]cobra.Completion{"console", "json", "logfmt"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}
