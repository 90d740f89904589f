package ticketing

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/logbook-go/logbook/logbook"
)

// A Store keeps tickets. Its methods are safe for concurrent use, and several processes may
// use one database. ticketingtest.TestStore tests an implementation.
//
// An id of a ticket that was merged stands for the ticket that it was merged into. An unknown
// id is an error that wraps [ErrNotFound]. Invalid queries and actions are a
// [*logbook.OptionError] and change nothing.
//
// The methods return when the context ends, or soon after. Whether a change was made by
// then is not known; recording the same entries again is safe if they have a Number.
type Store interface {
	// Record records entries: all of them, on disk when it returns, or none. Entries may
	// belong to the same ticket. A ticket that does not exist is created, unless the limit
	// of new tickets is reached; then the entry is recorded under the overflow ticket. No
	// entry is lost when processes record the first entry of a ticket at once.
	//
	// An entry with an Instance and a Number that was recorded before is not recorded again.
	// Of each instance, a store remembers the numbers of the last 4096; a lower number counts
	// as recorded.
	Record(ctx context.Context, entries []*Entry) error

	// Tickets returns the tickets that a query selects.
	Tickets(ctx context.Context, q *Query) ([]*Ticket, error)

	// Count returns the number of tickets that a query selects, without After, Limit and
	// Offset.
	Count(ctx context.Context, q *Query) (int, error)

	// Ticket returns a ticket.
	Ticket(ctx context.Context, id int64) (*Ticket, error)

	// Occurrences returns the occurrences of a ticket that are kept.
	Occurrences(ctx context.Context, id int64, q *OccurrenceQuery) ([]*Occurrence, error)

	// History returns what happened to a ticket, oldest first.
	History(ctx context.Context, id int64) ([]Event, error)

	// Hours returns the number of occurrences of tickets in each hour from one time to
	// another, for charts. Each slice has an element for each hour that begins before to, the
	// first of which contains from. At most 2400 hours are allowed.
	Hours(ctx context.Context, ids []int64, from, to time.Time) (map[int64][]int64, error)

	// Act changes a ticket, and adds the change to its history.
	Act(ctx context.Context, id int64, a *Action) error

	// Fingerprints returns the fingerprints of a ticket: those of merged tickets are added.
	Fingerprints(ctx context.Context, id int64) ([]Fingerprint, error)

	// Merge adds the counts, occurrences and fingerprints of tickets to another one, whose
	// state does not change. by is who does it.
	Merge(ctx context.Context, into int64, ids []int64, by string) error

	// Split gives a fingerprint of a ticket a ticket of its own, and returns its id. The
	// counts and occurrences stay where they are, so that the new ticket has none. The last
	// fingerprint of a ticket cannot be split off.
	Split(ctx context.Context, id int64, f Fingerprint, by string) (int64, error)

	// Watch returns a channel that receives a value soon after the store changed, by this
	// process or another one. Values are not queued: one stands for all changes since the
	// one before it was received. The channel is closed when the context ends or the store is
	// closed.
	Watch(ctx context.Context) (<-chan struct{}, error)

	// Document returns a small document of a program that works with tickets, such as its
	// accounts, and the version of it. If there is none, data is nil and the version 0.
	Document(ctx context.Context, name string) (data []byte, version int64, err error)

	// SetDocument writes a document of at most [MaxDocument] bytes; no data deletes it. If
	// its version is not the given one any more, it does not change, and the error wraps
	// [ErrConflict]. A name never has the same version twice.
	SetDocument(ctx context.Context, name string, data []byte, version int64) error

	// Delete deletes tickets with all that belongs to them. Unknown ids are ignored. A
	// fingerprint that recurs makes a new ticket.
	Delete(ctx context.Context, ids ...int64) error

	// Prune brings the store within its limits, at a given time, and returns the number of
	// tickets that it deleted. Stores also do that themselves from time to time.
	Prune(ctx context.Context, now time.Time) (deleted int, err error)

	// Stats returns the counts since the store was opened. Handled are the entries recorded,
	// Suppressed those that had been recorded before. Counters: "created_tickets",
	// "pruned_tickets", "overflowed_records", which were recorded under an overflow ticket,
	// and "unkept_occurrences", which were counted and not kept, or are not kept any more.
	logbook.StatsReporter

	// Close waits for calls that are running, within the context, and closes the store. The
	// other methods return [logbook.ErrClosed] then.
	logbook.Closer
}

// MaxHours bounds the hours that [Store.Hours] returns.
const MaxHours = 2400

// MaxDocument bounds the bytes of a document.
const MaxDocument = 1 << 20

// CheckDocument returns an error if the name or the size of a document is invalid. It is for
// stores.
func CheckDocument(name string, data []byte) error {
	switch {
	case name == "" || len(name) > maxName || !utf8.ValidString(name):
		return optionError("Store", "SetDocument", fmt.Errorf("invalid name: want 1 to %d bytes of UTF-8", maxName))
	case len(data) > MaxDocument:
		return optionError("Store", "SetDocument", fmt.Errorf("document %s has %d bytes: want at most %d", name, len(data), MaxDocument))
	}
	return nil
}
