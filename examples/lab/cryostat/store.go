package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/logbook-go/logbook/database"
	"github.com/logbook-go/logbook/database/sqlite"
)

// layout has a column for each stage; a row has the temperature of one of them.
var layout = &database.Layout{Table: "cryostat"}

// store is the database of the temperatures.
type store interface {
	database.Store

	// rows yields the rows of the table, which are a time and a temperature or nil for each
	// stage.
	rows(ctx context.Context) iter.Seq2[[]any, error]
	close() error
}

// openStore opens the database with a URL of PostgreSQL, or "" for an SQLite file, and makes
// the table if it is missing.
func openStore(ctx context.Context, url, file string) (store, error) {
	if url == "" {
		return openSQLite(ctx, file)
	}
	return openPostgres(ctx, url)
}

type postgresStore struct{ *database.DB }

// openPostgres goes on if the server does not answer: the logger waits for it. Only at the
// very first start, there is no table then.
func openPostgres(ctx context.Context, url string) (store, error) {
	db, err := database.Open(ctx, &database.Options{URL: url, Timescale: database.TimescaleOptional, Lazy: true})
	if err != nil {
		return nil, err
	}
	err = createTable(ctx, db)
	var down interface{ Temporary() bool }
	if errors.As(err, &down) && down.Temporary() {
		log.Warn("the table is not checked: {error}", "error", err.Error())
		err = nil
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return postgresStore{db}, nil
}

// createTable makes the table, and views with averages over 10 s and more.
func createTable(ctx context.Context, db *database.DB) error {
	if err := db.CreateTimescaleTable(ctx, layout.Table, &database.TableOptions{IfNotExists: true}); err != nil {
		return err
	}
	for _, name := range stageNames {
		if err := db.NewColumn(ctx, layout.Table, name, database.Double, database.Positive); err != nil {
			return err
		}
	}
	return db.CreateAggregateView(ctx, layout.Table, &database.AggregateOptions{Min: true, Max: true})
}

func (s postgresStore) rows(ctx context.Context) iter.Seq2[[]any, error] {
	return s.Range(ctx, layout.Table, &database.RangeOptions{Columns: append([]string{"time"}, stageNames...)})
}

func (s postgresStore) close() error {
	s.Close()
	return nil
}

type sqliteStore struct{ *sqlite.Store }

func openSQLite(ctx context.Context, file string) (store, error) {
	s, err := sqlite.Open(ctx, file, nil)
	if err != nil {
		return nil, err
	}
	if err := s.CreateTables(ctx, layout, stageNames); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return sqliteStore{s}, nil
}

func (s sqliteStore) rows(ctx context.Context) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		query := fmt.Sprintf(`SELECT "time", "%s" FROM "%s" ORDER BY rowid`, strings.Join(stageNames, `", "`), layout.Table)
		rows, err := s.DB().QueryContext(ctx, query)
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			row, err := scan(rows)
			if !yield(row, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// scan reads a row of SQLite, where times are text.
func scan(rows *sql.Rows) ([]any, error) {
	var at string
	values := make([]sql.NullFloat64, len(stageNames))
	into := []any{&at}
	for i := range values {
		into = append(into, &values[i])
	}
	if err := rows.Scan(into...); err != nil {
		return nil, err
	}
	t, err := time.Parse(time.RFC3339Nano, at)
	row := []any{t}
	for _, v := range values {
		if v.Valid {
			row = append(row, v.Float64)
		} else {
			row = append(row, nil)
		}
	}
	return row, err
}

func (s sqliteStore) close() error { return s.Close() }
