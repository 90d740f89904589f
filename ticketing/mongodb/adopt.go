package mongodb

import (
	"context"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/micro"
)

// maxAdopted bounds the occurrences of a ticket that are adopted, as far as they are to be kept.
const maxAdopted = 10_000

// strange selects the tickets that Python Logbook made.
var strange = bson.D{{Key: "go", Value: bson.D{{Key: "$exists", Value: false}}}, {Key: "record_hash", Value: bson.D{{Key: "$exists", Value: true}}}}

// adopt adds our fields to the tickets that Python Logbook made.
func (s *Store) adopt(ctx context.Context) error {
	var ids []bson.ObjectID
	o := options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}})
	if err := find(ctx, s.db.Collection(ticketsName), strange, o, func(d *ticketDocument) { ids = append(ids, d.OID) }); err != nil {
		return err
	}
	for _, id := range ids {
		err := s.transact(ctx, func(ctx context.Context, t *transaction) (err error) {
			if findErr := find(ctx, s.db.Collection(ticketsName), append(bson.D{{Key: "_id", Value: id}}, strange...), options.Find(), func(d *ticketDocument) {
				err = t.adopt(ctx, d)
			}); findErr != nil {
				return findErr
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) adopt(ctx context.Context, d *ticketDocument) error {
	hash, ok := d.Hash.StringValueOK()
	if !ok {
		_, b, _ := d.Hash.BinaryOK()
		hash = string(b)
	}
	var occurrences []*occurrenceDocument
	newest := options.Find().SetSort(bson.D{{Key: "time", Value: -1}, {Key: "_id", Value: -1}}).SetLimit(maxAdopted)
	if err := find(ctx, t.db.Collection(occurrencesName), bson.D{{Key: "ticket_id", Value: d.OID}}, newest, func(o *occurrenceDocument) {
		occurrences = append(occurrences, o)
	}); err != nil {
		return err
	}
	slices.Reverse(occurrences)
	n := d.ticket()
	n.Fingerprint, n.FirstSeen, n.LastSeen = ticketing.Fingerprint(hash), d.LastSeen, d.LastSeen
	if d.Solved {
		n.State = ticketing.Solved
	}
	if len(occurrences) > 0 {
		first := occurrences[0]
		n.FirstSeen = first.Time
		if r, err := (&ticketing.Occurrence{Data: []byte(first.Data)}).Record(); err == nil { // it has no title otherwise
			line, _, _ := strings.Cut(r.Message(), "\n")
			n.Title = text.Cut(line, maxTitle, "…")
		}
	}
	adopted := t.newDocument(n)
	adopted.OID = d.OID
	hours := make(map[int64]int64)
	for i, o := range occurrences {
		hours[o.Time.Unix()/3600]++
		id, number := bson.D{{Key: "_id", Value: o.OID}}, d.Count-int64(len(occurrences)-i-1)
		if !t.limits.Keeps(number, d.Count) {
			t.delete(occurrencesName, id)
			continue
		}
		adopted.Go.Stored++
		t.update(occurrencesName, id, bson.D{{Key: "$set", Value: bson.D{{Key: "go", Value: ownOccurrence{t.id(), n.ID, number, micro.Of(o.Time)}}}}})
	}
	t.save(adopted, adopted.filter(), 0)
	t.addHours(n.ID, hours)
	t.addEvents(n.ID, ticketing.Event{Time: n.FirstSeen, Kind: ticketing.EventCreated})
	return nil
}

// maxTitle bounds the bytes of a title.
const maxTitle = 200
