package tickets

import (
	"context"
	"errors"
	"math"
	"net/url"
	"os"

	"github.com/jackc/pgx/v5"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/postgres"
)

// postgresURL is the environment variable with the URL of a PostgreSQL database, in which a
// schema is made and dropped.
const postgresURL = "LOGBOOK_BENCH_POSTGRES"

const schema = "logbook_bench"

type postgresDatabase struct {
	store *postgres.Store
	plain *pgx.Conn
}

func openPostgres(string) (database, error) {
	ctx := context.Background()
	u, err := url.Parse(os.Getenv(postgresURL))
	if err != nil {
		return nil, errors.New(postgresURL + ": invalid URL")
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	plain, err := pgx.Connect(ctx, u.String())
	if err != nil {
		return nil, err
	}
	for _, statement := range []string{
		"DROP SCHEMA IF EXISTS " + schema + " CASCADE", "CREATE SCHEMA " + schema, "CREATE TABLE plain (data TEXT)",
	} {
		if _, err := plain.Exec(ctx, statement); err != nil {
			return nil, errors.Join(err, plain.Close(ctx))
		}
	}
	store, err := postgres.Open(ctx, u.String(), &postgres.Options{Limits: &ticketing.Limits{NewTickets: math.MaxInt32}})
	if err != nil {
		return nil, errors.Join(err, plain.Close(ctx))
	}
	return &postgresDatabase{store, plain}, nil
}

func (d *postgresDatabase) Store() ticketing.Store { return d.store }

func (d *postgresDatabase) Insert(ctx context.Context, texts []string) error {
	_, err := d.plain.CopyFrom(ctx, pgx.Identifier{"plain"}, []string{"data"}, pgx.CopyFromSlice(len(texts), func(i int) ([]any, error) {
		return []any{texts[i]}, nil
	}))
	return err
}

func (d *postgresDatabase) Close() error {
	ctx := context.Background()
	err := d.store.Close(ctx)
	_, dropped := d.plain.Exec(ctx, "DROP SCHEMA "+schema+" CASCADE")
	return errors.Join(err, dropped, d.plain.Close(ctx))
}
