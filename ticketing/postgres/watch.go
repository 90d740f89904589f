package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/logbook-go/logbook/internal/flow"
)

// notify reports to all who listen that the store changed.
const notify = "SELECT pg_notify('{p}changed', '')"

// Watch implements [ticketing.Store].
func (s *Store) Watch(ctx context.Context) (<-chan struct{}, error) { return s.watchers.Watch(ctx) }

// listen passes notifications to the watchers. It has a connection of its own, so that those
// of the pool are left to others, and connects again when that is lost.
func (s *Store) listen(ctx context.Context) {
	var pause flow.Pause
	for ctx.Err() == nil {
		s.follow(ctx, &pause)
		pause.Wait(ctx)
	}
}

// follow passes notifications on until the connection is lost.
func (s *Store) follow(ctx context.Context, pause *flow.Pause) {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, s.expand("LISTEN {p}changed")); err != nil {
		return
	}
	pause.Succeeded()
	for err == nil {
		s.watchers.Notify() // at first, for what changed before
		_, err = conn.WaitForNotification(ctx)
	}
}
