package mongodb

import (
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/micro"
)

// ticketDocument is a document of tickets. The fields before Go are those of Python Logbook.
type ticketDocument struct {
	OID      bson.ObjectID `bson:"_id"`
	Hash     bson.RawValue `bson:"record_hash"` // a string, or bytes from Python 3
	Level    int64         `bson:"level"`
	Channel  string        `bson:"channel"`
	Location string        `bson:"location"`
	Module   string        `bson:"module"`
	LastSeen time.Time     `bson:"last_occurrence_time"` // in milliseconds
	Count    int64         `bson:"occurrence_count"`
	Solved   bool          `bson:"solved"`
	AppID    string        `bson:"app_id"`
	Go       own           `bson:"go"`
}

// own are our fields of a ticket. Times are in microseconds since 1970, 0 for none.
type own struct {
	ID           int64    `bson:"id"`
	IDs          []int64  `bson:"ids"`          // ID, and those of tickets that were merged into it
	Fingerprints []string `bson:"fingerprints"` // the first one is record_hash
	State        int      `bson:"state"`
	Title        string   `bson:"title"`
	Text         string   `bson:"text"` // for searching
	Stored       int64    `bson:"stored"`
	FirstSeen    int64    `bson:"first_seen"`
	LastSeen     int64    `bson:"last_seen"`
	Assignee     string   `bson:"assignee"`
	Link         string   `bson:"link"`
	Regressions  int      `bson:"regressions"`
	FirstRelease string   `bson:"first_release"`
	LastRelease  string   `bson:"last_release"`
	SolvedAt     int64    `bson:"solved_at"`
	NextRelease  bool     `bson:"next_release"`
	Mute         mute     `bson:"mute"`
	Hosts        []string `bson:"hosts"`
	Releases     []string `bson:"releases"`
}

type mute struct {
	Until  int64 `bson:"until"`
	Count  int64 `bson:"count"`
	Period int64 `bson:"period"`
	Began  int64 `bson:"began"`
	Seen   int64 `bson:"seen"`
}

// ticket returns the ticket.
func (d *ticketDocument) ticket() *ticketing.Ticket {
	g := &d.Go
	t := &ticketing.Ticket{
		ID: g.ID, AppID: d.AppID, Level: logbook.LevelFromWire(d.Level), Channel: d.Channel, Location: d.Location, Module: d.Module, Title: g.Title,
		State: ticketing.State(g.State), Count: d.Count, Stored: g.Stored, FirstSeen: micro.Time(g.FirstSeen), LastSeen: micro.Time(g.LastSeen),
		Assignee: g.Assignee, Link: g.Link, Regressions: g.Regressions, FirstRelease: g.FirstRelease, LastRelease: g.LastRelease,
		SolvedAt: micro.Time(g.SolvedAt), NextRelease: g.NextRelease,
		Mute: ticketing.Mute{
			Until: micro.Time(g.Mute.Until), Count: g.Mute.Count, Period: time.Duration(g.Mute.Period) * time.Microsecond,
			Began: micro.Time(g.Mute.Began), Seen: g.Mute.Seen,
		},
	}
	if len(g.Fingerprints) > 0 {
		t.Fingerprint = ticketing.Fingerprint(g.Fingerprints[0])
	}
	return t
}

// take takes over what changes in a ticket, but for the count.
func (d *ticketDocument) take(t *ticketing.Ticket) {
	d.Solved, d.LastSeen = t.State == ticketing.Solved, t.LastSeen
	g := &d.Go
	g.State, g.Stored, g.FirstSeen, g.LastSeen = int(t.State), t.Stored, micro.Of(t.FirstSeen), micro.Of(t.LastSeen)
	g.Assignee, g.Link, g.Regressions, g.FirstRelease, g.LastRelease = t.Assignee, t.Link, t.Regressions, t.FirstRelease, t.LastRelease
	g.SolvedAt, g.NextRelease = micro.Of(t.SolvedAt), t.NextRelease
	g.Mute = mute{micro.Of(t.Mute.Until), t.Mute.Count, t.Mute.Period.Microseconds(), micro.Of(t.Mute.Began), t.Mute.Seen}
}

// newDocument returns the document of a new ticket, and gives that its id.
func (t *transaction) newDocument(n *ticketing.Ticket) *ticketDocument {
	t.tickets++
	n.ID = t.tickets
	d := &ticketDocument{OID: bson.NewObjectID(), Level: int64(n.Level.Wire()), Channel: n.Channel, Location: n.Location, Module: n.Module, AppID: n.AppID}
	d.Go = own{
		ID: n.ID, IDs: []int64{n.ID}, Fingerprints: []string{string(n.Fingerprint)}, Title: n.Title,
		Text: strings.ToLower(n.Title + "\n" + n.Location + "\n" + n.Channel),
	}
	d.take(n)
	return d
}

// create makes the document of a new ticket with a count. If Python Logbook makes one at the
// same time, it is used.
func (t *transaction) create(d *ticketDocument, count int64) {
	byHash := bson.D{{Key: "record_hash", Value: d.Go.Fingerprints[0]}}
	t.insert(ticketsName, byHash, bson.D{
		{Key: "_id", Value: d.OID}, {Key: "level", Value: d.Level}, {Key: "channel", Value: d.Channel}, {Key: "location", Value: d.Location},
		{Key: "module", Value: d.Module}, {Key: "app_id", Value: d.AppID}, {Key: "occurrence_count", Value: int64(0)},
	})
	t.save(d, byHash, count)
}

// save writes the document of a ticket, and adds to its count, which Python Logbook may
// change meanwhile.
func (t *transaction) save(d *ticketDocument, filter bson.D, more int64) {
	update := bson.D{{Key: "$set", Value: bson.D{
		{Key: "last_occurrence_time", Value: d.LastSeen}, {Key: "solved", Value: d.Solved}, {Key: "go", Value: &d.Go},
	}}}
	if more != 0 {
		update = append(update, bson.E{Key: "$inc", Value: bson.D{{Key: "occurrence_count", Value: more}}})
	}
	t.update(ticketsName, filter, update)
}

func (d *ticketDocument) filter() bson.D { return bson.D{{Key: "_id", Value: d.OID}} }

// addValue adds a host or release, unless there are too many.
func addValue(list *[]string, value string) {
	if value != "" && len(*list) < ticketing.MaxValues && !slices.Contains(*list, value) {
		*list = append(*list, value)
	}
}

// occurrenceDocument is a document of occurrences. The fields before Go are those of Python
// Logbook.
type occurrenceDocument struct {
	OID    bson.ObjectID `bson:"_id"`
	Ticket bson.ObjectID `bson:"ticket_id"`
	AppID  string        `bson:"app_id"`
	Time   time.Time     `bson:"time"` // in milliseconds
	Data   string        `bson:"data"`
	Go     ownOccurrence `bson:"go"`
}

type ownOccurrence struct {
	ID     int64 `bson:"id"`
	Ticket int64 `bson:"ticket"`
	Number int64 `bson:"n"`
	At     int64 `bson:"at"`
}

func (d *occurrenceDocument) occurrence() *ticketing.Occurrence {
	return &ticketing.Occurrence{ID: d.Go.ID, Ticket: d.Go.Ticket, Number: d.Go.Number, Time: micro.Time(d.Go.At), AppID: d.AppID, Data: []byte(d.Data)}
}

// addOccurrence inserts an occurrence of a ticket.
func (t *transaction) addOccurrence(d *ticketDocument, number int64, e *ticketing.Entry) {
	t.insert(occurrencesName, bson.D{{Key: "_id", Value: bson.NewObjectID()}}, bson.D{
		{Key: "ticket_id", Value: d.OID}, {Key: "app_id", Value: e.AppID}, {Key: "time", Value: e.Time}, {Key: "data", Value: string(e.Data)},
		{Key: "go", Value: ownOccurrence{t.id(), d.Go.ID, number, micro.Of(e.Time)}},
	})
}

// eventDocument is a document of the history.
type eventDocument struct {
	ID      int64  `bson:"_id"`
	Ticket  int64  `bson:"ticket"`
	At      int64  `bson:"at"`
	Kind    string `bson:"kind"`
	Actor   string `bson:"actor"`
	Comment string `bson:"comment"`
}

// addEvents inserts events of a ticket.
func (t *transaction) addEvents(ticket int64, events ...ticketing.Event) {
	for _, e := range events {
		t.insert(historyName, bson.D{{Key: "_id", Value: t.id()}}, bson.D{
			{Key: "ticket", Value: ticket}, {Key: "at", Value: micro.Of(e.Time)}, {Key: "kind", Value: string(e.Kind)},
			{Key: "actor", Value: e.Actor}, {Key: "comment", Value: e.Comment},
		})
	}
}

// hourDocument is the number of occurrences of a ticket in an hour since 1970.
type hourDocument struct {
	Ticket int64 `bson:"ticket"`
	Hour   int64 `bson:"hour"`
	N      int64 `bson:"n"`
}

// addHours adds to the numbers of occurrences in each hour.
func (t *transaction) addHours(ticket int64, hours map[int64]int64) {
	for hour, n := range hours {
		id := bson.D{{Key: "_id", Value: bson.D{{Key: "ticket", Value: ticket}, {Key: "hour", Value: hour}}}}
		t.insert(hoursName, id, bson.D{{Key: "ticket", Value: ticket}, {Key: "hour", Value: hour}, {Key: "n", Value: int64(0)}})
		t.update(hoursName, id, bson.D{{Key: "$inc", Value: bson.D{{Key: "n", Value: n}}}})
	}
}
