package follow

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// Options configure [New]. nil is the default, which does nothing.
type Options struct {
	// Name is that of the follower. Followers with different names do not know of each other.
	// Default "default".
	Name string

	// Query says which tickets are followed. Only States, Text, Channel, AppID, Assignee, Host,
	// Release and Level are used, but not for Solve the States and the Assignee. Default all.
	Query *ticketing.Query

	// Alert receives a record for each event of Events, with the level and the channel of the
	// ticket, a message such as "new: no such host", and the attributes "ticket", "event", "count",
	// "first_seen", "app", "location" and "page". Its level and filter apply. Default: no alerts.
	Alert logbook.Handler

	// Events are those that Alert is for: EventCreated, EventRegressed and EventUnmuted. Default
	// these three.
	Events []ticketing.EventKind

	// Rate adds alerts for tickets that are seen often.
	Rate Rate

	// PerMinute bounds the alerts in a minute. The next one after it says how many were left
	// out. Default 20.
	PerMinute int

	// Page is the address of the tickets in a browser. The number of the ticket, after a "/", is
	// added to it in the attribute "page". Default: there is none.
	Page string

	// Tracker is where issues are, usually a [*tracker.Tracker]. An issue is created for each
	// event of Create, which are of the same kinds as Events, if the ticket has no link. Default
	// none.
	Tracker Tracker
	Create  []ticketing.EventKind

	// Solve means that a ticket is solved when its issue is closed, after it was seen open. Issues
	// are looked at each five minutes.
	Solve bool

	// Report is called with failures of the store and the tracker. Default: they are printed to
	// the standard error.
	Report func(error)
}

// Rate is a number of records of a ticket within the last whole hours, and the running one. A
// ticket that is still seen as often is reported again after that time.
type Rate struct {
	Count int64 // 0: no alerts for this
	Hours int   // default 1
}

// Tracker is where issues are. Package tracker has one.
type Tracker interface {
	// Create creates an issue, and returns its address.
	Create(ctx context.Context, t *ticketing.Ticket) (link string, err error)

	// State reports whether the issue with an address is closed. An error that wraps
	// [errors.ErrUnsupported] means that it is not known.
	State(ctx context.Context, link string) (closed bool, err error)
}

var reported = []ticketing.EventKind{ticketing.EventCreated, ticketing.EventRegressed, ticketing.EventUnmuted}

// withDefaults returns the options with the defaults, or an error if they are invalid.
func (o *Options) withDefaults() (Options, error) {
	if o == nil {
		o = new(Options)
	}
	d := *o
	if d.Name == "" {
		d.Name = "default"
	}
	if d.Events == nil {
		d.Events = reported
	}
	if d.Rate.Hours == 0 {
		d.Rate.Hours = 1
	}
	if d.PerMinute == 0 {
		d.PerMinute = 20
	}
	if d.Report == nil {
		d.Report = func(err error) { fmt.Fprintln(os.Stderr, "logbook:", err) }
	}
	if _, err := d.Query.WithDefaults(); err != nil {
		return d, err
	}
	for name, kinds := range map[string][]ticketing.EventKind{"Events": d.Events, "Create": d.Create} {
		for _, k := range kinds {
			if !slices.Contains(reported, k) {
				return d, optionError(name, "want created, regressed or unmuted")
			}
		}
	}
	switch {
	case d.Rate.Count < 0 || d.Rate.Hours < 0 || d.Rate.Hours >= ticketing.MaxHours:
		return d, optionError("Rate", fmt.Sprintf("want no negative number, and less than %d hours", ticketing.MaxHours))
	case d.PerMinute < 0:
		return d, optionError("PerMinute", "want a positive number")
	case (len(d.Create) > 0 || d.Solve) && d.Tracker == nil:
		return d, optionError("Tracker", "missing")
	}
	return d, nil
}

func optionError(option, text string) error {
	return &logbook.OptionError{Options: "follow.Options", Option: option, Err: errors.New(text)}
}
