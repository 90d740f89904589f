package mongodb

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"github.com/logbook-go/logbook/internal/secret"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/commit"
	"github.com/logbook-go/logbook/ticketing/internal/counts"
	"github.com/logbook-go/logbook/ticketing/internal/watch"
)

// Store keeps tickets in a MongoDB database. It implements [ticketing.Store], and is safe for
// concurrent use.
type Store struct {
	name     string // the URI without secrets
	secrets  secret.Scrubber
	client   *mongo.Client
	db       *mongo.Database
	limits   ticketing.Limits
	timeout  time.Duration
	watchers watch.Watchers
	queue    commit.Queue[*ticketing.Entry]

	writing  chan struct{}   // has one element while somebody changes the store
	head     int64           // the number of the newest change that is known; guarded by writing
	behind   atomic.Int64    // the change that this store committed and could not carry out, or 0
	releases map[string]bool // that are in the database; guarded by writing
	pruned   time.Time       // guarded by writing

	counts counts.Counts
}

var _ ticketing.Store = (*Store)(nil)

// Names of collections: those of Python Logbook, and ours.
const (
	ticketsName     = "tickets"
	occurrencesName = "occurrences"

	journalName   = "logbook_journal"
	historyName   = "logbook_history"
	hoursName     = "logbook_hours"
	releasesName  = "logbook_releases"
	producersName = "logbook_producers"
	createdName   = "logbook_created"
	documentsName = "logbook_documents"
)

// indexes are those of Python Logbook first.
var indexes = []struct {
	collection string
	keys       bson.D
	unique     bool
}{
	{ticketsName, bson.D{{Key: "record_hash", Value: 1}}, true},
	{ticketsName, bson.D{{Key: "solved", Value: 1}, {Key: "level", Value: 1}}, false},
	{occurrencesName, bson.D{{Key: "time", Value: -1}}, false},

	{ticketsName, bson.D{{Key: "go.ids", Value: 1}}, false},
	{ticketsName, bson.D{{Key: "go.fingerprints", Value: 1}}, false},
	{ticketsName, bson.D{{Key: "go.state", Value: 1}, {Key: "go.last_seen", Value: 1}, {Key: "go.id", Value: 1}}, false},
	{ticketsName, bson.D{{Key: "go.state", Value: 1}, {Key: "occurrence_count", Value: 1}, {Key: "go.id", Value: 1}}, false},
	{ticketsName, bson.D{{Key: "go.last_seen", Value: 1}, {Key: "go.id", Value: 1}}, false},
	{ticketsName, bson.D{{Key: "go.hosts", Value: 1}}, false},
	{ticketsName, bson.D{{Key: "go.releases", Value: 1}}, false},
	{ticketsName, bson.D{{Key: "go.link", Value: 1}}, false},
	{occurrencesName, bson.D{{Key: "go.ticket", Value: 1}, {Key: "go.at", Value: 1}, {Key: "go.id", Value: 1}}, false},
	{historyName, bson.D{{Key: "ticket", Value: 1}, {Key: "_id", Value: 1}}, false},
	{hoursName, bson.D{{Key: "ticket", Value: 1}, {Key: "hour", Value: 1}}, false},
	{hoursName, bson.D{{Key: "hour", Value: 1}}, false},
}

// Open opens the database of a URI such as mongodb://USER:PASSWORD@HOST:PORT/DATABASE, as
// MongoDB's drivers take it. The context bounds the opening, in which the tickets of Python Logbook
// are adopted. The error is a [*logbook.OptionError] or an [*Error].
func Open(ctx context.Context, uri string, o *Options) (*Store, error) {
	if o == nil {
		o = new(Options)
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	limits, err := o.Limits.WithDefaults()
	if err != nil {
		return nil, err
	}
	s := &Store{
		limits: limits, timeout: cmp.Or(o.Timeout, defaultTimeout), writing: make(chan struct{}, 1),
		releases: make(map[string]bool), pruned: time.Now(),
	}
	database, err := s.parse(uri)
	if err != nil {
		return nil, optionError("URI", err)
	}
	journaled := true
	client := options.Client().ApplyURI(uri).SetServerSelectionTimeout(s.timeout).SetConnectTimeout(s.timeout).
		SetReadPreference(readpref.Primary()).SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journaled}).
		SetBSONOptions(&options.BSONOptions{NilSliceAsEmpty: true})
	if err := client.Validate(); err != nil {
		return nil, optionError("URI", s.secrets.Error(err))
	}
	s.queue.Max, s.queue.Begin, s.queue.Commit, s.queue.End = maxCommit, s.enter, s.record, s.recorded
	s.watchers.Poll = s.poll
	if s.client, err = mongo.Connect(client); err != nil {
		return nil, s.fail("open", err)
	}
	s.db = s.client.Database(database)
	if err := s.prepare(ctx, o.NoCreate); err != nil {
		return nil, errors.Join(s.fail("open", err), s.client.Disconnect(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// parse returns the name of the database of a URI, and sets the name and the secrets. Its
// errors do not repeat the URI.
func (s *Store) parse(uri string) (database string, err error) {
	invalid := errors.New(`want "mongodb://HOST:PORT/DATABASE"`)
	scheme, rest, ok := strings.Cut(uri, "://")
	if !ok || scheme != "mongodb" && scheme != "mongodb+srv" {
		return "", invalid
	}
	rest, _, _ = strings.Cut(rest, "?")
	hosts, path, _ := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(rest, '@'); i >= 0 { // a password may contain a "/" that is not escaped
		_, password, _ := strings.Cut(rest[:i], ":")
		s.secrets.Add(password)
		hosts, path, _ = strings.Cut(rest[i+1:], "/")
	}
	if database, err = url.PathUnescape(path); err != nil || database == "" || hosts == "" {
		return "", invalid
	}
	s.name = scheme + "://" + hosts + "/" + path
	return database, nil
}

// prepare makes the indexes and the journal, and adopts the tickets of Python Logbook.
func (s *Store) prepare(ctx context.Context, noCreate bool) error {
	ping, cancel := context.WithTimeout(ctx, 2*s.timeout)
	defer cancel()
	if err := s.client.Ping(ping, nil); err != nil {
		return err
	}
	if !noCreate {
		for _, i := range indexes {
			if _, err := s.db.Collection(i.collection).Indexes().CreateOne(ctx, mongo.IndexModel{Keys: i.keys, Options: options.Index().SetUnique(i.unique)}); err != nil {
				return err
			}
		}
		if err := s.begin(ctx); err != nil {
			return err
		}
	}
	if _, err := s.settle(ctx); err != nil {
		return err
	}
	return s.adopt(ctx)
}

// enter begins a change. leave ends it.
func (s *Store) enter(ctx context.Context) error {
	select {
	case s.writing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.queue.Closed() {
		s.leave()
		return logbook.ErrClosed
	}
	return nil
}

func (s *Store) leave() { <-s.writing }

// change makes a change.
func (s *Store) change(ctx context.Context, op string, plan func(ctx context.Context, t *transaction) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	return s.fail(op, s.transact(ctx, plan))
}

// read calls fn, unless the store is closed. It first carries out what this store committed
// and could not carry out, so that it is seen.
func (s *Store) read(ctx context.Context, op string, fn func() error) error {
	if s.queue.Closed() {
		return logbook.ErrClosed
	}
	if s.behind.Load() != 0 {
		if err := s.enter(ctx); err != nil {
			return err
		}
		_, err := s.settle(ctx)
		s.leave()
		if err != nil {
			return s.fail(op, err)
		}
	}
	return s.fail(op, fn())
}

// Stats implements [ticketing.Store].
func (s *Store) Stats() logbook.Stats { return s.counts.Stats() }

// Close implements [ticketing.Store].
func (s *Store) Close(ctx context.Context) error {
	if err := s.enter(ctx); err != nil {
		if errors.Is(err, logbook.ErrClosed) {
			return nil
		}
		return err
	}
	s.queue.Close()
	s.leave()
	s.watchers.Close()
	return s.fail("close", s.client.Disconnect(ctx))
}
