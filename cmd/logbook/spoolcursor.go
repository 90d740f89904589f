package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/queues/spool"
)

func spoolRequeueCommand() *cobra.Command {
	return &cobra.Command{
		Use: "requeue DIR CURSOR [ENTRY]...", Short: "Hand over again what was set aside", Args: wantArgs(2, -1, "a directory and a cursor"),
		Long: `Requeue makes a sink get entries again that were set aside: those with the given
numbers, or all. A program that has the log open hands them over within seconds.`,
		Example: `  logbook spool requeue /var/lib/logbook mails
  logbook spool requeue /var/lib/logbook mails 5 12`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var numbers []uint64
			for _, a := range args[2:] {
				n, err := strconv.ParseUint(a, 10, 64)
				if err != nil || n == 0 {
					return fmt.Errorf("invalid number of an entry %q", a)
				}
				numbers = append(numbers, n)
			}
			l, err := openSpool(args[0])
			if err == nil {
				err = checkCursor(l, args[0], args[1])
			}
			if err != nil {
				return err
			}
			n, err := l.Requeue(args[1], numbers...)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "requeued: %d\n", n)
			return err
		},
	}
}

func spoolDropCommand() *cobra.Command {
	return &cobra.Command{
		Use: "drop DIR CURSOR", Short: "Remove the cursor of a sink that no longer exists", Args: wantArgs(2, 2, "a directory and a cursor"),
		Long: `Drop removes a cursor, and what was set aside for it, so that the log does not
keep entries for it any more. The program that has the log open must be stopped
first.`,
		Example: "  logbook spool drop /var/lib/logbook old-sink",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkSpool(args[0]); err != nil {
				return err
			}
			l, err := spool.Open(args[0], nil)
			if err != nil {
				return err
			}
			if err = checkCursor(l, args[0], args[1]); err == nil {
				err = l.RemoveCursor(args[1])
			}
			return errors.Join(err, l.Close(context.Background()))
		},
	}
}
