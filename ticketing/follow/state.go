package follow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/logbook-go/logbook/ticketing"
)

// state is what a follower has done, in a document of the store.
type state struct {
	Holder string    `json:"holder"` // the process that works
	Until  time.Time `json:"until"`  // others may take over then

	Began time.Time       `json:"began"`           // the first look
	At    time.Time       `json:"at"`              // the last look
	Done  map[int64]done  `json:"done"`            // tickets seen since then, less late
	Rates map[int64]int64 `json:"rates,omitempty"` // tickets that were seen often: when, in seconds since 1970

	Pending []pending      `json:"pending,omitempty"` // issues to be created
	Open    map[int64]bool `json:"open,omitempty"`    // tickets whose issues were seen open
}

// done is what was seen of a ticket.
type done struct {
	Events      int             `json:"e"` // of its history
	State       ticketing.State `json:"s"`
	Regressions int             `json:"r"`
}

// pending is an issue that is to be created, or, with a link, to be kept.
type pending struct {
	Ticket int64  `json:"ticket"`
	Link   string `json:"link,omitempty"`
}

const (
	late       = time.Hour        // by which records may arrive late
	lease      = time.Minute      // for which a follower keeps others from working
	renewal    = 20 * time.Second // of the lease
	maxTickets = 10_000           // of a look
	maxPending = 1000
)

// load reads the state, and reports whether it is this follower's turn to work.
func (f *Follower) load(ctx context.Context, now time.Time) (mine bool, err error) {
	data, version, err := f.store.Document(ctx, f.document)
	if err != nil {
		return false, err
	}
	f.data, f.version, f.state = data, version, state{Began: now, At: now}
	if version != 0 {
		f.state = state{}
		if err := json.Unmarshal(data, &f.state); err != nil {
			return false, fmt.Errorf("the document %s is not that of a follower: %w", f.document, err)
		}
	}
	if f.state.Open == nil {
		f.state.Open = make(map[int64]bool)
	}
	if f.state.Done == nil {
		f.state.Done = make(map[int64]done)
	}
	if f.state.Rates == nil {
		f.state.Rates = make(map[int64]int64)
	}
	if f.state.Holder != f.holder && now.Before(f.state.Until) {
		return false, nil
	}
	if err := f.renew(ctx, now); err != nil {
		if errors.Is(err, ticketing.ErrConflict) { // another one took over
			return false, nil
		}
		return false, err
	}
	return true, nil
}

// renew keeps others from working for some time. It is called before what takes long.
func (f *Follower) renew(ctx context.Context, now time.Time) error {
	if f.state.Holder == f.holder && f.state.Until.Sub(now) >= lease-renewal {
		return nil
	}
	f.state.Holder, f.state.Until = f.holder, now.Add(lease)
	return f.save(ctx)
}

// save writes the state, if it changed.
func (f *Follower) save(ctx context.Context) error {
	data, err := json.Marshal(&f.state)
	if err != nil || bytes.Equal(data, f.data) {
		return err
	}
	if err := f.store.SetDocument(ctx, f.document, data, f.version); err != nil {
		return err
	}
	f.data, f.version, err = f.store.Document(ctx, f.document)
	return err
}

// forget leaves out what is not needed any more.
func (s *state) forget(listed map[int64]bool, now time.Time, rate Rate) {
	maps.DeleteFunc(s.Done, func(id int64, _ done) bool { return !listed[id] })
	maps.DeleteFunc(s.Rates, func(_ int64, at int64) bool {
		return now.Sub(time.Unix(at, 0)) >= time.Duration(rate.Hours)*time.Hour
	})
}

// add adds an issue that is to be created, and reports whether there is room.
func (s *state) add(ticket int64) bool {
	if slices.ContainsFunc(s.Pending, func(p pending) bool { return p.Ticket == ticket }) {
		return true
	}
	if len(s.Pending) >= maxPending {
		return false
	}
	s.Pending = append(s.Pending, pending{Ticket: ticket})
	return true
}
