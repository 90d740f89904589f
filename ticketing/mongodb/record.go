package mongodb

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/batch"
	"github.com/logbook-go/logbook/ticketing/internal/micro"
	"github.com/logbook-go/logbook/ticketing/internal/seen"
)

// A change is one document, which MongoDB limits to 16 MiB.
const (
	maxCommit = 2000    // entries of one change, unless one call has more
	maxBytes  = 8 << 20 // of their data
	overhead  = 1 << 10 // of an entry beside its data, about
)

// Record implements [ticketing.Store].
func (s *Store) Record(ctx context.Context, entries []*ticketing.Entry) error {
	return s.queue.Do(ctx, entries)
}

// record commits the entries of some calls: in one change, or more if they are too large.
func (s *Store) record(ctx context.Context, entries []*ticketing.Entry) error {
	for len(entries) > 0 {
		n, size := 0, 0
		for n < len(entries) && (n == 0 || size+len(entries[n].Data)+overhead <= maxBytes) {
			size += len(entries[n].Data) + overhead
			n++
		}
		if err := s.fail("record", s.commit(ctx, entries[:n])); err != nil {
			return err
		}
		entries = entries[n:]
	}
	return nil
}

func (s *Store) commit(ctx context.Context, entries []*ticketing.Entry) error {
	var r *recording
	err := s.transact(ctx, func(ctx context.Context, t *transaction) error {
		r = &recording{transaction: t, ctx: ctx, documents: make(map[ticketing.Fingerprint]*ticketDocument), firstSeen: make(map[string]time.Time)}
		return r.record(entries)
	})
	if err != nil {
		return err
	}
	s.counts.Handled.Add(uint64(r.handled))
	s.counts.Suppressed.Add(uint64(len(entries) - r.handled))
	s.counts.Created.Add(uint64(r.plan.New))
	s.counts.Overflowed.Add(uint64(r.plan.Overflowed))
	s.counts.Unkept.Add(uint64(r.plan.Unkept))
	for _, c := range r.plan.Changes {
		s.counts.Unkept.Add(uint64(len(c.Leaving)))
	}
	for release := range r.firstSeen {
		if len(s.releases) < maxReleases {
			s.releases[release] = true
		}
	}
	return nil
}

// maxReleases bounds the releases that are known to be in the database.
const maxReleases = 10_000

// recorded is called after a commit.
func (s *Store) recorded(err error) {
	if at := time.Now(); err == nil && at.Sub(s.pruned) >= pruneInterval {
		s.pruned = at
		_, _ = s.prune(context.Background(), at) // is tried again
	}
	s.leave()
}

// recording is a transaction that records entries.
type recording struct {
	*transaction
	ctx       context.Context
	documents map[ticketing.Fingerprint]*ticketDocument
	firstSeen map[string]time.Time // releases of entries
	plan      *batch.Plan
	handled   int
}

func (r *recording) record(entries []*ticketing.Entry) error {
	fresh, err := r.withoutKnown(entries)
	if err != nil {
		return err
	}
	r.handled = len(fresh)
	for _, e := range fresh {
		if _, found := r.firstSeen[e.Release]; e.Release != "" && !found {
			r.firstSeen[e.Release] = e.Time
			if !r.releases[e.Release] {
				r.insert(releasesName, bson.D{{Key: "_id", Value: e.Release}}, bson.D{{Key: "seen", Value: micro.Of(e.Time)}})
			}
		}
	}
	if err := r.load(fresh); err != nil {
		return err
	}
	if r.plan, err = batch.Make(fresh, &r.limits, r); err != nil {
		return err
	}
	for h, n := range r.plan.Created {
		id := createdID(h)
		r.insert(createdName, id, bson.D{{Key: "hour", Value: h.Hour}})
		r.update(createdName, id, bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: n}}}})
	}
	for _, c := range r.plan.Changes {
		r.apply(c)
	}
	return nil
}

// withoutKnown leaves out the entries that were recorded before, and remembers the others.
func (r *recording) withoutKnown(entries []*ticketing.Entry) ([]*ticketing.Entry, error) {
	fresh, producers, err := batch.Fresh(entries, func(instance string) (*seen.Numbers, error) {
		numbers := new(seen.Numbers)
		var d struct{ Numbers []byte }
		found, err := r.one(producersName, bson.D{{Key: "_id", Value: instance}}, &d)
		if err != nil || !found {
			return numbers, err
		}
		return numbers, numbers.UnmarshalBinary(d.Numbers)
	})
	if err != nil {
		return nil, err
	}
	for instance, numbers := range producers {
		b, err := numbers.MarshalBinary()
		if err != nil {
			return nil, err
		}
		id := bson.D{{Key: "_id", Value: instance}}
		r.insert(producersName, id, bson.D{{Key: "numbers", Value: b}})
		r.update(producersName, id, bson.D{{Key: "$set", Value: bson.D{{Key: "numbers", Value: b}, {Key: "at", Value: micro.Of(micro.Now())}}}})
	}
	return fresh, nil
}

// one reads the document that matches.
func (r *recording) one(collection string, filter bson.D, to any) (found bool, err error) {
	err = r.db.Collection(collection).FindOne(r.ctx, filter).Decode(to)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return false, nil
	}
	return err == nil, err
}

// load reads the tickets of entries.
func (r *recording) load(entries []*ticketing.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	asked := make(map[ticketing.Fingerprint]bool)
	var list bson.A
	add := func(f ticketing.Fingerprint) {
		if !asked[f] {
			asked[f] = true
			list = append(list, string(f))
		}
	}
	for _, e := range entries {
		add(e.Fingerprint)
		add(ticketing.OverflowFingerprint(e.AppID))
	}
	return find(r.ctx, r.db.Collection(ticketsName), bson.D{{Key: "go.fingerprints", Value: bson.D{{Key: "$in", Value: list}}}}, options.Find(), func(d *ticketDocument) {
		for _, f := range d.Go.Fingerprints {
			r.documents[ticketing.Fingerprint(f)] = d
		}
	})
}

// Find implements [batch.Source].
func (r *recording) Find(f ticketing.Fingerprint) (*ticketing.Ticket, error) {
	d := r.documents[f]
	if d == nil {
		return nil, nil
	}
	return d.ticket(), nil
}

func createdID(h batch.Hour) bson.D {
	return bson.D{{Key: "_id", Value: bson.D{{Key: "hour", Value: h.Hour}, {Key: "app_id", Value: h.AppID}}}}
}

// Created implements [batch.Source].
func (r *recording) Created(h batch.Hour) (int, error) {
	var d struct{ N int }
	_, err := r.one(createdName, createdID(h), &d)
	return d.N, err
}

// FirstSeen implements [batch.Source].
func (r *recording) FirstSeen(release string) (time.Time, error) {
	var d struct{ Seen int64 }
	found, err := r.one(releasesName, bson.D{{Key: "_id", Value: release}}, &d)
	if !found {
		return r.firstSeen[release], err
	}
	return micro.Time(d.Seen), nil
}

// apply writes what entries do to a ticket.
func (r *recording) apply(c *batch.Change) {
	isNew := c.ID == 0
	var d *ticketDocument
	if isNew {
		d = r.newDocument(&c.Ticket)
	} else {
		d = r.documents[c.Fingerprint]
		d.take(&c.Ticket)
	}
	for i, e := range c.Entries {
		addValue(&d.Go.Hosts, e.Host)
		addValue(&d.Go.Releases, e.Release)
		if r.limits.Keeps(c.Number(i), c.Count) {
			r.addOccurrence(d, c.Number(i), e)
		}
	}
	more := int64(len(c.Entries))
	if len(c.Leaving) > 0 {
		d.Go.Stored -= int64(len(c.Leaving))
		r.delete(occurrencesName, r.leaving(c.ID, c.Count))
	}
	if isNew {
		r.create(d, more)
	} else {
		r.save(d, d.filter(), more)
	}
	r.addEvents(c.ID, c.Events...)
	r.addHours(c.ID, c.Hours)
}

// leaving selects the occurrences of a ticket that are not to be kept. There are none after a
// change, but for those that a process makes which was stopped for long.
func (s *Store) leaving(ticket, count int64) bson.D {
	keep := int64(s.limits.Keep)
	var powers bson.A
	for n := int64(1); n <= count; n *= 2 {
		powers = append(powers, n)
	}
	return bson.D{{Key: "go.ticket", Value: ticket}, {Key: "go.n", Value: bson.D{
		{Key: "$gt", Value: keep}, {Key: "$lte", Value: count - keep}, {Key: "$nin", Value: powers},
	}}}
}

// find calls fn with each document that matches.
func find[T any](ctx context.Context, c *mongo.Collection, filter any, o *options.FindOptionsBuilder, fn func(*T)) error {
	cursor, err := c.Find(ctx, filter, o)
	if err != nil {
		return err
	}
	defer cursor.Close(ctx)
	for cursor.Next(ctx) {
		d := new(T)
		if err := cursor.Decode(d); err != nil {
			return err
		}
		fn(d)
	}
	return cursor.Err()
}
