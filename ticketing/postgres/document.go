package postgres

import (
	"context"
	"fmt"

	"github.com/logbook-go/logbook/ticketing"
)

// The row of a document that was deleted remains, without data, so that its versions go on.

const (
	oneDocument    = "SELECT data, version FROM {p}documents WHERE name = $1 AND data IS NOT NULL"
	firstDocument  = "INSERT INTO {p}documents AS d VALUES ($1, 1, $2) ON CONFLICT (name) DO UPDATE SET data = $2, version = d.version + 1 WHERE d.data IS NULL"
	changeDocument = "UPDATE {p}documents SET data = $2, version = version + 1 WHERE name = $1 AND data IS NOT NULL AND version = $3"
)

// Document implements [ticketing.Store].
func (s *Store) Document(ctx context.Context, name string) (data []byte, version int64, err error) {
	err = s.each(ctx, "document", oneDocument, []any{text(name)}, func(scan func(...any) error) error { return scan(&data, &version) })
	return data, version, err
}

// SetDocument implements [ticketing.Store].
func (s *Store) SetDocument(ctx context.Context, name string, data []byte, version int64) error {
	if err := ticketing.CheckDocument(name, data); err != nil {
		return err
	}
	if len(data) == 0 {
		data = nil // NULL
	}
	query, args := changeDocument, []any{text(name), data, version}
	if version == 0 {
		query, args = firstDocument, args[:2]
	}
	return s.change(ctx, "set a document", func(t *transaction) error {
		n, err := t.exec(ctx, query, args...)
		if err == nil && n == 0 {
			err = fmt.Errorf("document %s: %w", name, ticketing.ErrConflict)
		}
		return err
	})
}
