package mongodb

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/micro"
)

// filter selects the tickets of a query, without After.
func filter(q *ticketing.Query) bson.D {
	states := q.States
	if len(states) == 0 {
		states = []ticketing.State{ticketing.Open, ticketing.Regressed, ticketing.Muted, ticketing.Solved}
	}
	in := make(bson.A, 0, len(states))
	for _, s := range states {
		in = append(in, int(s))
	}
	f := bson.D{{Key: "go.state", Value: bson.D{{Key: "$in", Value: in}}}}
	add := func(field string, value any) { f = append(f, bson.E{Key: field, Value: value}) }
	for field, text := range map[string]string{"channel": q.Channel, "app_id": q.AppID, "go.assignee": q.Assignee, "go.hosts": q.Host, "go.releases": q.Release} {
		if text != "" {
			add(field, text)
		}
	}
	if q.Linked {
		add("go.link", bson.D{{Key: "$gt", Value: ""}})
	}
	if q.Text != "" {
		add("go.text", bson.D{{Key: "$regex", Value: regexp.QuoteMeta(strings.ToLower(q.Text))}})
	}
	if q.Level != nil {
		add("level", bson.D{{Key: "$gte", Value: int64(logbook.LevelOf(q.Level).Wire())}})
	}
	var seen bson.D
	if !q.Since.IsZero() {
		seen = append(seen, bson.E{Key: "$gte", Value: micro.Of(q.Since)})
	}
	if !q.Until.IsZero() {
		seen = append(seen, bson.E{Key: "$lt", Value: micro.Of(q.Until)})
	}
	if len(seen) > 0 {
		add("go.last_seen", seen)
	}
	return f
}

// Tickets implements [ticketing.Store].
func (s *Store) Tickets(ctx context.Context, q *ticketing.Query) (found []*ticketing.Ticket, err error) {
	d, err := q.WithDefaults()
	if err != nil {
		return nil, err
	}
	key, direction, beyond := "go.last_seen", 1, "$gt"
	if strings.HasSuffix(string(d.Order), "occurrence_count") {
		key = "occurrence_count"
	}
	if strings.HasPrefix(string(d.Order), "-") {
		direction, beyond = -1, "$lt"
	}
	f := filter(&d)
	if d.After != nil {
		value := d.After.Count
		if key == "go.last_seen" {
			value = micro.Of(d.After.LastSeen)
		}
		f = append(f, bson.E{Key: "$or", Value: bson.A{
			bson.D{{Key: key, Value: bson.D{{Key: beyond, Value: value}}}},
			bson.D{{Key: key, Value: value}, {Key: "go.id", Value: bson.D{{Key: beyond, Value: d.After.ID}}}},
		}})
	}
	o := options.Find().SetSort(bson.D{{Key: key, Value: direction}, {Key: "go.id", Value: direction}}).SetSkip(int64(d.Offset)).SetLimit(int64(d.Limit)).
		SetProjection(bson.D{{Key: "go.hosts", Value: 0}, {Key: "go.releases", Value: 0}})
	return found, s.read(ctx, "tickets", func() error {
		return find(ctx, s.db.Collection(ticketsName), f, o, func(d *ticketDocument) { found = append(found, d.ticket()) })
	})
}

// Count implements [ticketing.Store].
func (s *Store) Count(ctx context.Context, q *ticketing.Query) (n int, err error) {
	d, err := q.WithDefaults()
	if err != nil {
		return 0, err
	}
	return n, s.read(ctx, "count", func() error {
		count, err := s.db.Collection(ticketsName).CountDocuments(ctx, filter(&d))
		n = int(count)
		return err
	})
}

// documents returns the documents of tickets with ids, or of those that they were merged
// into. The error is [ticketing.ErrNotFound] if one is missing.
func (s *Store) documents(ctx context.Context, ids ...int64) (map[int64]*ticketDocument, error) {
	all := make(map[int64]*ticketDocument, len(ids))
	if len(ids) == 0 {
		return all, nil
	}
	err := find(ctx, s.db.Collection(ticketsName), bson.D{{Key: "go.ids", Value: bson.D{{Key: "$in", Value: ids}}}}, options.Find(), func(d *ticketDocument) {
		for _, id := range d.Go.IDs {
			all[id] = d
		}
	})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if all[id] == nil {
			return nil, ticketing.ErrNotFound
		}
	}
	return all, nil
}

func (s *Store) document(ctx context.Context, id int64) (*ticketDocument, error) {
	all, err := s.documents(ctx, id)
	return all[id], err
}

// of calls fn with the document of a ticket.
func (s *Store) of(ctx context.Context, op string, id int64, fn func(d *ticketDocument) error) error {
	return s.read(ctx, op, func() error {
		d, err := s.document(ctx, id)
		if err != nil {
			return err
		}
		return fn(d)
	})
}

// Ticket implements [ticketing.Store].
func (s *Store) Ticket(ctx context.Context, id int64) (t *ticketing.Ticket, err error) {
	return t, s.of(ctx, "ticket", id, func(d *ticketDocument) error {
		t = d.ticket()
		return nil
	})
}

// Occurrences implements [ticketing.Store].
func (s *Store) Occurrences(ctx context.Context, id int64, q *ticketing.OccurrenceQuery) (found []*ticketing.Occurrence, err error) {
	d, err := q.WithDefaults()
	if err != nil {
		return nil, err
	}
	direction := 1
	if d.Order == ticketing.ByTime {
		direction = -1
	}
	o := options.Find().SetSort(bson.D{{Key: "go.at", Value: direction}, {Key: "go.id", Value: direction}}).SetSkip(int64(d.Offset)).SetLimit(int64(d.Limit))
	return found, s.of(ctx, "occurrences", id, func(t *ticketDocument) error {
		f := append(ofTicket("go.ticket", t.Go.ID), bson.E{Key: "$nor", Value: bson.A{s.leaving(t.Go.ID, t.Count)}})
		return find(ctx, s.db.Collection(occurrencesName), f, o, func(d *occurrenceDocument) { found = append(found, d.occurrence()) })
	})
}

func ofTicket(field string, id int64) bson.D { return bson.D{{Key: field, Value: id}} }

// History implements [ticketing.Store].
func (s *Store) History(ctx context.Context, id int64) (events []ticketing.Event, err error) {
	o := options.Find().SetSort(bson.D{{Key: "_id", Value: 1}})
	return events, s.of(ctx, "history", id, func(t *ticketDocument) error {
		return find(ctx, s.db.Collection(historyName), ofTicket("ticket", t.Go.ID), o, func(d *eventDocument) {
			events = append(events, ticketing.Event{Time: micro.Time(d.At), Kind: ticketing.EventKind(d.Kind), Actor: d.Actor, Comment: d.Comment})
		})
	})
}

// Fingerprints implements [ticketing.Store].
func (s *Store) Fingerprints(ctx context.Context, id int64) (found []ticketing.Fingerprint, err error) {
	return found, s.of(ctx, "fingerprints", id, func(d *ticketDocument) error {
		for _, f := range slices.Sorted(slices.Values(d.Go.Fingerprints)) {
			found = append(found, ticketing.Fingerprint(f))
		}
		return nil
	})
}

// Hours implements [ticketing.Store].
func (s *Store) Hours(ctx context.Context, ids []int64, from, to time.Time) (all map[int64][]int64, err error) {
	first, n, err := ticketing.HourRange(from, to)
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, "hours", func() error {
		documents, err := s.documents(ctx, ids...)
		if err != nil {
			return err
		}
		counts, in := make(map[int64][]int64), bson.A{}
		for _, id := range ids {
			own := documents[id].Go.ID
			if counts[own] == nil {
				counts[own] = make([]int64, n)
				in = append(in, own)
			}
		}
		f := bson.D{{Key: "ticket", Value: bson.D{{Key: "$in", Value: in}}}, {Key: "hour", Value: bson.D{{Key: "$gte", Value: first}, {Key: "$lt", Value: first + int64(n)}}}}
		if err := find(ctx, s.db.Collection(hoursName), f, options.Find(), func(d *hourDocument) { counts[d.Ticket][d.Hour-first] = d.N }); err != nil {
			return err
		}
		all = make(map[int64][]int64, len(ids))
		for _, id := range ids {
			all[id] = slices.Clone(counts[documents[id].Go.ID])
		}
		return nil
	})
	return all, err
}

// Watch implements [ticketing.Store].
func (s *Store) Watch(ctx context.Context) (<-chan struct{}, error) { return s.watchers.Watch(ctx) }

// pollInterval is how often a store that is watched looks for changes of other processes.
const pollInterval = time.Second

// poll notifies the watchers of changes of other processes.
func (s *Store) poll(ctx context.Context) {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	newest := options.FindOne().SetSort(bson.D{{Key: "_id", Value: -1}}).SetProjection(bson.D{{Key: "ops", Value: 0}})
	for last := int64(-1); ; {
		var entry journalEntry
		err := s.db.Collection(journalName).FindOne(ctx, bson.D{{Key: "applied", Value: true}}, newest).Decode(&entry)
		if err == nil && entry.Seq != last { // at first, it may have changed since Watch returned
			last = entry.Seq
			s.watchers.Notify()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// documentDocument is one of [Store.Document]. After it was deleted, it has no data.
type documentDocument struct {
	Data    []byte `bson:"data"`
	Version int64  `bson:"version"`
}

// Document implements [ticketing.Store].
func (s *Store) Document(ctx context.Context, name string) (data []byte, version int64, err error) {
	err = s.read(ctx, "document", func() (err error) {
		data, version, err = s.findDocument(ctx, name)
		return err
	})
	return data, version, err
}

func (s *Store) findDocument(ctx context.Context, name string) ([]byte, int64, error) {
	var d documentDocument
	err := s.db.Collection(documentsName).FindOne(ctx, bson.D{{Key: "_id", Value: name}}).Decode(&d)
	if err == mongo.ErrNoDocuments || err == nil && len(d.Data) == 0 {
		return nil, 0, nil
	}
	return d.Data, d.Version, err
}
