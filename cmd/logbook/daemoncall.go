package main

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/daemon"
	"github.com/logbook-go/logbook/internal/encode"
)

const daemonCallHelp = `Call sends a command to a daemon and prints the reply. Words are quoted as the
daemon needs it. The exit code is 1 if the daemon refuses the command, if the
command fails, or if there is no reply.

Flags stand before the address.`

const daemonCallExamples = `  logbook daemon call localhost:1507 set 4K 4.2 --ramp 5m
  logbook daemon call --json localhost status | jq .uptime`

func daemonCallCommand() *cobra.Command {
	var f daemonFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "call ADDRESS COMMAND [ARGUMENT]...",
		Short:   "Send a command to a daemon",
		Long:    daemonCallHelp,
		Example: daemonCallExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return errors.New("want the address of a daemon, and a command")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.client(args[0])
			if err != nil {
				return err
			}
			var reply string
			if asJSON {
				var v json.RawMessage
				err = c.CallJSON(cmd.Context(), &v, args[1:]...)
				reply = string(v)
			} else {
				reply, err = c.Call(cmd.Context(), args[1:]...)
			}
			if err != nil {
				reportReply(cmd.ErrOrStderr(), err)
				return &exitError{exitFailed}
			}
			printReply(cmd.OutOrStdout(), reply)
			return nil
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "ask for the reply as JSON, and print it so")
	return cmd
}

// printReply prints a reply, without control characters that could change the terminal.
func printReply(w io.Writer, reply string) {
	for line := range strings.Lines(reply) {
		b := encode.AppendText(nil, strings.TrimSuffix(line, "\n"))
		_, _ = w.Write(append(b, '\n')) // see output
	}
}

// reportReply prints the error of a command, and the help that came with it.
func reportReply(w io.Writer, err error) {
	complain(w, "%v", err)
	if e := (*daemon.ReplyError)(nil); errors.As(err, &e) && e.Help != "" {
		printReply(w, e.Help)
	}
}
