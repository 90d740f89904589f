package tickets

import (
	"context"
	"errors"
	"os"
	"runtime"
	"time"

	"github.com/logbook-go/logbook/bench/internal/measure"
	"github.com/logbook-go/logbook/ticketing"
)

// A Kind is a kind of store.
type Kind struct {
	ID, Title string
	Plain     string             // what it is measured against
	Targets   map[string]float64 // by work: the least ratio of the time of Plain to that of recording
	Missing   string             // why it cannot be measured here
	open      func(dir string) (database, error)
}

// Kinds returns all kinds.
func Kinds() []Kind {
	missing := ""
	if os.Getenv(postgresURL) == "" {
		missing = postgresURL + " is not set"
	}
	return []Kind{
		{"sqlite", "SQLite", "plain inserts", map[string]float64{"hot8": 2, "wide10k": 0.15, "zipf": 0.3, "50k": 0.7}, "", openSQLite},
		{"postgres", "PostgreSQL", "COPY", map[string]float64{"wide10k": 0.2}, missing, openPostgres},
	}
}

// A database has a store, and a table of one column.
type database interface {
	Store() ticketing.Store
	Insert(ctx context.Context, texts []string) error // in one transaction
	Close() error
}

// batches is the number of batches in a round. Ten rounds of 500 records are enough for the
// store to delete some of what it does not keep.
const batches = 8

// Measure returns the costs of a record in a store and in a plain table, in turns. They are
// means, since a store deletes from time to time. The databases are removed in the end.
func (w *Work) Measure(k Kind, rounds int) (store, plain measure.Cost, err error) {
	dir, err := os.MkdirTemp("", "logbook-bench-")
	if err != nil {
		return store, plain, err
	}
	defer os.RemoveAll(dir)
	db, err := k.open(dir)
	if err != nil {
		return store, plain, err
	}
	store, plain, err = w.measure(db, rounds)
	return store, plain, errors.Join(err, db.Close())
}

func (w *Work) measure(db database, rounds int) (store, plain measure.Cost, err error) {
	ctx, s := context.Background(), w.source()
	if err := w.prepare(ctx, db.Store(), s); err != nil {
		return store, plain, err
	}
	n := rounds * batches
	for range n {
		entries := s.batch(w.batch)
		texts := make([]string, len(entries))
		for i, e := range entries {
			texts[i] = string(e.Data)
		}
		if err := add(&store, n*w.batch, func() error { return db.Store().Record(ctx, entries) }); err != nil {
			return store, plain, err
		}
		if err := add(&plain, n*w.batch, func() error { return db.Insert(ctx, texts) }); err != nil {
			return store, plain, err
		}
	}
	return store, plain, nil
}

// add adds the cost of a call, as one of several that work on n records.
func add(c *measure.Cost, n int, call func() error) error {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	err := call()
	c.Ns += float64(time.Since(began)) / float64(n)
	runtime.ReadMemStats(&after)
	c.Allocs += float64(after.Mallocs-before.Mallocs) / float64(n)
	return err
}
