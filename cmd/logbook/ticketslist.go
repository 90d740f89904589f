package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

const ticketsListHelp = `List prints tickets as a table: those that are open or regressed, the one that was
seen last first. --state all prints all. Filters that are given together must all hold.

If there are more than --limit, the last line names the option that prints the next ones.

` + ticketsJSONHelp

const ticketsListExamples = `  logbook tickets list --db sqlite:tickets.db
  logbook tickets list --state all --order most --db sqlite:tickets.db
  logbook tickets list --text timeout --channel app.db --since 7d --db sqlite:tickets.db
  logbook tickets list --state muted --json --db sqlite:tickets.db | jq .id`

// states are the values of --state.
var states = map[string][]ticketing.State{
	"open": {ticketing.Open}, "regressed": {ticketing.Regressed}, "muted": {ticketing.Muted}, "solved": {ticketing.Solved},
	"all": {ticketing.Open, ticketing.Regressed, ticketing.Muted, ticketing.Solved},
}

// orders are the values of --order.
var orders = map[string]ticketing.Order{
	"newest": ticketing.ByLastSeen, "oldest": ticketing.ByLastSeenOldest, "most": ticketing.ByCount, "least": ticketing.ByCountLeast,
}

// ticketsList holds the flags of the command "logbook tickets list".
type ticketsList struct {
	q        ticketing.Query
	states   []string
	level    logbook.Level
	order    string
	after    int64
	limit    count
	absolute bool
	json     bool
}

func ticketsListCommand(db *database) *cobra.Command {
	l := &ticketsList{level: logbook.LevelNotSet, limit: 50}
	cmd := &cobra.Command{
		Use: "list", Short: "List tickets", Long: ticketsListHelp, Example: ticketsListExamples, Args: wantArgs(0, 0, "none"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := l.check(); err != nil {
				return err
			}
			return db.use(cmd, func(ctx context.Context, s ticketing.Store) error {
				return l.run(ctx, s, cmd.OutOrStdout(), time.Now())
			})
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringSliceVar(&l.states, "state", []string{"open", "regressed"}, "list tickets of a `STATE`: open, regressed, muted, solved or all; may be repeated")
	flags.Lookup("state").DefValue = "open,regressed"
	flags.StringVar(&l.q.Text, "text", "", "with a `TEXT` in the title, location or channel, in any case")
	flags.StringVar(&l.q.Channel, "channel", "", "of the channel `NAME`")
	flags.Var(&levelFlag{&l.level}, "level", "of at least `LEVEL`, such as error")
	flags.StringVar(&l.q.AppID, "app", "", "of the program `NAME`")
	flags.StringVar(&l.q.Host, "host", "", "seen on the host `NAME`")
	flags.StringVar(&l.q.Release, "release", "", "seen in the release `NAME`")
	flags.StringVar(&l.q.Assignee, "assignee", "", "assigned to `NAME`")
	flags.BoolVar(&l.q.Linked, "linked", false, "with a link to an issue in a tracker")
	flags.Var(&timeFlag{&l.q.Since}, "since", "last seen at `TIME` or later")
	flags.Var(&timeFlag{&l.q.Until}, "until", "last seen before `TIME`")
	flags.StringVar(&l.order, "order", "newest", "in the `ORDER` newest, oldest, most or least: by last seen, or by count")
	flags.Var(&l.limit, "limit", "at most `N` tickets")
	flags.Int64Var(&l.after, "after", 0, "those that follow the ticket `ID` in the order")
	flags.IntVar(&l.q.Offset, "offset", 0, "without the first `N`; --after is faster")
	flags.BoolVar(&l.absolute, "absolute", false, "print times, not how long ago")
	flags.BoolVar(&l.json, "json", false, "print JSON, one ticket a line")
	fixed := func(words ...cobra.Completion) cobra.CompletionFunc {
		return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
	}
	_ = cmd.RegisterFlagCompletionFunc("state", fixed("open", "regressed", "muted", "solved", "all")) // fails for flags that do not exist
	_ = cmd.RegisterFlagCompletionFunc("order", fixed("newest", "oldest", "most", "least"))
	_ = cmd.RegisterFlagCompletionFunc("level", completeLevels)
	return cmd
}

// check completes the query.
func (l *ticketsList) check() error {
	for _, name := range l.states {
		known, found := states[name]
		if !found {
			return fmt.Errorf("invalid --state %q: want open, regressed, muted, solved or all", name)
		}
		l.q.States = append(l.q.States, known...)
	}
	var found bool
	if l.q.Order, found = orders[l.order]; !found {
		return fmt.Errorf("invalid --order %q: want newest, oldest, most or least", l.order)
	}
	if l.level != logbook.LevelNotSet {
		l.q.Level = l.level
	}
	if l.q.Offset < 0 {
		return fmt.Errorf("invalid --offset %d: want 0 or more", l.q.Offset)
	}
	l.q.Limit = int(l.limit)
	return nil
}

func (l *ticketsList) run(ctx context.Context, s ticketing.Store, out io.Writer, now time.Time) error {
	if l.after != 0 {
		last, err := s.Ticket(ctx, l.after)
		if err != nil {
			return fmt.Errorf("ticket %d: %w", l.after, err)
		}
		l.q.After = last
	}
	l.q.Limit++ // to see whether there are more
	list, err := s.Tickets(ctx, &l.q)
	if err != nil {
		return err
	}
	more := len(list) == l.q.Limit
	if more {
		list = list[:len(list)-1]
	}
	if l.json {
		e := newEncoder(out)
		for _, t := range list {
			if err := e.Encode(t); err != nil {
				return err
			}
		}
		return nil
	}
	if len(list) == 0 {
		return l.none(ctx, s, out)
	}
	if err := l.table(out, list, now); err != nil || !more {
		return err
	}
	all, err := s.Count(ctx, &l.q)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d of %s; for the next ones: --after %d\n", len(list), number(uint64(all), "ticket"), list[len(list)-1].ID)
	return err
}

// none says that no tickets were found.
func (l *ticketsList) none(ctx context.Context, s ticketing.Store, out io.Writer) error {
	all, err := s.Count(ctx, nil)
	switch {
	case err != nil:
		return err
	case all == 0:
		_, err = fmt.Fprintln(out, "no tickets")
	default:
		_, err = fmt.Fprintf(out, "none of %s; to see all: --state all\n", number(uint64(all), "ticket"))
	}
	return err
}

// maxShownTitle bounds a title in the table, in bytes.
const maxShownTitle = 72

func (l *ticketsList) table(out io.Writer, list []*ticketing.Ticket, now time.Time) error {
	shown := func(t time.Time) string {
		if l.absolute {
			return t.Local().Format(time.DateTime)
		}
		return ago(now.Sub(t))
	}
	assigned := slices.ContainsFunc(list, func(t *ticketing.Ticket) bool { return t.Assignee != "" })
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	columns := []string{"ID", "STATE", "LEVEL", "COUNT", "LAST SEEN", "FIRST SEEN", "ASSIGNEE", "TITLE", "LOCATION"}
	row := func(cells []string) {
		if !assigned {
			cells = slices.Delete(cells, 6, 7)
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	row(columns)
	for _, t := range list {
		row([]string{
			fmt.Sprint(t.ID), t.State.String(), t.Level.String(), fmt.Sprint(t.Count), shown(t.LastSeen), shown(t.FirstSeen),
			plain(t.Assignee), plain(text.Cut(t.Title, maxShownTitle, "…")), plain(shortLocation(t.Location)),
		})
	}
	return w.Flush()
}

// plain returns a text with control characters escaped.
func plain(s string) string { return string(encode.AppendText(nil, s)) }

// shortLocation returns the last two elements of a path, or "-" if it is unknown.
func shortLocation(s string) string {
	if s == unknownLocation {
		return "-"
	}
	end := strings.LastIndexAny(s, `/\`)
	if end < 0 {
		return s
	}
	return s[strings.LastIndexAny(s[:end], `/\`)+1:]
}

// unknownLocation is the location of a record without a source.
const unknownLocation = ":0"

// ago returns how long ago something was, in one unit.
func ago(d time.Duration) string {
	d = max(0, d)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds ago", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm ago", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh ago", d/time.Hour)
	}
	return fmt.Sprintf("%dd ago", d/(24*time.Hour))
}
