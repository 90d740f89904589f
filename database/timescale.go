package database

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Timescale says whether tables and views are those of TimescaleDB.
type Timescale int8

// The choices. A plain table is one of PostgreSQL, with a BRIN index on the time; its
// aggregate views are computed when they are read.
const (
	TimescaleRequired Timescale = iota // those of TimescaleDB, or a [*TimescaleError]
	TimescaleOptional                  // plain ones where TimescaleDB is not available
	TimescaleNever                     // plain ones
)

// TimescaleReason is the reason why TimescaleDB cannot be used.
type TimescaleReason int8

// The reasons.
const (
	TimescaleMissing      TimescaleReason = iota // it is not installed on the server
	TimescaleNotCreated                          // the database does not have the extension
	TimescaleNotPreloaded                        // the server has not loaded it at its start
	TimescaleLicense                             // the Apache edition lacks the feature
	TimescalePlainTable                          // the table is not a hypertable
)

// TimescaleError reports that a feature of TimescaleDB cannot be used. Its text says what to
// do.
type TimescaleError struct {
	Reason TimescaleReason
}

// Error returns the reason, and what to do.
func (e *TimescaleError) Error() string {
	switch e.Reason {
	case TimescaleMissing:
		return "TimescaleDB is not available: install it on the server, or set Options.Timescale"
	case TimescaleNotCreated:
		return "TimescaleDB is not available: run CREATE EXTENSION timescaledb in the database, or set Options.Timescale"
	case TimescaleNotPreloaded:
		return "TimescaleDB is not available: add timescaledb to shared_preload_libraries of the server, and restart it"
	case TimescaleLicense:
		return "the Apache edition of TimescaleDB has no continuous aggregates: install the community edition, or set Options.Timescale"
	}
	return "the table is not a hypertable of TimescaleDB"
}

// timescaleErrorOf returns what an error of the server says about TimescaleDB, or nil.
func timescaleErrorOf(op string, e *pgconn.PgError) error {
	switch {
	case strings.Contains(e.Message, "must be preloaded"):
		return &TimescaleError{TimescaleNotPreloaded}
	case e.Code == "0A000" && strings.Contains(e.Message, "license"):
		return &TimescaleError{TimescaleLicense}
	case strings.Contains(e.Message, `extension "timescaledb" is not available`):
		return &TimescaleError{TimescaleMissing}
	case op == opCreateAggregate.name && e.Code == "0A000":
		return &TimescaleError{TimescalePlainTable}
	}
	return nil
}

// extension is TimescaleDB in a database.
type extension struct {
	schema string // of its functions
}

// function returns the name of a function.
func (e *extension) function(name string) string { return pgx.Identifier{e.schema, name}.Sanitize() }

// extension returns TimescaleDB, or nil if plain tables and views are wanted.
func (db *DB) extension(ctx context.Context, q querier) (*extension, error) {
	if db.timescale == TimescaleNever {
		return nil, nil
	}
	rows, err := q.Query(ctx, "SELECT n.nspname::text FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'timescaledb'")
	if err != nil {
		return nil, err
	}
	schema, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[string])
	switch {
	case err == nil:
		return &extension{schema}, nil
	case !errors.Is(err, pgx.ErrNoRows):
		return nil, err
	case db.timescale == TimescaleOptional:
		return nil, nil
	}
	installed, err := isInstalled(ctx, q)
	switch {
	case err != nil:
		return nil, err
	case installed:
		return nil, &TimescaleError{TimescaleNotCreated}
	}
	return nil, &TimescaleError{TimescaleMissing}
}

// isInstalled reports whether the server has the files of TimescaleDB.
func isInstalled(ctx context.Context, q querier) (bool, error) {
	rows, err := q.Query(ctx, "SELECT count(*) FROM pg_catalog.pg_available_extensions WHERE name = 'timescaledb'")
	if err != nil {
		return false, err
	}
	n, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[int64])
	return n > 0, err
}

// TableOptions configure [DB.CreateTimescaleTable]. nil is the default.
type TableOptions struct {
	DefaultNow  bool // rows without a time have that of their transaction
	IfNotExists bool // a table that exists is left as it is, rather than an [ErrExists]
}

// CreateTimescaleTable makes a table with one column, time TIMESTAMPTZ NOT NULL, as a
// hypertable that is partitioned by it. If that fails there is no table. For a plain table
// see [Timescale].
func (db *DB) CreateTimescaleTable(ctx context.Context, table string, o *TableOptions) error {
	if o == nil {
		o = new(TableOptions)
	}
	return db.run(ctx, opCreateTimescale, table, func() (done string, err error) {
		if err := names(opCreateTimescale, table); err != nil {
			return "", err
		}
		err = pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
			done, err = db.createTimescaleTable(ctx, tx, table, o)
			return err
		})
		return done, err
	})
}

func (db *DB) createTimescaleTable(ctx context.Context, tx pgx.Tx, table string, o *TableOptions) (done string, err error) {
	if o.IfNotExists {
		_, err := db.columns(ctx, tx, table)
		if !errors.Is(err, ErrNoTable) {
			return "", err
		}
	}
	e, err := db.extension(ctx, tx)
	if err != nil {
		return "", err
	}
	def := ""
	if o.DefaultNow {
		def = " DEFAULT now()"
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf(`CREATE TABLE %s ("time" TIMESTAMPTZ NOT NULL%s)`, db.in(table), def)); err != nil {
		return "", err
	}
	if e == nil {
		_, err := tx.Exec(ctx, fmt.Sprintf(`CREATE INDEX ON %s USING brin ("time")`, db.in(table)))
		return "new plain table", err
	}
	_, err = tx.Exec(ctx, fmt.Sprintf("SELECT %s(%s, 'time')", e.function("create_hypertable"), quoteText(db.in(table))))
	return "new hypertable", err
}
