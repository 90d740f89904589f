package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

const ticketsShowHelp = `Show prints tickets with all that is known of them: the counts of the last 24 hours, the
history, and the newest records with their stacks.

A ticket that was merged into another one is shown as that one.

` + ticketsJSONHelp + `

Show adds fingerprints; hours, the counts of 24 hours, the current one last; history
[{time, kind, actor, comment}]; and occurrences [{id, ticket, number, time, app_id, record}],
the newest first.`

func ticketsShowCommand(db *database) *cobra.Command {
	records, asJSON := count(1), false
	cmd := &cobra.Command{
		Use: "show ID...", Short: "Print a ticket with its history and newest records", Long: ticketsShowHelp, Args: wantIDs(1),
		Example: `  logbook tickets show 3 --db sqlite:tickets.db
  logbook tickets show 3 --records 5 --json --db sqlite:tickets.db | jq .occurrences[].record.msg`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return db.useTickets(cmd, args, func(ctx context.Context, s ticketing.Store, _ []int64, list []*ticketing.Ticket) error {
				for i, t := range list {
					d, err := ticketing.ReadDetails(ctx, s, t.ID, int(records))
					if err != nil {
						return err
					}
					switch {
					case asJSON:
						err = newEncoder(cmd.OutOrStdout()).Encode(d)
					case i > 0:
						fmt.Fprintln(cmd.OutOrStdout())
						fallthrough
					default:
						err = (&ticketView{d}).print(cmd.OutOrStdout(), time.Now())
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().Var(&records, "records", "print the newest `N` records")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, one ticket a line")
	return cmd
}

// ticketView prints a ticket with what belongs to it.
type ticketView struct{ *ticketing.Details }

func (v *ticketView) print(out io.Writer, now time.Time) error {
	at := func(t time.Time) string {
		return fmt.Sprintf("%s (%s)", t.Local().Format(time.DateTime), ago(now.Sub(t)))
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "  %s\t%s\n", name, plain(value))
		}
	}
	fmt.Fprintf(w, "ticket %d, %s, %s: %s\n\n", v.ID, v.State, v.Level, plain(v.Title))
	field("count", fmt.Sprintf("%d, of which %d are kept", v.Count, v.Stored))
	field("last seen", at(v.LastSeen))
	field("first seen", at(v.FirstSeen))
	field("last 24 hours", bar(v.Hours))
	if v.Location != unknownLocation {
		field("location", v.Location)
		field("module", v.Module)
	}
	field("channel", v.Channel)
	field("program", v.AppID)
	field("releases", releases(v.FirstRelease, v.LastRelease))
	field("assignee", v.Assignee)
	field("link", v.Link)
	field("muted", v.muted())
	if v.NextRelease {
		field("solved", "in the next release")
	}
	if v.Regressions > 0 {
		field("regressed", number(uint64(v.Regressions), "time"))
	}
	for i, f := range v.Fingerprints {
		field([]string{"fingerprint", ""}[min(i, 1)], string(f))
	}
	fmt.Fprintln(w, "\nHistory:")
	for _, e := range v.History {
		text := string(e.Kind)
		if e.Actor != "" {
			text += " by " + e.Actor
		}
		if e.Comment != "" {
			text += ": " + e.Comment
		}
		fmt.Fprintf(w, "  %s\t%s\n", e.Time.Local().Format(time.DateTime), plain(text))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	format := logbook.Console(&logbook.ConsoleOptions{TimeLayout: "%Y-%m-%d %H:%M:%S", Source: true, Location: time.Local})
	for _, o := range v.Occurrences {
		var b []byte
		r, err := o.Record()
		if err == nil {
			b, err = format.AppendFormat(b, r)
		}
		if err != nil {
			b = fmt.Appendf(nil, "%s: a record that cannot be read: %v", o.Time.Local().Format(time.DateTime), err)
		}
		if _, err := fmt.Fprintf(out, "\n%s\n", strings.TrimSuffix(string(b), "\n")); err != nil {
			return err
		}
	}
	return nil
}

// muted says until when the ticket is muted.
func (v *ticketView) muted() string {
	m := &v.Mute
	var until []string
	if !m.Until.IsZero() {
		until = append(until, "until "+m.Until.Local().Format(time.DateTime))
	}
	if m.Count > 0 {
		s := "until it recurs " + number(uint64(m.Count), "time")
		if m.Period > 0 {
			s += " within " + strings.TrimSuffix(strings.TrimSuffix(m.Period.String(), "0s"), "0m")
		}
		until = append(until, fmt.Sprintf("%s (%d so far)", s, m.Seen))
	}
	switch {
	case v.State != ticketing.Muted:
		return ""
	case len(until) == 0:
		return "until somebody reopens it"
	}
	return strings.Join(until, ", or ")
}

func releases(first, last string) string {
	if first == last {
		return first
	}
	return first + " to " + last
}

// bar returns counts as bars, scaled to the highest one, with the sum.
func bar(counts []int64) string {
	bars := []rune("▁▂▃▄▅▆▇█")
	sum, highest := int64(0), int64(0)
	for _, n := range counts {
		sum, highest = sum+n, max(highest, n)
	}
	var b strings.Builder
	for _, n := range counts {
		if n == 0 {
			b.WriteRune('·')
		} else {
			b.WriteRune(bars[(n*int64(len(bars))-1)/highest])
		}
	}
	return fmt.Sprintf("%s %d", b.String(), sum)
}
