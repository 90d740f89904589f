package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/spool"
)

func spoolVerifyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "verify DIR", Short: "Read everything, and count what is damaged", Args: wantArgs(1, 1, "a directory"),
		Long: `Verify reads the whole log and what was set aside, and decodes the records. If
something is damaged, it says what, and the exit code is 1.`,
		Example: "  logbook spool verify /var/lib/logbook",
		RunE: func(cmd *cobra.Command, args []string) error {
			l, err := openSpool(args[0])
			if err != nil {
				return err
			}
			return verifySpool(l, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
}

func verifySpool(l *spool.Log, out, stderr io.Writer) error {
	var entries, records, damaged uint64
	check := func(e *spool.Entry, err error) {
		var lost *spool.DamageError
		switch {
		case errors.As(err, &lost):
			damaged += lost.Entries()
		case err != nil:
			damaged++
		default:
			rs, wrong := queues.RecordsOf(e)
			if wrong == nil && len(rs) != e.Records {
				wrong = fmt.Errorf("%d records, want %d", len(rs), e.Records)
			}
			if wrong == nil {
				entries++
				records += uint64(len(rs))
				return
			}
			damaged++
			err = fmt.Errorf("entry %d: %w", e.Number, wrong)
		}
		complain(stderr, "%v", err)
	}
	for e, err := range l.Scan(1) {
		check(e, err)
	}
	for _, c := range l.Cursors() {
		for e, err := range l.Dead(c.Name) {
			if err != nil {
				check(nil, err)
				continue
			}
			check(&e.Entry, nil)
		}
	}
	if _, err := fmt.Fprintf(out, "entries: %d, records: %d, damaged: %d\n", entries, records, damaged); err != nil {
		return err
	}
	if damaged > 0 {
		return &exitError{exitFailed}
	}
	return nil
}
