package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/sqlite"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/commit"
	"github.com/logbook-go/logbook/ticketing/internal/counts"
	"github.com/logbook-go/logbook/ticketing/internal/watch"
)

// Store keeps tickets in an SQLite database. It implements [ticketing.Store], and is safe for
// concurrent use.
type Store struct {
	path     string
	engine   sqlite.Engine
	limits   ticketing.Limits
	expand   func(string) string
	noCreate bool

	db      *sql.DB       // for reading
	writing chan struct{} // has one element while w is in use
	w       writer

	queue commit.Queue[*ticketing.Entry]

	watchers watch.Watchers

	known   known     // guarded by writing
	leaving []ordinal // occurrences that are to be swept; guarded by writing
	pruned  time.Time

	counts counts.Counts
}

var _ ticketing.Store = (*Store)(nil)

// maxReaders bounds the connections for reading.
const maxReaders = 4

// Open opens the database in a file, and makes it unless it exists. The error is a
// [*logbook.OptionError] or an [*Error].
func Open(path string, o *Options) (*Store, error) { return open(sqlite.Default, path, o) }

func open(d sqlite.Engine, path string, o *Options) (*Store, error) {
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
	prefix := strings.NewReplacer("{p}", cmp.Or(o.TablePrefix, defaultPrefix))
	s := &Store{path: path, engine: d, limits: limits, expand: prefix.Replace, noCreate: o.NoCreate, writing: make(chan struct{}, 1)}
	s.queue.Max, s.queue.Begin, s.queue.Commit, s.queue.End = maxCommit, s.enter, s.record, s.recorded
	s.watchers.Poll = s.poll
	s.w = writer{expand: s.expand, stmts: make(map[string]*sql.Stmt), committed: s.watchers.Notify}
	if path == "" {
		return nil, s.fail("open", errors.New("missing path"))
	}
	timeout := cmp.Or(o.Timeout, defaultTimeout)
	if err := s.open(timeout); err != nil {
		if s.db != nil {
			err = errors.Join(err, s.shut())
		}
		return nil, err
	}
	return s, nil
}

// busyPause is the pause before a file is opened again that another process is opening.
const busyPause = 20 * time.Millisecond

func (s *Store) open(timeout time.Duration) error {
	prepare := sqlite.Create
	if s.noCreate {
		prepare = sqlite.Exists
	}
	if err := prepare(s.path); err != nil {
		return s.fail("open", err)
	}
	c, err := sqlite.NewConnector(s.engine, s.path, timeout)
	if err != nil {
		return s.fail("open", err)
	}
	s.db = sql.OpenDB(c)
	s.db.SetMaxOpenConns(maxReaders + 1)
	s.db.SetMaxIdleConns(maxReaders)
	for end := time.Now().Add(timeout); ; time.Sleep(busyPause) {
		// SQLite does not wait for locks when it changes to WAL mode, or recovers.
		err := s.fail("open", s.prepare())
		if !errors.Is(err, ticketing.ErrLocked) || time.Now().After(end) {
			return err
		}
	}
}

func (s *Store) prepare() (err error) {
	if s.w.conn == nil {
		if s.w.conn, err = s.db.Conn(context.Background()); err != nil {
			return err
		}
	}
	var mode string
	if err := s.w.conn.QueryRowContext(context.Background(), "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("journal mode is %q, want wal", mode)
	}
	return s.migrate()
}

func (s *Store) script(text string) error {
	_, err := s.w.conn.ExecContext(context.Background(), s.expand(text))
	return err
}

// enter takes the connection that writes. leave gives it back.
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

// change runs a transaction.
func (s *Store) change(ctx context.Context, op string, fn func() error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	return s.fail(op, s.w.transaction(fn))
}

// read fails if the store is closed.
func (s *Store) read(op string, fn func() error) error {
	if s.queue.Closed() {
		return logbook.ErrClosed
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
	defer s.leave()
	s.watchers.Close()
	return s.fail("close", s.shut())
}

func (s *Store) shut() error {
	var errs []error
	for _, stmt := range s.w.stmts {
		errs = append(errs, stmt.Close())
	}
	if s.w.conn != nil {
		errs = append(errs, s.w.conn.Close())
	}
	return errors.Join(append(errs, s.db.Close())...)
}

// pythonTime is the form of times in Python's tables.
const pythonTime = "2006-01-02 15:04:05.000000"
