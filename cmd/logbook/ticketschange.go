package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/ticketing"
)

// ticketsAction is a command that changes tickets in the same way.
type ticketsAction struct {
	db     *database
	action ticketing.Action
	check  func(a *ticketing.Action) error // completes the action; may be nil
}

// addActorFlags adds the flags --by and --comment.
func addActorFlags(cmd *cobra.Command, by, comment *string) {
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(by, "by", osUser(), "record `NAME` in the history as the one who did it")
	cmd.Flags().Lookup("by").DefValue = "" // it differs from user to user
	cmd.Flags().StringVar(comment, "comment", "", "`TEXT` for the history")
}

func (a *ticketsAction) command(cmd *cobra.Command) *cobra.Command {
	addActorFlags(cmd, &a.action.Actor, &a.action.Comment)
	cmd.Args = wantIDs(1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if a.check != nil {
			if err := a.check(&a.action); err != nil {
				return err
			}
		}
		return a.db.useTickets(cmd, args, func(ctx context.Context, s ticketing.Store, _ []int64, list []*ticketing.Ticket) error {
			for _, t := range list {
				if err := s.Act(ctx, t.ID, &a.action); err != nil {
					return fmt.Errorf("ticket %d: %w", t.ID, err)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "ticket %d %s: %s\n", t.ID, a.action.Kind, plain(t.Title))
			}
			return nil
		})
	}
	return cmd
}

func ticketsSolveCommand(db *database) *cobra.Command {
	a := &ticketsAction{db: db, action: ticketing.Action{Kind: ticketing.EventSolved}}
	cmd := a.command(&cobra.Command{
		Use: "solve ID...", Short: "Mark tickets as solved",
		Long: `Solve marks tickets as solved. A record that recurs makes a solved ticket a regressed one.

With --next-release, the next release has the fix: records of releases that were seen
before now are counted, and leave the ticket solved. Records without a release do not.`,
		Example: `  logbook tickets solve 3 5 --db sqlite:tickets.db
  logbook tickets solve 3 --next-release --comment 'issue 17' --db sqlite:tickets.db`,
	})
	cmd.Flags().BoolVar(&a.action.NextRelease, "next-release", false, "the next release has the fix")
	return cmd
}

func ticketsReopenCommand(db *database) *cobra.Command {
	a := &ticketsAction{db: db, action: ticketing.Action{Kind: ticketing.EventReopened}}
	return a.command(&cobra.Command{
		Use: "reopen ID...", Short: "Open solved or muted tickets again",
		Long:    `Reopen opens tickets that are solved, muted or regressed.`,
		Example: "  logbook tickets reopen 3 --comment 'the fix was withdrawn' --db sqlite:tickets.db",
	})
}

func ticketsMuteCommand(db *database) *cobra.Command {
	var until time.Time
	var duration, within time.Duration
	var n count
	a := &ticketsAction{db: db, action: ticketing.Action{Kind: ticketing.EventMuted}}
	a.check = func(action *ticketing.Action) error {
		now := time.Now()
		switch {
		case !until.IsZero() && duration > 0:
			return errors.New("--until and --for cannot be used together")
		case !until.IsZero() && !until.After(now):
			return errors.New("the time of --until is over: want one to come")
		case within > 0 && n == 0:
			return errors.New("--within needs --count")
		case duration > 0:
			until = now.Add(duration)
		}
		action.Mute = ticketing.Mute{Until: until, Count: int64(n), Period: within}
		return nil
	}
	cmd := a.command(&cobra.Command{
		Use: "mute ID...", Short: "Hide tickets that are known",
		Long: `Mute hides tickets that are known, until they recur after a time, or often. Their records
are counted meanwhile. A ticket that does not recur stays muted; without options, it stays
muted until somebody reopens it. With several options, the first that applies opens it.`,
		Example: `  logbook tickets mute 3 --for 7d --db sqlite:tickets.db
  logbook tickets mute 3 --until 2027-01-01 --db sqlite:tickets.db
  logbook tickets mute 3 --count 100 --within 1h --db sqlite:tickets.db`,
	})
	cmd.Flags().Var(&momentFlag{&until}, "until", "until it recurs after `TIME`, such as 2027-01-01")
	cmd.Flags().Var(&durationFlag{&duration}, "for", "until it recurs after `DURATION` from now, such as 7d")
	cmd.Flags().Var(&n, "count", "until `N` records recur")
	cmd.Flags().Var(&durationFlag{&within}, "within", "until the records of --count recur within `DURATION`, such as 1h")
	for _, name := range []string{"for", "within"} {
		cmd.Flags().Lookup(name).DefValue = "" // not 0s
	}
	return cmd
}

// momentFlag is the value of a flag that takes a time, but no duration.
type momentFlag struct{ t *time.Time }

func (f *momentFlag) Set(v string) error { return parseTime(v, f.t) }
func (f *momentFlag) Type() string       { return "time" }
func (f *momentFlag) String() string     { return "" }

func ticketsAssignCommand(db *database) *cobra.Command {
	a := &ticketsAction{db: db, action: ticketing.Action{Kind: ticketing.EventAssigned}}
	cmd := a.command(&cobra.Command{
		Use: "assign ID... --to NAME", Short: "Assign tickets to somebody",
		Long: `Assign notes who takes care of tickets. With --to '', nobody does.`,
		Example: `  logbook tickets assign 3 5 --to wilma --db sqlite:tickets.db
  logbook tickets assign 3 --to '' --db sqlite:tickets.db`,
	})
	cmd.Flags().StringVar(&a.action.Assignee, "to", "", "`NAME` of the one who takes care; '' for nobody")
	a.check = func(*ticketing.Action) error {
		if !cmd.Flags().Changed("to") {
			return errors.New("missing --to: want a name, or '' for nobody")
		}
		return nil
	}
	return cmd
}

func ticketsMergeCommand(db *database) *cobra.Command {
	by, comment := "", ""
	cmd := &cobra.Command{
		Use: "merge INTO ID...", Short: "Join tickets that are one problem", Args: wantIDs(2),
		Long: `Merge adds the counts, records and fingerprints of tickets to the first one, whose state
does not change. Their ids stand for it from then on. The counts cannot be separated again.`,
		Example: "  logbook tickets merge 3 7 8 --db sqlite:tickets.db",
		RunE: func(cmd *cobra.Command, args []string) error {
			return db.useTickets(cmd, args, func(ctx context.Context, s ticketing.Store, ids []int64, list []*ticketing.Ticket) error {
				into := list[0].ID
				if err := s.Merge(ctx, into, ids[1:], by); err != nil {
					return err
				}
				if comment != "" {
					if err := s.Act(ctx, into, &ticketing.Action{Kind: ticketing.EventCommented, Actor: by, Comment: comment}); err != nil {
						return err
					}
				}
				t, err := s.Ticket(ctx, into)
				if err == nil {
					fmt.Fprintf(cmd.OutOrStdout(), "ticket %d has %s now: %s\n", t.ID, number(uint64(t.Count), "record"), plain(t.Title))
				}
				return err
			})
		},
	}
	addActorFlags(cmd, &by, &comment)
	return cmd
}

func ticketsDeleteCommand(db *database) *cobra.Command {
	return &cobra.Command{
		Use: "delete ID...", Short: "Delete tickets with all their records", Args: wantIDs(1),
		Long: `Delete deletes tickets with their records, counts and history. It does not ask. A record
that recurs makes a new ticket; to hide one for good, use mute.`,
		Example: "  logbook tickets delete 3 5 --db sqlite:tickets.db",
		RunE: func(cmd *cobra.Command, args []string) error {
			return db.useTickets(cmd, args, func(ctx context.Context, s ticketing.Store, ids []int64, list []*ticketing.Ticket) error {
				if err := s.Delete(ctx, ids...); err != nil {
					return err
				}
				for _, t := range list {
					fmt.Fprintf(cmd.OutOrStdout(), "ticket %d deleted: %s\n", t.ID, plain(t.Title))
				}
				return nil
			})
		},
	}
}
