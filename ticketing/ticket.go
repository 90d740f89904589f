package ticketing

import (
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// State is the state of a ticket.
type State int8

const (
	Open      State = iota
	Regressed       // open again, since it recurred after it was solved
	Muted           // known, and not to be shown for some time
	Solved
)

var stateNames = [...]string{"open", "regressed", "muted", "solved"}

// String returns the name in lower case.
func (s State) String() string {
	if s < 0 || int(s) >= len(stateNames) {
		return "unknown"
	}
	return stateNames[s]
}

// A Ticket stands for all records with its fingerprints.
type Ticket struct {
	ID          int64
	Fingerprint Fingerprint // the first one; see [Store.Fingerprints]
	AppID       string
	Level       logbook.Level
	Channel     string
	Location    string // FILE:LINE of the first record
	Module      string // its package, or module in Python
	Title       string // the first line of the first record's message

	State       State
	Count       int64 // occurrences that were recorded
	Stored      int64 // occurrences that are kept; see [Limits]
	FirstSeen   time.Time
	LastSeen    time.Time
	Assignee    string
	Link        string // the URL of an issue in a tracker
	Regressions int    // how often it recurred after it was solved

	FirstRelease string // of the records that name their release
	LastRelease  string

	SolvedAt    time.Time // zero if it was never solved
	NextRelease bool      // it was solved in the next release; see [Action]
	Mute        Mute      // of a muted ticket
}

// Mute says when a muted ticket is opened by a record that recurs. The zero value means never.
type Mute struct {
	Until  time.Time     // if not zero: after this time
	Count  int64         // if not 0: with this number of records
	Period time.Duration // of Count; 0 for any time

	Began time.Time // of the first record of the running period
	Seen  int64     // records in the running period
}

// An Occurrence is one record of a ticket.
type Occurrence struct {
	ID     int64
	Ticket int64
	Number int64 // it was the record of this number of the ticket, from 1; 0 or less after a merge
	Time   time.Time
	AppID  string
	Data   []byte // the record in the form of [logbook.Wire]
}

// Record decodes the record.
func (o *Occurrence) Record() (*logbook.Record, error) {
	r := logbook.NewRecord(logbook.RecordData{})
	if err := r.UnmarshalJSON(o.Data); err != nil {
		return nil, err
	}
	return r, nil
}

// An Event is an entry of a ticket's history, which tells who changed it, when and why.
type Event struct {
	Time    time.Time
	Kind    EventKind
	Actor   string // "" for changes that a record made
	Comment string
}

// EventKind is the kind of an [Event].
type EventKind string

// Kinds of events. The first six are also the kinds of an [Action].
const (
	EventSolved    EventKind = "solved"
	EventReopened  EventKind = "reopened"
	EventMuted     EventKind = "muted"
	EventAssigned  EventKind = "assigned"
	EventCommented EventKind = "commented"
	EventLinked    EventKind = "linked"

	EventCreated   EventKind = "created"
	EventRegressed EventKind = "regressed" // it recurred after it was solved
	EventUnmuted   EventKind = "unmuted"   // it recurred, and its [Mute] was over
	EventMerged    EventKind = "merged"
	EventSplit     EventKind = "split"
)
