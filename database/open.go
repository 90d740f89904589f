package database

import (
	"cmp"
	"context"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/logbook-go/logbook/internal/secret"
)

// DB is a PostgreSQL database. It is safe for concurrent use. Methods of a nil or closed DB
// fail with [ErrNotConnected].
type DB struct {
	pool      *pgxpool.Pool
	schema    string
	timescale Timescale
	secrets   *secret.Scrubber
	version   atomic.Pointer[string]
	producers atomic.Bool // there is a table of producers
	closed    atomic.Bool
}

// Open connects to a database. The error is a [*logbook.OptionError] or an [*Error]. Close
// the DB when it is no longer used.
func Open(ctx context.Context, o *Options) (*DB, error) {
	if o == nil {
		o = new(Options)
	}
	c, secrets, err := o.pool()
	if err != nil {
		return nil, err
	}
	db := &DB{schema: cmp.Or(o.Schema, defaultSchema), timescale: o.Timescale, secrets: secrets}
	if db.pool, err = pgxpool.NewWithConfig(context.WithoutCancel(ctx), c); err != nil {
		return nil, db.fail(opConnect.name, c.ConnConfig.Database, err)
	}
	if w := o.checkPassFile(); w != "" {
		opConnect.log.WarnContext(ctx, "{path}: {problem}", "path", o.PassFile, "problem", w)
	}
	if o.Lazy {
		return db, nil
	}
	if err := db.connect(ctx); err != nil {
		db.Close()
		return nil, err
	}
	log := opConnect.log.DebugContext
	if o.LogVersion {
		log = opConnect.log.InfoContext
	}
	log(ctx, "{user}@{host}:{port}/{database}: {version}", "user", c.ConnConfig.User, "host", c.ConnConfig.Host,
		"port", c.ConnConfig.Port, "database", c.ConnConfig.Database, "version", db.Version())
	return db, nil
}

// connect asks for the version of the server.
func (db *DB) connect(ctx context.Context) error {
	var version string
	if err := db.pool.QueryRow(ctx, "SELECT version()").Scan(&version); err != nil {
		return db.fail(opConnect.name, db.pool.Config().ConnConfig.Database, err)
	}
	db.version.Store(&version)
	return nil
}

// Version returns what the server said about itself when it was connected to, or "" if it
// was not yet.
func (db *DB) Version() string {
	if db == nil || db.version.Load() == nil {
		return ""
	}
	return *db.version.Load()
}

// Pool returns the pool of connections, for your own statements. Close closes it.
func (db *DB) Pool() *pgxpool.Pool {
	if db == nil {
		return nil
	}
	return db.pool
}

// Close closes all connections when the operations on them have ended. It may be called
// again.
func (db *DB) Close() {
	if db == nil || db.pool == nil {
		return
	}
	db.closed.Store(true)
	db.pool.Close()
}
