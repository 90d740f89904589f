package ticketing

import (
	"context"
	"time"
)

// Details are a ticket with all that belongs to it. They can be written as JSON.
type Details struct {
	*Ticket
	Fingerprints []Fingerprint `json:"fingerprints"`
	Hours        []int64       `json:"hours"` // records of the last 24 hours, the current hour last
	History      []Event       `json:"history"`
	Occurrences  []*Occurrence `json:"occurrences"` // the newest first
}

// ReadDetails returns a ticket with its newest occurrences, of which there are at most n.
func ReadDetails(ctx context.Context, s Store, id int64, n int) (*Details, error) {
	t, err := s.Ticket(ctx, id)
	if err != nil {
		return nil, err
	}
	d := &Details{Ticket: t}
	if d.Fingerprints, err = s.Fingerprints(ctx, id); err != nil {
		return nil, err
	}
	if d.Hours, err = lastDay(ctx, s, id); err != nil {
		return nil, err
	}
	if d.History, err = s.History(ctx, id); err != nil {
		return nil, err
	}
	d.Occurrences, err = s.Occurrences(ctx, id, &OccurrenceQuery{Limit: n})
	return d, err
}

func lastDay(ctx context.Context, s Store, id int64) ([]int64, error) {
	now := time.Now()
	hours, err := s.Hours(ctx, []int64{id}, now.Add(-23*time.Hour), now.Add(time.Second))
	if err != nil {
		return nil, err
	}
	counts := hours[id]
	return counts[len(counts)-24:], nil
}
