package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/queues/spool"
)

func spoolListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "ls DIR", Short: "List segments, cursors, and what is set aside", Args: wantArgs(1, 1, "a directory"),
		Long: `Ls lists the files of the log, its cursors with what their sinks have not got
yet, and the entries that are set aside, with the reasons.`,
		Example: "  logbook spool ls /var/lib/logbook",
		RunE: func(cmd *cobra.Command, args []string) error {
			l, err := openSpool(args[0])
			if err != nil {
				return err
			}
			return listSpool(l, cmd.OutOrStdout(), time.Now())
		},
	}
}

func listSpool(l *spool.Log, out io.Writer, now time.Time) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SEGMENT\tFIRST ENTRY\tENTRIES\tSIZE")
	for _, s := range l.Segments() {
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\n", filepath.Base(s.Path), s.First, s.Entries, text.FormatSize(s.Bytes))
	}
	cursors := l.Cursors()
	fmt.Fprintln(w, "\nCURSOR\tENTRIES LEFT\tRECORDS\tSIZE\tOLDEST\tDAMAGED\tDROPPED\tSET ASIDE")
	for _, c := range cursors {
		age := "-"
		for e, err := range l.Scan(c.Acked + 1) {
			if err == nil && c.Entries > 0 {
				age = now.Sub(e.Time).Round(time.Second).String()
				break
			}
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\t%d\t%d\t%d\n", c.Name, c.Entries, c.Records, text.FormatSize(c.Bytes), age, c.Damaged, c.Dropped, c.SetAside)
	}
	var errs []error
	title := "\nSET ASIDE BY\tENTRY\tRECORDS\tRECEIVED\tREASON\n"
	for _, c := range cursors {
		for e, err := range l.Dead(c.Name) {
			if err != nil {
				errs = append(errs, err)
				continue
			}
			reason := e.Reason
			if e.Requeued {
				reason = "requeued: " + reason
			}
			fmt.Fprintf(w, "%s%s\t%d\t%d\t%s\t%s\n", title, c.Name, e.Number, e.Records, e.Time.Format(time.DateTime), encode.AppendText(nil, reason))
			title = ""
		}
	}
	return errors.Join(append(errs, w.Flush())...)
}
