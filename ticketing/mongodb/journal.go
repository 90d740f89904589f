package mongodb

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/logbook-go/logbook/ticketing"
)

// A change of several documents is made as follows, by atomic operations on single documents.
//
//  1. Wait until the newest change in the journal has been carried out.
//  2. Read, and compute the operations of the change.
//  3. Insert them into the journal under the next number. This commits the change; if another
//     process took the number, begin again.
//  4. Carry out the operations, and mark the change as carried out.
//
// What a process commits and does not carry out, since it ended, the next one does: in step 1,
// after waiting for grace. An operation has no effect the second time, even if later changes
// were made meanwhile: documents are inserted unless they exist, changed unless their field
// "seq" says that a change of this number or a later one was there, and deleted. Only a process
// that was stopped in step 4, while others completed its change and deleted in a later one what
// it made, brings that back: an occurrence, which is not shown and which the next record of the
// ticket deletes, or a ticket as it was.

// version is that of the collections of this package.
const version = 1

const (
	grace       = time.Second           // for other processes to carry out what they committed
	conflict    = 20 * time.Millisecond // the longest pause before another look at the journal
	keptChanges = 10_000                // in the journal, so that no old number is used again
)

// journalEntry is a change.
type journalEntry struct {
	Seq     int64  `bson:"_id"`
	Version int    `bson:"version"`
	Applied bool   `bson:"applied"`
	Tickets int64  `bson:"tickets"` // the last id of a ticket
	Ops     []byte `bson:"ops,omitempty"`
}

// operation changes a document. They are kept as bytes, since servers refuse names such as
// "$set" in documents.
type operation struct {
	Collection string `bson:"c"`
	Kind       opKind `bson:"k"`
	Filter     bson.D `bson:"f"`
	Update     bson.D `bson:"u,omitempty"`
}

type opKind int32

const (
	opInsert opKind = iota // Update, unless a document matches
	opUpdate               // the document that matches, once
	opDelete               // the documents that match
)

// transaction is a change that is being computed.
type transaction struct {
	*Store
	seq     int64
	tickets int64
	made    int64 // ids made by id
	ops     []operation
}

func (t *transaction) insert(collection string, filter, fields bson.D) {
	t.ops = append(t.ops, operation{collection, opInsert, filter, fields})
}

// update changes a document, which a transaction must do once at most.
func (t *transaction) update(collection string, filter, update bson.D) {
	t.ops = append(t.ops, operation{collection, opUpdate, filter, update})
}

func (t *transaction) delete(collection string, filter bson.D) {
	t.ops = append(t.ops, operation{Collection: collection, Kind: opDelete, Filter: filter})
}

// id returns an id for anything but a ticket. Those of later transactions are higher.
func (t *transaction) id() int64 {
	t.made++
	return t.seq<<20 + t.made
}

// transact makes a change. plan may be called several times.
func (s *Store) transact(ctx context.Context, plan func(ctx context.Context, t *transaction) error) error {
	for {
		entry, err := s.attempt(ctx, plan)
		switch {
		case mongo.IsDuplicateKeyError(err): // another process was first
			if err := sleep(ctx, rand.N(conflict)); err != nil {
				return fmt.Errorf("%w: %w", ticketing.ErrLocked, err)
			}
			continue
		case err != nil || entry == nil:
			return err
		}
		s.head = entry.Seq
		s.behind.Store(entry.Seq)
		_ = s.carryOut(ctx, entry) // it is committed: the next one carries it out
		s.watchers.Notify()
		return nil
	}
}

// attempt commits a change, or returns a duplicate key error if another process was first. The
// entry is nil if there is nothing to change.
func (s *Store) attempt(ctx context.Context, plan func(ctx context.Context, t *transaction) error) (*journalEntry, error) {
	// It must end long before another keptChanges are made.
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	head, err := s.settle(ctx)
	if err != nil {
		return nil, err
	}
	t := &transaction{Store: s, seq: head.Seq + 1, tickets: head.Tickets}
	if err := plan(ctx, t); err != nil || len(t.ops) == 0 {
		return nil, err
	}
	entry := &journalEntry{Seq: t.seq, Version: version, Tickets: t.tickets}
	if entry.Ops, err = bson.Marshal(bson.D{{Key: "ops", Value: t.ops}}); err != nil {
		return nil, err
	}
	_, err = s.db.Collection(journalName).InsertOne(ctx, entry)
	return entry, err
}

// begin makes the journal, unless there is one.
func (s *Store) begin(ctx context.Context) error {
	journal := s.db.Collection(journalName)
	err := journal.FindOne(ctx, bson.D{}).Err()
	if !errors.Is(err, mongo.ErrNoDocuments) {
		return err
	}
	_, err = journal.InsertOne(ctx, journalEntry{Version: version, Applied: true})
	if mongo.IsDuplicateKeyError(err) {
		return nil
	}
	return err
}

// newest returns the newest change.
func (s *Store) newest(ctx context.Context) (*journalEntry, error) {
	entry := new(journalEntry)
	newestFirst := options.FindOne().SetSort(bson.D{{Key: "_id", Value: -1}})
	journal := s.db.Collection(journalName)
	err := journal.FindOne(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: s.head}}}}, newestFirst).Decode(entry)
	if errors.Is(err, mongo.ErrNoDocuments) && s.head > 0 { // somebody deleted the collection
		err = journal.FindOne(ctx, bson.D{}, newestFirst).Decode(entry)
	}
	switch {
	case errors.Is(err, mongo.ErrNoDocuments):
		return nil, ticketing.ErrMissing
	case err != nil:
		return nil, err
	case entry.Version > version:
		return nil, fmt.Errorf("%w: its collections have version %d, want %d", ticketing.ErrNewer, entry.Version, version)
	}
	s.head = entry.Seq
	return entry, nil
}

// settle returns the newest change, after it has been carried out.
func (s *Store) settle(ctx context.Context) (*journalEntry, error) {
	waited := int64(-1) // for this change
	var began time.Time
	for {
		entry, err := s.newest(ctx)
		switch {
		case err != nil:
			return nil, err
		case entry.Applied:
			s.behind.Store(0)
			return entry, nil
		case entry.Seq == s.behind.Load():
			return entry, s.carryOut(ctx, entry)
		case entry.Seq != waited:
			waited, began = entry.Seq, time.Now()
		case time.Since(began) >= grace:
			return entry, s.carryOut(ctx, entry)
		}
		if err := sleep(ctx, rand.N(conflict)); err != nil {
			return nil, err
		}
	}
}

// carryOut carries out a change, and marks it.
func (s *Store) carryOut(ctx context.Context, entry *journalEntry) error {
	var list struct{ Ops []operation }
	if err := bson.Unmarshal(entry.Ops, &list); err != nil {
		return fmt.Errorf("%w: change %d of the journal: %w", ticketing.ErrDamaged, entry.Seq, err)
	}
	models := make(map[string][]mongo.WriteModel)
	var collections []string
	for _, op := range list.Ops {
		if models[op.Collection] == nil {
			collections = append(collections, op.Collection)
		}
		models[op.Collection] = append(models[op.Collection], op.model(entry.Seq))
	}
	for _, collection := range collections {
		var err error
		for range 3 { // two processes insert the same document at once
			if _, err = s.db.Collection(collection).BulkWrite(ctx, models[collection]); !mongo.IsDuplicateKeyError(err) {
				break
			}
		}
		if err != nil {
			return err
		}
	}
	journal := s.db.Collection(journalName)
	_, err := journal.UpdateOne(ctx, bson.D{{Key: "_id", Value: entry.Seq}}, bson.D{
		{Key: "$set", Value: bson.D{{Key: "applied", Value: true}}}, {Key: "$unset", Value: bson.D{{Key: "ops", Value: ""}}},
	})
	if err != nil {
		return err
	}
	s.behind.Store(0)
	if entry.Seq%(keptChanges/10) == 0 {
		_, err = journal.DeleteMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$lt", Value: entry.Seq - keptChanges}}}})
	}
	return err
}

func (o *operation) model(seq int64) mongo.WriteModel {
	switch o.Kind {
	case opInsert:
		return mongo.NewUpdateOneModel().SetFilter(o.Filter).SetUpdate(bson.D{{Key: "$setOnInsert", Value: o.Update}}).SetUpsert(true)
	case opDelete:
		return mongo.NewDeleteManyModel().SetFilter(o.Filter)
	}
	older := bson.E{Key: "seq", Value: bson.D{{Key: "$not", Value: bson.D{{Key: "$gte", Value: seq}}}}} // or missing
	update := make(bson.D, 0, len(o.Update)+1)
	mark := bson.E{Key: "seq", Value: seq}
	set := bson.D{mark}
	for _, u := range o.Update {
		if u.Key == "$set" {
			set = append(u.Value.(bson.D), mark)
			continue
		}
		update = append(update, u)
	}
	return mongo.NewUpdateOneModel().SetFilter(append(o.Filter[:len(o.Filter):len(o.Filter)], older)).SetUpdate(append(update, bson.E{Key: "$set", Value: set}))
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
