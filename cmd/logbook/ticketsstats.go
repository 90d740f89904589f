package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/ticketing"
)

func ticketsStatsCommand(db *database) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use: "stats", Short: "Count tickets and records", Args: wantArgs(0, 0, "none"),
		Long: `Stats prints the number of tickets, of their records, and of the records that are kept,
for each state. It reads all tickets.

With --json, each state is an object on a line of its own, with the fields state, tickets,
records and stored.`,
		Example: "  logbook tickets stats --db sqlite:tickets.db",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return db.use(cmd, func(ctx context.Context, s ticketing.Store) error {
				counts, err := countTickets(ctx, s)
				if err != nil {
					return err
				}
				if asJSON {
					for _, c := range counts {
						if err := newEncoder(cmd.OutOrStdout()).Encode(c); err != nil {
							return err
						}
					}
					return nil
				}
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "STATE\tTICKETS\tRECORDS\tKEPT")
				var all stateCounts
				for _, c := range counts {
					fmt.Fprintf(w, "%s\t%d\t%d\t%d\n", c.State, c.Tickets, c.Records, c.Stored)
					all.Tickets, all.Records, all.Stored = all.Tickets+c.Tickets, all.Records+c.Records, all.Stored+c.Stored
				}
				fmt.Fprintf(w, "all\t%d\t%d\t%d\n", all.Tickets, all.Records, all.Stored)
				return w.Flush()
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, one state a line")
	return cmd
}

// stateCounts are the counts of the tickets of a state.
type stateCounts struct {
	State   string `json:"state"`
	Tickets int64  `json:"tickets"`
	Records int64  `json:"records"`
	Stored  int64  `json:"stored"`
}

func countTickets(ctx context.Context, s ticketing.Store) ([]stateCounts, error) {
	var counts []stateCounts
	for state := ticketing.Open; state <= ticketing.Solved; state++ {
		counts = append(counts, stateCounts{State: state.String()})
	}
	return counts, eachTicket(ctx, s, func(t *ticketing.Ticket) {
		c := &counts[t.State]
		c.Tickets, c.Records, c.Stored = c.Tickets+1, c.Records+t.Count, c.Stored+t.Stored
	})
}

// readAtOnce bounds the tickets that are read at once.
const readAtOnce = 2000

// eachTicket calls fn for all tickets.
func eachTicket(ctx context.Context, s ticketing.Store, fn func(*ticketing.Ticket)) error {
	q := &ticketing.Query{Limit: readAtOnce}
	for {
		list, err := s.Tickets(ctx, q)
		if err != nil {
			return err
		}
		for _, t := range list {
			fn(t)
		}
		if len(list) < readAtOnce {
			return nil
		}
		q.After = list[len(list)-1]
	}
}

func ticketsPruneCommand(db *database) *cobra.Command {
	return &cobra.Command{
		Use: "prune", Short: "Delete what is too old or too much", Args: wantArgs(0, 0, "none"),
		Long: `Prune brings the database within the limits that its URI has, and deletes tickets beyond
them: those that were not seen for longest, solved ones first. The programs that record
tickets also do that from time to time, within the limits of their URIs.`,
		Example: "  logbook tickets prune --db 'sqlite:tickets.db?max_age=30d&max_tickets=1000'",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return db.use(cmd, func(ctx context.Context, s ticketing.Store) error {
				n, err := s.Prune(ctx, time.Now())
				if err == nil {
					_, err = fmt.Fprintf(cmd.OutOrStdout(), "deleted: %d\n", n)
				}
				return err
			})
		},
	}
}
