package mongodb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/micro"
)

// Act implements [ticketing.Store].
func (s *Store) Act(ctx context.Context, id int64, a *ticketing.Action) error {
	return s.change(ctx, "change a ticket", func(ctx context.Context, t *transaction) error {
		d, err := s.document(ctx, id)
		if err != nil {
			return err
		}
		ticket := d.ticket()
		event, err := ticket.Act(a, micro.Now())
		if err != nil {
			return err
		}
		d.take(ticket)
		t.save(d, d.filter(), 0)
		t.addEvents(d.Go.ID, event)
		return nil
	})
}

// SetDocument implements [ticketing.Store]. The version is the number of the change.
func (s *Store) SetDocument(ctx context.Context, name string, data []byte, version int64) error {
	if err := ticketing.CheckDocument(name, data); err != nil {
		return err
	}
	return s.change(ctx, "set a document", func(ctx context.Context, t *transaction) error {
		_, current, err := s.findDocument(ctx, name)
		switch {
		case err != nil:
			return err
		case version != current:
			return fmt.Errorf("document %s: %w", name, ticketing.ErrConflict)
		}
		id := bson.D{{Key: "_id", Value: name}}
		t.insert(documentsName, id, bson.D{{Key: "version", Value: int64(0)}})
		t.update(documentsName, id, bson.D{{Key: "$set", Value: bson.D{{Key: "data", Value: data}, {Key: "version", Value: t.seq}}}})
		return nil
	})
}

// Merge implements [ticketing.Store].
func (s *Store) Merge(ctx context.Context, into int64, ids []int64, by string) error {
	unkept := int64(0)
	err := s.change(ctx, "merge", func(ctx context.Context, t *transaction) error {
		all, err := s.documents(ctx, append([]int64{into}, ids...)...)
		if err != nil {
			return err
		}
		d := all[into]
		winner := d.ticket()
		before := winner.Count
		hours := make(map[int64]int64)
		var merged []*ticketDocument
		for _, id := range ids {
			loser := all[id]
			if loser == d || slices.Contains(merged, loser) {
				continue
			}
			merged = append(merged, loser)
			winner.Absorb(loser.ticket())
			if err := t.move(ctx, d, loser, hours); err != nil {
				return err
			}
			t.addEvents(d.Go.ID, ticketing.Event{Time: micro.Now(), Kind: ticketing.EventMerged, Actor: by, Comment: loser.Go.Title})
		}
		if len(merged) == 0 {
			return nil
		}
		leaving := s.leaving(d.Go.ID, winner.Count)
		if unkept, err = s.db.Collection(occurrencesName).CountDocuments(ctx, leaving); err != nil {
			return err
		}
		winner.Stored -= unkept
		t.delete(occurrencesName, leaving)
		d.take(winner)
		t.addHours(d.Go.ID, hours)
		t.save(d, d.filter(), winner.Count-before)
		return nil
	})
	if err == nil {
		s.counts.Unkept.Add(uint64(unkept))
	}
	return err
}

// move gives all that belongs to a ticket to another one, and deletes it. Its hours are added
// to those of the caller.
func (t *transaction) move(ctx context.Context, to, from *ticketDocument, hours map[int64]int64) error {
	g := &to.Go
	g.IDs, g.Fingerprints = append(g.IDs, from.Go.IDs...), append(g.Fingerprints, from.Go.Fingerprints...)
	for _, v := range from.Go.Hosts {
		addValue(&g.Hosts, v)
	}
	for _, v := range from.Go.Releases {
		addValue(&g.Releases, v)
	}
	t.delete(ticketsName, from.filter())
	withoutData := options.Find().SetProjection(bson.D{{Key: "data", Value: 0}})
	if err := find(ctx, t.db.Collection(occurrencesName), ofTicket("go.ticket", from.Go.ID), withoutData, func(o *occurrenceDocument) {
		moved := ownOccurrence{o.Go.ID, g.ID, -o.Go.ID, o.Go.At}
		t.update(occurrencesName, bson.D{{Key: "_id", Value: o.OID}}, bson.D{{Key: "$set", Value: bson.D{{Key: "ticket_id", Value: to.OID}, {Key: "go", Value: moved}}}})
	}); err != nil {
		return err
	}
	t.delete(hoursName, ofTicket("ticket", from.Go.ID))
	t.delete(historyName, ofTicket("ticket", from.Go.ID))
	return find(ctx, t.db.Collection(hoursName), ofTicket("ticket", from.Go.ID), options.Find(), func(h *hourDocument) { hours[h.Hour] += h.N })
}

// Split implements [ticketing.Store].
func (s *Store) Split(ctx context.Context, id int64, f ticketing.Fingerprint, by string) (split int64, err error) {
	return split, s.change(ctx, "split", func(ctx context.Context, t *transaction) error {
		d, err := s.document(ctx, id)
		if err != nil {
			return err
		}
		g := &d.Go
		i := slices.Index(g.Fingerprints, string(f))
		if i < 0 || len(g.Fingerprints) == 1 {
			return ticketing.ErrFingerprint
		}
		g.Fingerprints = slices.Delete(g.Fingerprints, i, i+1)
		t.update(ticketsName, d.filter(), bson.D{{Key: "$set", Value: bson.D{{Key: "record_hash", Value: g.Fingerprints[0]}, {Key: "go", Value: g}}}})
		old, at := d.ticket(), micro.Now()
		n := &ticketing.Ticket{
			Fingerprint: f, AppID: old.AppID, Level: old.Level, Channel: old.Channel, Location: old.Location, Module: old.Module, Title: old.Title,
			FirstSeen: at, LastSeen: at,
		}
		t.create(t.newDocument(n), 0)
		split = n.ID
		event := ticketing.Event{Time: at, Kind: ticketing.EventSplit, Actor: by, Comment: string(f)}
		t.addEvents(g.ID, event)
		t.addEvents(n.ID, event)
		return nil
	})
}

// Delete implements [ticketing.Store].
func (s *Store) Delete(ctx context.Context, ids ...int64) error {
	return s.change(ctx, "delete", func(ctx context.Context, t *transaction) error {
		for _, id := range ids {
			d, err := s.document(ctx, id)
			if errors.Is(err, ticketing.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			t.remove(d)
		}
		return nil
	})
}

// remove deletes a ticket with all that belongs to it.
func (t *transaction) remove(d *ticketDocument) {
	t.delete(ticketsName, d.filter())
	t.delete(occurrencesName, ofTicket("go.ticket", d.Go.ID))
	t.delete(historyName, ofTicket("ticket", d.Go.ID))
	t.delete(hoursName, ofTicket("ticket", d.Go.ID))
}

const (
	pruneInterval = 10 * time.Minute // between two prunings
	pruneStep     = 20               // tickets that a change deletes
)

// Prune implements [ticketing.Store]. It deletes in small changes, so that others can record
// meanwhile.
func (s *Store) Prune(ctx context.Context, now time.Time) (deleted int, err error) {
	if err := s.enter(ctx); err != nil {
		return 0, err
	}
	defer s.leave()
	deleted, err = s.prune(ctx, now)
	return deleted, s.fail("prune", err)
}

func (s *Store) prune(ctx context.Context, now time.Time) (deleted int, err error) {
	oldest := now.Add(-s.limits.MaxAge)
	for {
		n := 0
		err := s.transact(ctx, func(ctx context.Context, t *transaction) error {
			surplus, err := s.surplus(ctx, oldest)
			n = len(surplus)
			for _, d := range surplus {
				t.remove(d)
			}
			return err
		})
		if err != nil {
			return deleted, err
		}
		deleted += n
		s.counts.Pruned.Add(uint64(n))
		if n == 0 {
			break
		}
	}
	before := func(value int64) bson.D { return bson.D{{Key: "$lt", Value: value}} }
	hour := before(oldest.Unix() / 3600)
	for _, old := range []struct {
		collection, field string
		before            bson.D
	}{{hoursName, "hour", hour}, {createdName, "hour", hour}, {producersName, "at", before(micro.Of(oldest))}} {
		if _, err := s.db.Collection(old.collection).DeleteMany(ctx, bson.D{{Key: old.field, Value: old.before}}); err != nil {
			return deleted, err
		}
	}
	return deleted, nil
}

// surplus returns the next tickets to delete.
func (s *Store) surplus(ctx context.Context, oldest time.Time) (found []*ticketDocument, err error) {
	tickets := s.db.Collection(ticketsName)
	collect := func(limit int, f bson.D) error {
		if limit <= 0 {
			return nil
		}
		o := options.Find().SetSort(bson.D{{Key: "go.last_seen", Value: 1}, {Key: "go.id", Value: 1}}).SetLimit(int64(limit))
		return find(ctx, tickets, f, o, func(d *ticketDocument) { found = append(found, d) })
	}
	if err := collect(pruneStep, bson.D{{Key: "go.last_seen", Value: bson.D{{Key: "$lt", Value: micro.Of(oldest)}}}}); err != nil || len(found) > 0 {
		return found, err
	}
	count, err := tickets.CountDocuments(ctx, bson.D{{Key: "go.state", Value: bson.D{{Key: "$gte", Value: 0}}}})
	if err != nil {
		return nil, err
	}
	surplus := int(min(pruneStep, count-int64(s.limits.MaxTickets)))
	var stats struct{ Size int64 }
	if err := s.db.RunCommand(ctx, bson.D{{Key: "collStats", Value: occurrencesName}}).Decode(&stats); err != nil {
		return nil, err
	}
	if stats.Size > s.limits.MaxBytes {
		surplus = int(min(pruneStep, count))
	}
	for _, states := range []bson.A{{int(ticketing.Solved)}, {int(ticketing.Muted)}, {int(ticketing.Open), int(ticketing.Regressed)}} {
		if err := collect(surplus-len(found), bson.D{{Key: "go.state", Value: bson.D{{Key: "$in", Value: states}}}}); err != nil {
			return nil, err
		}
	}
	return found, nil
}
