package database

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// producersTable has the number of the last row of each producer.
const producersTable = "logbook_producers"

// makeProducers makes the table of producers, unless there is one.
func (db *DB) makeProducers(ctx context.Context) error {
	if db.producers.Load() {
		return nil
	}
	_, err := db.columns(ctx, db.pool, producersTable)
	if errors.Is(err, ErrNoTable) {
		_, err = db.pool.Exec(ctx, fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s (producer text PRIMARY KEY, last bigint NOT NULL, seen timestamptz NOT NULL)", db.in(producersTable)))
		if code := codeOf(err); code == "23505" || code == "42P07" { // made meanwhile
			err = nil
		}
	}
	if err == nil {
		db.producers.Store(true)
	}
	return err
}

// lastOf returns the number of the last row of a producer, or 0. Until the transaction ends,
// no other one gets it.
func (db *DB) lastOf(ctx context.Context, tx pgx.Tx, producer string) (last uint64, err error) {
	var isNew bool
	err = tx.QueryRow(ctx, fmt.Sprintf(
		"INSERT INTO %s AS p VALUES ($1, 0, now()) ON CONFLICT (producer) DO UPDATE SET seen = now() RETURNING p.last, p.xmax = 0", db.in(producersTable)), producer).Scan(&last, &isNew)
	if isNew {
		_, err = tx.Exec(ctx, fmt.Sprintf("DELETE FROM %s WHERE seen < now() - interval '90 days'", db.in(producersTable)))
	}
	if codeOf(err) == "42P01" { // it was dropped
		db.producers.Store(false)
	}
	return last, err
}

// setLast notes the number of the last row of a producer.
func (db *DB) setLast(ctx context.Context, tx pgx.Tx, producer string, last uint64) error {
	_, err := tx.Exec(ctx, fmt.Sprintf("UPDATE %s SET last = $2 WHERE producer = $1", db.in(producersTable)), producer, last)
	return err
}
