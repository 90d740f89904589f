package follow

import (
	"context"
	"errors"
	"time"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/tracker"
)

const actor = "tracker"

// create creates the issues that are to be created, until one fails.
func (f *Follower) create(ctx context.Context, now time.Time) error {
	for len(f.state.Pending) > 0 && f.creating.Err(now) == nil {
		if err := f.renew(ctx, time.Now()); err != nil {
			return err
		}
		keep, err := f.createFirst(ctx)
		if err != nil {
			f.report(err)
		}
		if keep {
			_ = f.creating.Begin(now, func(time.Time) error { return err })
			return nil
		}
		f.creating.Succeeded()
		f.state.Pending = f.state.Pending[1:]
		if err := f.save(ctx); err != nil {
			return err
		}
	}
	return nil
}

// createFirst creates the first issue, and reports whether it is to be tried again.
func (f *Follower) createFirst(ctx context.Context) (again bool, err error) {
	p := &f.state.Pending[0]
	if p.Link == "" {
		t, err := f.store.Ticket(ctx, p.Ticket)
		if errors.Is(err, ticketing.ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return true, err
		}
		if t.Link != "" {
			return false, nil
		}
		if p.Link, err = f.o.Tracker.Create(ctx, t); err != nil {
			return !errors.Is(err, tracker.ErrNoLink), err
		}
		if err := f.save(ctx); err != nil { // the link must not be lost
			return true, err
		}
	}
	err = f.store.Act(ctx, p.Ticket, &ticketing.Action{Kind: ticketing.EventLinked, Actor: actor, Link: p.Link})
	switch {
	case errors.Is(err, ticketing.ErrNotFound):
		return false, nil
	case err != nil:
		return true, err
	}
	f.state.Open[p.Ticket] = true
	return false, nil
}

// sync solves the tickets whose issues were closed since they were seen open.
func (f *Follower) sync(ctx context.Context, now time.Time) error {
	if !f.o.Solve || now.Sub(f.synced) < syncing {
		return nil
	}
	f.synced = now
	list, err := f.list(ctx, &ticketing.Query{Linked: true, States: []ticketing.State{ticketing.Open, ticketing.Regressed, ticketing.Muted}})
	if err != nil {
		return err
	}
	open := make(map[int64]bool)
	defer func() { f.state.Open = open }()
	for i, t := range list {
		var closed bool
		err := f.renew(ctx, time.Now())
		if err == nil {
			closed, err = f.o.Tracker.State(ctx, t.Link)
		}
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			continue
		case err != nil:
			for _, rest := range list[i:] {
				if f.state.Open[rest.ID] {
					open[rest.ID] = true
				}
			}
			return err
		case !closed:
			open[t.ID] = true
		case f.state.Open[t.ID]:
			err := f.store.Act(ctx, t.ID, &ticketing.Action{Kind: ticketing.EventSolved, Actor: actor, Comment: t.Link})
			if err != nil && !errors.Is(err, ticketing.ErrNotFound) {
				open[t.ID] = true
				f.report(err)
			}
		}
	}
	return nil
}
