package ticketing

import (
	"errors"
	"log/slog"
	"slices"
	"time"
)

// Query selects tickets. nil and the zero value select all, newest first. Texts are compared
// exactly, unless it says otherwise.
type Query struct {
	States []State // none means all

	Text     string       // in title, location or channel, in any case
	Channel  string       // all, if these are empty
	AppID    string       //
	Assignee string       //
	Host     string       // of a record
	Release  string       // of a record
	Linked   bool         // only tickets with a Link
	Level    slog.Leveler // the lowest level
	Since    time.Time    // last seen at this time or later
	Until    time.Time    // last seen before this time

	Order  Order   // default ByLastSeen
	After  *Ticket // the last ticket of the page before this one: its ID, LastSeen and Count
	Limit  int     // default 50
	Offset int     // slow for large offsets; use After
}

// Order is an order of tickets or occurrences, with the names of Python Logbook. A "-" at the
// beginning means descending.
type Order string

// Orders of tickets.
const (
	ByLastSeen        Order = "-last_occurrence_time" // newest first
	ByLastSeenOldest  Order = "last_occurrence_time"
	ByCount           Order = "-occurrence_count" // most frequent first
	ByCountLeast      Order = "occurrence_count"
	ByTime            Order = "-time" // of occurrences: newest first
	ByTimeOldestFirst Order = "time"
)

// OccurrenceQuery selects the occurrences of a ticket. nil selects the newest 50.
type OccurrenceQuery struct {
	Order  Order // ByTime, which is the default, or ByTimeOldestFirst
	Limit  int   // default 50
	Offset int
}

const defaultLimit = 50

var errNegative = errors.New("want 0 or more")

// WithDefaults returns the query with the defaults in place of zeros, or an error if it is
// invalid. It is for stores.
func (q *Query) WithDefaults() (Query, error) {
	if q == nil {
		q = new(Query)
	}
	d := *q
	orDefault(&d.Order, ByLastSeen)
	orDefault(&d.Limit, defaultLimit)
	switch {
	case !slices.Contains([]Order{ByLastSeen, ByLastSeenOldest, ByCount, ByCountLeast}, d.Order):
		return Query{}, optionError("Query", "Order", errors.New("want last_occurrence_time or occurrence_count, or one of them with a - before it"))
	case d.Limit < 0:
		return Query{}, optionError("Query", "Limit", errNegative)
	case d.Offset < 0:
		return Query{}, optionError("Query", "Offset", errNegative)
	}
	for _, s := range d.States {
		if s < Open || s > Solved {
			return Query{}, optionError("Query", "States", errors.New("unknown state"))
		}
	}
	return d, nil
}

// WithDefaults returns the query with the defaults in place of zeros, or an error if it is
// invalid. It is for stores.
func (q *OccurrenceQuery) WithDefaults() (OccurrenceQuery, error) {
	if q == nil {
		q = new(OccurrenceQuery)
	}
	d := *q
	orDefault(&d.Order, ByTime)
	orDefault(&d.Limit, defaultLimit)
	switch {
	case d.Order != ByTime && d.Order != ByTimeOldestFirst:
		return OccurrenceQuery{}, optionError("OccurrenceQuery", "Order", errors.New("want time or -time"))
	case d.Limit < 0:
		return OccurrenceQuery{}, optionError("OccurrenceQuery", "Limit", errNegative)
	case d.Offset < 0:
		return OccurrenceQuery{}, optionError("OccurrenceQuery", "Offset", errNegative)
	}
	return d, nil
}
