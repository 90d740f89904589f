package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/queues/spool"
)

const spoolHelp = `Spool shows and repairs the log in a directory: that of "logbook collect --spool",
or of a sink with the option spool. All but drop can be used while another program
has the log open.

An entry of the log is some records that came together. A cursor is how far a sink
has come: the entries behind it are kept until the sink has them. What a sink failed
to write ten times is set aside in the folder "dead", and does not hold up the rest.`

const spoolExamples = `  logbook spool ls /var/lib/logbook
  logbook spool cat /var/lib/logbook --cursor mails | jq .msg
  logbook spool verify /var/lib/logbook
  logbook spool requeue /var/lib/logbook mails
  logbook spool drop /var/lib/logbook old-sink`

func spoolCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "spool", Short: "Show and repair the log of a spool", Long: spoolHelp, Example: spoolExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command %q: want ls, cat, verify, requeue or drop", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(spoolListCommand(), spoolCatCommand(), spoolVerifyCommand(), spoolRequeueCommand(), spoolDropCommand())
	return cmd
}

// wantArgs checks the number of arguments.
func wantArgs(least, most int, want string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < least || most >= 0 && len(args) > most {
			return fmt.Errorf("got %s, want %s", number(uint64(len(args)), "argument"), want)
		}
		return nil
	}
}

// openSpool opens a log for reading.
func openSpool(dir string) (*spool.Log, error) {
	if err := checkSpool(dir); err != nil {
		return nil, err
	}
	return spool.OpenReadOnly(dir)
}

// checkSpool returns an error for a directory that has no log.
func checkSpool(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is not a directory", dir)
	}
	if _, err := os.Stat(filepath.Join(dir, "lock")); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s is not the directory of a spool", dir)
	}
	return nil
}

// checkCursor returns an error for a name that no cursor has. "" is none.
func checkCursor(l *spool.Log, dir, name string) error {
	var names []string
	for _, c := range l.Cursors() {
		names = append(names, c.Name)
	}
	if name == "" || slices.Contains(names, name) {
		return nil
	}
	return fmt.Errorf("%s has no cursor %q (there are: %q)", dir, name, names)
}
