package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/config/tickets"
	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/ticketing"
)

const ticketsHelp = `Tickets shows and changes the tickets in a database. A ticket stands for all records
of one call site that fails. Tickets are made by a sink of the program that logs, or
of "logbook collect" and "logbook pipe":

  logbook collect --from otlp://127.0.0.1:4318 --to 'sqlite:tickets.db?level=warning'

--db is the URI of such a sink; see "logbook help sink sqlite" and "logbook help sink
postgres". The database must exist, except for import. It may be in use by other
programs.

A TIME is a duration before now, such as 90m or 7d, a date, a date with a time in the
local zone, such as "2026-02-03 14:00", or a time of RFC 3339.`

const ticketsExamples = `  logbook tickets list --db sqlite:tickets.db
  logbook tickets show 3 --db sqlite:tickets.db
  logbook tickets solve 3 5 --comment 'fixed by the new driver' --db sqlite:tickets.db
  logbook tickets list --db sqlite:tickets.db --json | jq .title`

func ticketsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "tickets", Short: "Show and change tickets of what failed", Long: ticketsHelp, Example: ticketsExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command %q: want list, show, solve, reopen, mute, assign, merge, delete, stats, prune or import", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	db := new(database)
	db.addFlag(cmd)
	cmd.AddCommand(
		ticketsListCommand(db), ticketsShowCommand(db),
		ticketsSolveCommand(db), ticketsReopenCommand(db), ticketsMuteCommand(db), ticketsAssignCommand(db),
		ticketsMergeCommand(db), ticketsDeleteCommand(db),
		ticketsStatsCommand(db), ticketsPruneCommand(db), ticketsImportCommand(db),
	)
	return cmd
}

// database holds the flag --db.
type database struct{ uri string }

// use opens the store, and calls fn with it. An error of the store itself, after it was
// opened, ends the program with the code 1.
func (d *database) use(cmd *cobra.Command, fn func(ctx context.Context, s ticketing.Store) error) error {
	if d.uri == "" {
		return errNoDatabase
	}
	s, err := tickets.OpenStore(d.uri)
	if err != nil {
		if errors.Is(err, ticketing.ErrMissing) || errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf(`%w; "logbook tickets import" makes what is missing`, openError(err))
		}
		return openError(err)
	}
	return closeAfter(cmd, s, fn)
}

// addFlag adds the flag --db to a command and those below it.
func (d *database) addFlag(cmd *cobra.Command) {
	cmd.PersistentFlags().StringVar(&d.uri, "db", "", "the database: the `URI` of a sink of tickets, such as sqlite:tickets.db")
	_ = cmd.RegisterFlagCompletionFunc("db", cobra.FixedCompletions([]cobra.Completion{"sqlite:", "postgres://"}, cobra.ShellCompDirectiveNoSpace)) // fails for flags that do not exist
}

// create is like use, but makes the database if it does not exist.
func (d *database) create(cmd *cobra.Command, fn func(ctx context.Context, s ticketing.Store) error) error {
	if d.uri == "" {
		return errNoDatabase
	}
	h, err := tickets.OpenHandler(d.uri)
	if err != nil {
		return openError(err)
	}
	return closeAfter(cmd, h.Store(), fn)
}

var errNoDatabase = errors.New("missing --db: want the URI of a sink of tickets, such as sqlite:tickets.db")

func closeAfter(cmd *cobra.Command, s ticketing.Store, fn func(ctx context.Context, s ticketing.Store) error) error {
	ctx := cmp.Or(cmd.Context(), context.Background())
	err := errors.Join(fn(ctx, s), s.Close(ctx))
	if err == nil || errors.Is(err, ticketing.ErrNotFound) || errors.As(err, new(*usageError)) || errors.As(err, new(*exitError)) {
		return err
	}
	complain(cmd.ErrOrStderr(), "%v", err)
	return &exitError{exitFailed}
}

// usageError is an error of the command line that only the store can find.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

// openError returns the error for a database that cannot be opened.
func openError(err error) error {
	e := (*config.URIError)(nil)
	if !errors.As(err, &e) {
		return err
	}
	if store, found := strings.CutPrefix(e.Err.Error(), "tickets: "); found {
		return errors.New(store)
	}
	option := ""
	if e.Option != "" {
		option = fmt.Sprintf(": option %q", e.Option)
	}
	return fmt.Errorf("--db %q%s: %w", strings.TrimSuffix(strings.TrimSuffix(e.URI, "&no_create=true"), "?no_create=true"), option, e.Err)
}

// wantIDs checks that the arguments are ids of tickets.
func wantIDs(least int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < least {
			return fmt.Errorf("got %s, want at least %d: ids of tickets", number(uint64(len(args)), "argument"), least)
		}
		_, err := parseIDs(args)
		return err
	}
}

func parseIDs(args []string) (ids []int64, err error) {
	for _, a := range args {
		id, err := strconv.ParseInt(a, 10, 64)
		if err != nil || id < 1 {
			return nil, fmt.Errorf("invalid id of a ticket %q: want a number", a)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// useTickets calls fn with the tickets of the ids in args, which wantIDs has checked. A ticket that
// was merged into another one has another id than in ids. The error names an id that is unknown.
func (db *database) useTickets(cmd *cobra.Command, args []string, fn func(ctx context.Context, s ticketing.Store, ids []int64, list []*ticketing.Ticket) error) error {
	ids, err := parseIDs(args)
	if err != nil {
		return err
	}
	return db.use(cmd, func(ctx context.Context, s ticketing.Store) error {
		var list []*ticketing.Ticket
		for _, id := range ids {
			t, err := s.Ticket(ctx, id)
			if err != nil {
				return fmt.Errorf("ticket %d: %w", id, err)
			}
			list = append(list, t)
		}
		return fn(ctx, s, ids, list)
	})
}

// timeFlag is the value of a flag that takes a time, or a duration before now.
type timeFlag struct{ t *time.Time }

func (f *timeFlag) Set(v string) error {
	if d, err := text.ParseDuration(v); err == nil && d >= 0 {
		*f.t = time.Now().Add(-d)
		return nil
	}
	if err := parseTime(v, f.t); err != nil {
		return fmt.Errorf("%w, or a duration such as 7d", err)
	}
	return nil
}

func (f *timeFlag) Type() string   { return "time" }
func (f *timeFlag) String() string { return "" }

// parseTime parses a date with or without a time.
func parseTime(v string, to *time.Time) error {
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", time.DateTime, "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, v, time.Local); err == nil {
			*to = t
			return nil
		}
	}
	return fmt.Errorf(`invalid time %q: want one such as 2026-02-03, "2026-02-03 14:00" or 2026-02-03T14:00:00Z`, v)
}

// osUser is the name of the user who runs the program.
func osUser() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return cmp.Or(os.Getenv("USER"), os.Getenv("USERNAME"), "unknown")
}
