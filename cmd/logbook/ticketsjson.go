package main

import (
	"encoding/json"
	"io"
	"time"

	"github.com/logbook-go/logbook/ticketing"
)

const ticketsJSONHelp = `With --json, each ticket is an object on a line of its own, with the fields

  id, state, level, count (records), stored (records that are kept), first_seen,
  last_seen, title, location, module, channel, app_id and fingerprint, always, and

  assignee, regressions, first_release, last_release, solved_at, next_release (true: it is
  solved in the next release) and mute {until, count, period_seconds}, if they are set.

Times are those of RFC 3339, in UTC.`

// ticketJSON is a ticket for programs.
type ticketJSON struct {
	ID           int64                 `json:"id"`
	State        string                `json:"state"`
	Level        string                `json:"level"`
	Count        int64                 `json:"count"`
	Stored       int64                 `json:"stored"`
	FirstSeen    time.Time             `json:"first_seen"`
	LastSeen     time.Time             `json:"last_seen"`
	Title        string                `json:"title"`
	Location     string                `json:"location"`
	Module       string                `json:"module"`
	Channel      string                `json:"channel"`
	AppID        string                `json:"app_id"`
	Fingerprint  ticketing.Fingerprint `json:"fingerprint"`
	Assignee     string                `json:"assignee,omitempty"`
	Regressions  int                   `json:"regressions,omitempty"`
	FirstRelease string                `json:"first_release,omitempty"`
	LastRelease  string                `json:"last_release,omitempty"`
	SolvedAt     time.Time             `json:"solved_at,omitzero"`
	NextRelease  bool                  `json:"next_release,omitempty"`
	Mute         *muteJSON             `json:"mute,omitempty"`

	// Of show.
	Fingerprints []ticketing.Fingerprint `json:"fingerprints,omitempty"`
	Hours        []int64                 `json:"hours,omitempty"`
	History      []eventJSON             `json:"history,omitempty"`
	Occurrences  []occurrenceJSON        `json:"occurrences,omitempty"`
}

type muteJSON struct {
	Until         time.Time `json:"until,omitzero"`
	Count         int64     `json:"count,omitempty"`
	PeriodSeconds float64   `json:"period_seconds,omitempty"`
}

type eventJSON struct {
	Time    time.Time           `json:"time"`
	Kind    ticketing.EventKind `json:"kind"`
	Actor   string              `json:"actor,omitempty"`
	Comment string              `json:"comment,omitempty"`
}

type occurrenceJSON struct {
	ID     int64           `json:"id"`
	Number int64           `json:"number"`
	Time   time.Time       `json:"time"`
	AppID  string          `json:"app_id"`
	Record json.RawMessage `json:"record"`
}

func jsonOf(t *ticketing.Ticket) *ticketJSON {
	j := &ticketJSON{
		ID: t.ID, State: t.State.String(), Level: t.Level.String(), Count: t.Count, Stored: t.Stored,
		FirstSeen: t.FirstSeen.UTC(), LastSeen: t.LastSeen.UTC(), Title: t.Title, Location: t.Location, Module: t.Module,
		Channel: t.Channel, AppID: t.AppID, Fingerprint: t.Fingerprint, Assignee: t.Assignee, Regressions: t.Regressions,
		FirstRelease: t.FirstRelease, LastRelease: t.LastRelease, SolvedAt: t.SolvedAt.UTC(), NextRelease: t.NextRelease,
	}
	if t.State == ticketing.Muted {
		j.Mute = &muteJSON{t.Mute.Until.UTC(), t.Mute.Count, t.Mute.Period.Seconds()}
	}
	return j
}

// newEncoder returns an encoder that writes an object a line.
func newEncoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}
