package mongodb_test

import (
	"errors"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/mongodb"
)

func database(t testing.TB, uri string) *mongo.Database {
	t.Helper()
	c, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Disconnect(t.Context()); err != nil && !errors.Is(err, t.Context().Err()) {
			t.Error(err)
		}
	})
	return c.Database("tickets")
}

// python writes a ticket as the MongoDBBackend of Python Logbook does.
func python(t testing.TB, db *mongo.Database, hash any, solved bool, times ...time.Time) bson.ObjectID {
	t.Helper()
	id := bson.NewObjectID()
	documents := []any{bson.D{
		{Key: "_id", Value: id}, {Key: "record_hash", Value: hash}, {Key: "level", Value: 14}, {Key: "channel", Value: "app.web"},
		{Key: "location", Value: "/srv/app/main.py:37"}, {Key: "module", Value: "main"}, {Key: "occurrence_count", Value: len(times) + 5},
		{Key: "solved", Value: solved}, {Key: "app_id", Value: "generic"}, {Key: "last_occurrence_time", Value: times[len(times)-1]},
	}}
	if _, err := db.Collection("tickets").InsertMany(t.Context(), documents); err != nil {
		t.Fatal(err)
	}
	for _, at := range times {
		_, err := db.Collection("occurrences").InsertOne(t.Context(), bson.D{
			{Key: "ticket_id", Value: id}, {Key: "app_id", Value: "generic"}, {Key: "time", Value: at},
			{Key: "data", Value: `{"channel": "app.web", "level": 14, "message": "no such host\nname: x", "time": "2026-02-28T13:30:00.123456Z"}`},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return id
}

func TestAdopt(t *testing.T) {
	uri := serve(t)
	db := database(t, uri)
	at := start.Truncate(time.Millisecond)
	a, b := ticketing.Hash("a"), ticketing.Hash("b")
	python(t, db, string(a), false, at, at.Add(time.Second), at.Add(time.Hour))
	python(t, db, []byte(b), true, at)
	if _, err := db.Collection("tickets").InsertOne(t.Context(), bson.D{{Key: "solved", Value: true}}); err != nil { // what solve_ticket leaves
		t.Fatal(err)
	}
	s := open(t, uri, nil)
	list, err := s.Tickets(t.Context(), &ticketing.Query{Order: ticketing.ByCount})
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	want := ticketing.Ticket{
		ID: 1, Fingerprint: a, AppID: "generic", Level: logbook.LevelError, Channel: "app.web", Location: "/srv/app/main.py:37", Module: "main",
		Title: "no such host", Count: 8, Stored: 3, FirstSeen: at, LastSeen: at.Add(time.Hour),
	}
	if *list[0] != want {
		t.Errorf("got  %+v\nwant %+v", *list[0], want)
	}
	if list[1].State != ticketing.Solved || list[1].Fingerprint != b {
		t.Errorf("%+v", *list[1])
	}
	e := entry(1, 0)
	e.Fingerprint, e.Time = b, at.Add(2*time.Hour)
	record(t, s, e)
	again := open(t, uri, nil) // nothing is adopted twice
	one, err := again.Ticket(t.Context(), 2)
	if err != nil || one.State != ticketing.Regressed || one.Count != 7 || one.Stored != 2 {
		t.Errorf("%+v, %v", one, err)
	}
	occurrences, err := again.Occurrences(t.Context(), 1, nil)
	if err != nil || len(occurrences) != 3 || occurrences[0].Number != 8 || !occurrences[2].Time.Equal(at) {
		t.Error(occurrences, err)
	}
	hours, err := again.Hours(t.Context(), []int64{1}, at, at.Add(time.Hour))
	if err != nil || len(hours[1]) != 2 || hours[1][0] != 2 || hours[1][1] != 1 {
		t.Error(hours, err)
	}
}

// What Python Logbook reads is there, in its types.
func TestForPython(t *testing.T) {
	uri := serve(t)
	s := open(t, uri, nil)
	e := entry(1, 0)
	e.Channel, e.Module = "app.web", "main"
	record(t, s, e, e)
	if err := s.Act(t.Context(), 1, &ticketing.Action{Kind: ticketing.EventSolved}); err != nil {
		t.Fatal(err)
	}
	db := database(t, uri)
	var ticket, occurrence bson.M
	if err := db.Collection("tickets").FindOne(t.Context(), bson.D{{Key: "record_hash", Value: string(e.Fingerprint)}}).Decode(&ticket); err != nil {
		t.Fatal(err)
	}
	if err := db.Collection("occurrences").FindOne(t.Context(), bson.D{{Key: "ticket_id", Value: ticket["_id"]}}).Decode(&occurrence); err != nil {
		t.Fatal(err)
	}
	at := bson.NewDateTimeFromTime(start)
	for name, want := range map[string]any{
		"level": int64(14), "channel": "app.web", "location": "/src/main.go:1", "module": "main", "occurrence_count": int64(2), "solved": true,
		"app_id": "lab", "last_occurrence_time": at,
	} {
		if ticket[name] != want {
			t.Errorf("%s of the ticket: got %v (%T), want %v (%T)", name, ticket[name], ticket[name], want, want)
		}
	}
	for name, want := range map[string]any{"app_id": "lab", "time": at, "data": string(e.Data)} {
		if occurrence[name] != want {
			t.Errorf("%s of the occurrence: got %v (%T), want %v", name, occurrence[name], occurrence[name], want)
		}
	}
	if _, isID := ticket["_id"].(bson.ObjectID); !isID {
		t.Errorf("_id: %T", ticket["_id"])
	}
	cursor, err := db.Collection("tickets").Indexes().List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var indexes []struct {
		Key    bson.D
		Unique bool
	}
	if err := cursor.All(t.Context(), &indexes); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, i := range indexes {
		found = found || len(i.Key) == 1 && i.Key[0].Key == "record_hash" && i.Unique
	}
	if !found {
		t.Errorf("no unique index of record_hash: %v", indexes)
	}
}

func TestJournalErrors(t *testing.T) {
	uri := serve(t)
	openErr := func(o *mongodb.Options) error {
		s, err := mongodb.Open(t.Context(), uri, o)
		if err == nil {
			err = errors.Join(errors.New("it was opened"), s.Close(t.Context()))
		}
		return err
	}
	if err := openErr(&mongodb.Options{NoCreate: true}); !errors.Is(err, ticketing.ErrMissing) {
		t.Error(err)
	}
	s := open(t, uri, nil)
	db := database(t, uri)
	set := func(field string, value any) {
		t.Helper()
		_, err := db.Collection("logbook_journal").UpdateOne(t.Context(), bson.D{{Key: "_id", Value: 0}}, bson.D{{Key: "$set", Value: bson.D{{Key: field, Value: value}}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	set("version", 2)
	if err := openErr(nil); !errors.Is(err, ticketing.ErrNewer) {
		t.Error(err)
	}
	if err := s.Record(t.Context(), []*ticketing.Entry{entry(1, 0)}); !errors.Is(err, ticketing.ErrNewer) {
		t.Error(err)
	}
	set("version", 1)
	record(t, s, entry(1, 0))
	set("applied", false)
	if _, err := db.Collection("logbook_journal").DeleteOne(t.Context(), bson.D{{Key: "_id", Value: 1}}); err != nil {
		t.Fatal(err)
	}
	set("ops", []byte("no document"))
	if err := openErr(nil); !errors.Is(err, ticketing.ErrDamaged) {
		t.Error(err)
	}
}

// A call that is larger than a document may be is recorded in several changes.
func TestLarge(t *testing.T) {
	s := open(t, serve(t), nil)
	var entries []*ticketing.Entry
	for n := range 20 {
		e := entry(n, 0)
		e.Data = append(append([]byte(`{"message":"`), make([]byte, 1<<20)...), `"}`...)
		for i := range 1 << 20 {
			e.Data[12+i] = 'x'
		}
		entries = append(entries, e)
	}
	record(t, s, entries...)
	if n, err := s.Count(t.Context(), nil); n != 20 || err != nil {
		t.Error(n, err)
	}
}
