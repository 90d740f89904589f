package tickets

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"path/filepath"
	"slices"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

type sqliteDatabase struct {
	store *sqlite.Store
	plain *sql.DB
}

// openSQLite opens two databases in a folder, with the same settings.
func openSQLite(dir string) (database, error) {
	store, err := sqlite.Open(filepath.Join(dir, "tickets.db"), &sqlite.Options{Limits: &ticketing.Limits{NewTickets: math.MaxInt32}})
	if err != nil {
		return nil, err
	}
	driver := "sqlite" // that of the store
	if slices.Contains(sql.Drivers(), "sqlite3") {
		driver = "sqlite3"
	}
	plain, err := sql.Open(driver, filepath.Join(dir, "plain.db"))
	if err != nil {
		return nil, err
	}
	plain.SetMaxOpenConns(1)
	for _, statement := range []string{
		"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA wal_autocheckpoint = 4000", "PRAGMA cache_size = -32768",
		"CREATE TABLE plain (data TEXT)",
	} {
		if _, err := plain.Exec(statement); err != nil {
			return nil, err
		}
	}
	return &sqliteDatabase{store, plain}, nil
}

func (d *sqliteDatabase) Store() ticketing.Store { return d.store }

func (d *sqliteDatabase) Insert(ctx context.Context, texts []string) error {
	tx, err := d.plain.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	insert, err := tx.PrepareContext(ctx, "INSERT INTO plain VALUES (?)")
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, text := range texts {
		if _, err := insert.Exec(text); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (d *sqliteDatabase) Close() error {
	return errors.Join(d.store.Close(context.Background()), d.plain.Close())
}
