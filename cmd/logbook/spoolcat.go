package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/spool"
)

func spoolCatCommand() *cobra.Command {
	cursor, aside := "", ""
	cmd := &cobra.Command{
		Use: "cat DIR", Short: "Print records as JSON, one a line", Args: wantArgs(1, 1, "a directory"),
		Long: `Cat prints the records of the log as JSON, one a line: all that are there, those
that a sink has not got yet, or those that were set aside. What cannot be read is
reported, and the exit code is then 1.`,
		Example: `  logbook spool cat /var/lib/logbook --cursor mails
  logbook spool cat /var/lib/logbook --set-aside mails`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cursor != "" && aside != "" {
				return errors.New("--cursor and --set-aside cannot be used together")
			}
			l, err := openSpool(args[0])
			if err != nil {
				return err
			}
			for _, name := range []string{cursor, aside} {
				if err := checkCursor(l, args[0], name); err != nil {
					return err
				}
			}
			return catSpool(l, cursor, aside, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&cursor, "cursor", "", "print what the sink of the cursor `NAME` has not got yet")
	cmd.Flags().StringVar(&aside, "set-aside", "", "print what was set aside for the cursor `NAME`")
	return cmd
}

func catSpool(l *spool.Log, cursor, aside string, out, stderr io.Writer) error {
	w := bufio.NewWriter(out)
	format := logbook.JSON(&logbook.JSONOptions{Source: true})
	failed := false
	print := func(e *spool.Entry, err error) error {
		var rs []*logbook.Record
		if err == nil {
			if rs, err = queues.RecordsOf(e); err != nil {
				err = fmt.Errorf("entry %d: %w", e.Number, err)
			}
		}
		if err != nil {
			complain(stderr, "%v", err)
			failed = true
		}
		for _, r := range rs {
			line, err := format.AppendFormat(nil, r)
			if err != nil {
				return err
			}
			if _, err := w.Write(append(line, '\n')); err != nil {
				return err
			}
		}
		return nil
	}
	first := uint64(1)
	for _, c := range l.Cursors() {
		if c.Name == cursor {
			first = c.Acked + 1
		}
	}
	if aside != "" {
		for e, err := range l.Dead(aside) {
			var entry *spool.Entry
			if err == nil {
				entry = &e.Entry
			}
			if err := print(entry, err); err != nil {
				return err
			}
		}
	} else {
		for e, err := range l.Scan(first) {
			if err := print(e, err); err != nil {
				return err
			}
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if failed {
		return &exitError{exitFailed}
	}
	return nil
}
