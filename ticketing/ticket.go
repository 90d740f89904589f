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

// A Ticket stands for all records with its fingerprints. It can be written as JSON.
type Ticket struct {
	ID          int64         `json:"id"`
	Fingerprint Fingerprint   `json:"fingerprint"` // the first one; see [Store.Fingerprints]
	AppID       string        `json:"app_id"`
	Level       logbook.Level `json:"level"`
	Channel     string        `json:"channel"`
	Location    string        `json:"location"` // FILE:LINE of the first record
	Module      string        `json:"module"`   // its package, or module in Python
	Title       string        `json:"title"`    // the first line of the first record's message

	State       State     `json:"state"`
	Count       int64     `json:"count"`  // occurrences that were recorded
	Stored      int64     `json:"stored"` // occurrences that are kept; see [Limits]
	FirstSeen   time.Time `json:"first_seen"`
	LastSeen    time.Time `json:"last_seen"`
	Assignee    string    `json:"assignee,omitempty"`
	Link        string    `json:"link,omitempty"`        // the URL of an issue in a tracker
	Regressions int       `json:"regressions,omitempty"` // how often it recurred after it was solved

	FirstRelease string `json:"first_release,omitempty"` // of the records that name their release
	LastRelease  string `json:"last_release,omitempty"`

	SolvedAt    time.Time `json:"solved_at,omitzero"`     // zero if it was never solved
	NextRelease bool      `json:"next_release,omitempty"` // it was solved in the next release; see [Action]
	Mute        Mute      `json:"mute,omitzero"`          // of a muted ticket
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
	Time    time.Time `json:"time"`
	Kind    EventKind `json:"kind"`
	Actor   string    `json:"actor,omitempty"` // "" for changes that a record made
	Comment string    `json:"comment,omitempty"`
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
