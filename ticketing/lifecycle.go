package ticketing

import (
	"cmp"
	"errors"
	"net/url"
	"time"
	"unicode/utf8"

	"github.com/logbook-go/logbook/logbook"
)

// An Action is a change that a person, or a program, makes to a ticket.
type Action struct {
	Kind    EventKind // one of the first six
	Actor   string    // who makes it
	Comment string

	// NextRelease, of EventSolved, means that the next release has the fix. Records of
	// releases that were first seen before the ticket was solved do not reopen it then, but
	// are counted. Records without a release reopen it.
	NextRelease bool

	Mute     Mute   // of EventMuted: Until, Count and Period
	Assignee string // of EventAssigned; "" for nobody
	Link     string // of EventLinked: an http or https URL of at most 512 characters; "" for none
}

var errAction = errors.New("want solved, reopened, muted, assigned, commented or linked")

// Act applies an action, and returns the event for the history. It is for stores.
func (t *Ticket) Act(a *Action, now time.Time) (Event, error) {
	switch a.Kind {
	case EventSolved:
		t.State, t.SolvedAt, t.NextRelease, t.Mute = Solved, now, a.NextRelease, Mute{}
	case EventReopened:
		t.State, t.NextRelease, t.Mute = Open, false, Mute{}
	case EventMuted:
		if a.Mute.Count < 0 || a.Mute.Period < 0 || a.Mute.Period > 0 && a.Mute.Count == 0 {
			return Event{}, optionError("Action", "Mute", errors.New("want a positive Count, and a Period only with it"))
		}
		t.State, t.Mute = Muted, Mute{Until: a.Mute.Until, Count: a.Mute.Count, Period: a.Mute.Period}
	case EventAssigned:
		t.Assignee = a.Assignee
	case EventCommented:
	case EventLinked:
		if err := checkLink(a.Link); err != nil {
			return Event{}, optionError("Action", "Link", err)
		}
		t.Link = a.Link
	default:
		return Event{}, optionError("Action", "Kind", errAction)
	}
	event := Event{Time: now, Kind: a.Kind, Actor: a.Actor, Comment: a.Comment}
	switch a.Kind {
	case EventAssigned:
		orDefault(&event.Comment, a.Assignee)
	case EventLinked:
		orDefault(&event.Comment, a.Link)
	}
	return event, nil
}

const maxLink = 512

func checkLink(link string) error {
	if link == "" {
		return nil
	}
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || utf8.RuneCountInString(link) > maxLink || !utf8.ValidString(link) {
		return errors.New("want an http or https URL of at most 512 characters")
	}
	return nil
}

// Recur counts one more record, and changes the state if that makes it open again. firstSeen
// is called for the time at which the record's release was first seen, of any ticket. If the
// state changed, ok is true, and the event is for the history. It is for stores.
func (t *Ticket) Recur(e *Entry, firstSeen func(release string) time.Time) (event Event, ok bool) {
	t.Count++
	if t.Count == 1 {
		t.FirstSeen, t.LastSeen = e.Time, e.Time
	}
	if e.Time.Before(t.FirstSeen) {
		t.FirstSeen = e.Time
	}
	if e.Time.After(t.LastSeen) {
		t.LastSeen = e.Time
	}
	if e.Release != "" {
		if t.FirstRelease == "" {
			t.FirstRelease = e.Release
		}
		t.LastRelease = e.Release
	}
	switch {
	case t.State == Solved:
		if t.NextRelease && e.Release != "" && !firstSeen(e.Release).After(t.SolvedAt) {
			return Event{}, false
		}
		t.State, t.NextRelease = Regressed, false
		t.Regressions++
		return Event{Time: e.Time, Kind: EventRegressed, Comment: e.Release}, true
	case t.State == Muted && t.Mute.ends(e.Time):
		t.State, t.Mute = Open, Mute{}
		return Event{Time: e.Time, Kind: EventUnmuted}, true
	}
	return Event{}, false
}

// ends counts a record, and reports whether it ends the mute.
func (m *Mute) ends(at time.Time) bool {
	if m.Count > 0 {
		if m.Seen == 0 || m.Period > 0 && at.Sub(m.Began) >= m.Period {
			m.Began, m.Seen = at, 0
		}
		m.Seen++
	}
	return !m.Until.IsZero() && at.After(m.Until) || m.Count > 0 && m.Seen >= m.Count
}

// Absorb adds the counts, times and releases of a ticket that is merged into this one, and its
// link if this one has none. It is for stores.
func (t *Ticket) Absorb(o *Ticket) {
	if o.FirstSeen.Before(t.FirstSeen) {
		t.FirstSeen, t.FirstRelease = o.FirstSeen, cmp.Or(o.FirstRelease, t.FirstRelease)
	}
	if o.LastSeen.After(t.LastSeen) {
		t.LastSeen, t.LastRelease = o.LastSeen, cmp.Or(o.LastRelease, t.LastRelease)
	}
	t.Count += o.Count
	t.Stored += o.Stored
	t.Regressions += o.Regressions
	orDefault(&t.Link, o.Link)
}

func optionError(options, option string, err error) error {
	return &logbook.OptionError{Options: "ticketing." + options, Option: option, Err: err}
}
