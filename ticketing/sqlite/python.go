package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/logbook-go/logbook/internal/sqlite"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/micro"
)

// ReadPython reads the tickets of a database that Python Logbook has written, and calls each
// for every record that they have counted, in the order in which they were stored. It does
// not change the database. The tickets have what Python knows of them: no title, no times but
// LastSeen, and the states Open and Solved.
//
// A ticket that has counted more records than are stored is passed again with one of those
// that are stored, or with an occurrence without Data. The error is that of each, or an
// [*Error].
func ReadPython(ctx context.Context, path, tablePrefix string, each func(*ticketing.Ticket, *ticketing.Occurrence) error) error {
	o := &Options{TablePrefix: tablePrefix}
	if err := o.check(); err != nil {
		return err
	}
	s := &Store{path: path, engine: sqlite.Default}
	c, err := sqlite.NewConnector(s.engine, path, defaultTimeout)
	if err != nil {
		return s.fail("open", err)
	}
	db := sql.OpenDB(c.ReadOnly())
	p := &python{db: db, prefix: strings.NewReplacer("{p}", cmp.Or(tablePrefix, defaultPrefix))}
	var stopped error
	err = p.read(ctx, func(t *ticketing.Ticket, o *ticketing.Occurrence) error {
		stopped = each(t, o)
		return stopped
	})
	if err = errors.Join(err, db.Close()); stopped != nil {
		return stopped
	}
	return s.fail("read", err)
}

// python is a database that Python has written.
type python struct {
	db     *sql.DB
	prefix *strings.Replacer
}

// pythonTicket is a ticket that is being read.
type pythonTicket struct {
	ticketing.Ticket
	rows    int64 // stored
	passed  int64 // of them
	missing int64 // counted and not stored
}

func (p *python) query(ctx context.Context, query string, row func(scan func(...any) error) error) error {
	rows, err := p.db.QueryContext(ctx, p.prefix.Replace(query))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (p *python) read(ctx context.Context, each func(*ticketing.Ticket, *ticketing.Occurrence) error) error {
	var tables int
	if err := p.db.QueryRowContext(ctx, p.prefix.Replace("SELECT count(*) FROM sqlite_master WHERE name IN ('{p}tickets', '{p}occurrences')")).Scan(&tables); err != nil {
		return err
	}
	if tables < 2 {
		return fmt.Errorf("%w: want those of Python Logbook", ticketing.ErrMissing)
	}
	tickets, order, err := p.tickets(ctx)
	if err != nil {
		return err
	}
	err = p.query(ctx, "SELECT occurrence_id, ticket_id, coalesce("+micros("time")+", 0), coalesce(data, ''), coalesce(app_id, '') FROM {p}occurrences WHERE ticket_id IS NOT NULL ORDER BY occurrence_id", func(scan func(...any) error) error {
		o := new(ticketing.Occurrence)
		var at int64
		if err := scan(&o.ID, &o.Ticket, &at, &o.Data, &o.AppID); err != nil {
			return err
		}
		t := tickets[o.Ticket]
		if t == nil {
			return nil
		}
		if o.Time = micro.Time(at); at == 0 {
			o.Time = t.LastSeen
		}
		times := int64(1)
		if t.passed++; t.passed == (t.rows+1)/2 { // in the middle, where few are kept
			times += t.missing
			t.missing = 0
		}
		return repeat(times, t, o, each)
	})
	if err != nil {
		return err
	}
	for _, t := range order { // those of which nothing is stored
		if err := repeat(t.missing, t, &ticketing.Occurrence{Ticket: t.ID, Time: t.LastSeen, AppID: t.AppID}, each); err != nil {
			return err
		}
	}
	return nil
}

func repeat(n int64, t *pythonTicket, o *ticketing.Occurrence, each func(*ticketing.Ticket, *ticketing.Occurrence) error) error {
	for range n {
		if err := each(&t.Ticket, o); err != nil {
			return err
		}
	}
	return nil
}

// tickets reads the tickets that have counted records.
func (p *python) tickets(ctx context.Context) (tickets map[int64]*pythonTicket, order []*pythonTicket, err error) {
	tickets = make(map[int64]*pythonTicket)
	err = p.query(ctx, `SELECT ticket_id, coalesce(CAST(record_hash AS TEXT), ''), coalesce(level, 0), coalesce(channel, ''), coalesce(location, ''), coalesce(module, ''),
		coalesce(`+micros("last_occurrence_time")+`, 0), occurrence_count, coalesce(solved, 0), coalesce(app_id, '')
		FROM {p}tickets WHERE occurrence_count > 0 ORDER BY ticket_id`, func(scan func(...any) error) error {
		t := new(pythonTicket)
		var level, at int64
		var solved bool
		if err := scan(&t.ID, &t.Fingerprint, &level, &t.Channel, &t.Location, &t.Module, &at, &t.Count, &solved, &t.AppID); err != nil {
			return err
		}
		t.Level, t.LastSeen, t.missing = logbook.LevelFromWire(level), micro.Time(at), t.Count
		if solved {
			t.State = ticketing.Solved
		}
		tickets[t.ID] = t
		order = append(order, t)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return tickets, order, p.query(ctx, "SELECT ticket_id, count(*) FROM {p}occurrences WHERE ticket_id IS NOT NULL GROUP BY ticket_id", func(scan func(...any) error) error {
		var id, n int64
		if err := scan(&id, &n); err != nil {
			return err
		}
		if t := tickets[id]; t != nil {
			t.rows, t.missing = n, max(0, t.Count-n)
		}
		return nil
	})
}

// Path returns the path of the database, as it was given to Open.
func (s *Store) Path() string { return s.path }
