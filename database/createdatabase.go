package database

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// DatabaseOptions configure [DB.CreateDatabase]. nil is the default.
type DatabaseOptions struct {
	Owner string // default the user of this connection
}

// CreateDatabase makes a database on the same server, with the extension timescaledb as
// [Options.Timescale] says. If the extension cannot be created, there is no database.
func (db *DB) CreateDatabase(ctx context.Context, name string, o *DatabaseOptions) error {
	if o == nil {
		o = new(DatabaseOptions)
	}
	return db.run(ctx, opCreateDatabase, name, func() (string, error) {
		if err := checkName(name); err != nil {
			return "", argumentError("CreateDatabase", "name", err)
		}
		sql := "CREATE DATABASE " + quote(name)
		if o.Owner != "" {
			if err := checkName(o.Owner); err != nil {
				return "", argumentError("DatabaseOptions", "Owner", err)
			}
			sql += " WITH OWNER " + quote(o.Owner)
		}
		extended := db.timescale != TimescaleNever
		if extended {
			installed, err := isInstalled(ctx, db.pool)
			switch {
			case err != nil:
				return "", err
			case !installed && db.timescale == TimescaleRequired:
				return "", &TimescaleError{TimescaleMissing}
			}
			extended = installed
		}
		if _, err := db.pool.Exec(ctx, sql); err != nil {
			return "", err
		}
		if !extended {
			return "new database", nil
		}
		if err := db.extend(ctx, name); err != nil {
			_, drop := db.pool.Exec(context.WithoutCancel(ctx), "DROP DATABASE "+quote(name))
			return "", errors.Join(err, drop)
		}
		return "new database with TimescaleDB", nil
	})
}

// extend creates the extension in a database.
func (db *DB) extend(ctx context.Context, name string) error {
	c := db.pool.Config().ConnConfig
	c.Database = name
	conn, err := pgx.ConnectConfig(ctx, c)
	if err != nil {
		return fmt.Errorf("the new database: %w", err)
	}
	_, err = conn.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS timescaledb")
	return errors.Join(err, conn.Close(ctx))
}
