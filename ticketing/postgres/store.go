package postgres

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/commit"
	"github.com/logbook-go/logbook/ticketing/internal/counts"
	"github.com/logbook-go/logbook/ticketing/internal/watch"
)

// Store keeps tickets in a PostgreSQL database. It implements [ticketing.Store], and is safe
// for concurrent use.
type Store struct {
	name     string // of the database, for errors
	prefix   string
	expand   func(string) string // puts the prefix into a statement
	limits   ticketing.Limits
	noCreate bool

	pool     *pgxpool.Pool
	begins   pgx.TxOptions // of transactions that change something
	queue    commit.Queue[*ticketing.Entry]
	watchers watch.Watchers

	writer *pgxpool.Conn // of the commit that is running
	known  known         // these are used by the call that commits
	pruned time.Time

	counts counts.Counts
}

var _ ticketing.Store = (*Store)(nil)

// Open opens a database, and makes the tables unless they exist. The error is a
// [*logbook.OptionError] or an [*Error].
func Open(ctx context.Context, url string, o *Options) (*Store, error) {
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
	prefix := strings.ToLower(cmp.Or(o.TablePrefix, defaultPrefix))
	s := &Store{
		name: "postgres", prefix: prefix, expand: strings.NewReplacer("{p}", prefix).Replace,
		limits: limits, noCreate: o.NoCreate, pruned: time.Now(),
	}
	s.queue.Max, s.queue.Begin, s.queue.Commit, s.queue.End = maxCommit, s.begin, s.commit, s.end
	s.watchers.Poll = s.listen
	s.begins.BeginQuery = fmt.Sprintf(beginQuery, max(1, cmp.Or(o.Timeout, defaultTimeout).Milliseconds()))
	config, err := configure(url)
	if err != nil {
		return nil, s.fail(ctx, "open", err)
	}
	s.name = nameOf(config)
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, s.fail(ctx, "open", err)
	}
	if err := s.migrate(ctx); err != nil {
		s.pool.Close()
		return nil, s.fail(ctx, "open", err)
	}
	return s, nil
}

// Stats implements [ticketing.Store].
func (s *Store) Stats() logbook.Stats { return s.counts.Stats() }

// Close implements [ticketing.Store].
func (s *Store) Close(ctx context.Context) error {
	s.queue.Close()
	s.watchers.Close()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		s.pool.Close() // waits for calls that are running
	}()
	select {
	case <-closed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
