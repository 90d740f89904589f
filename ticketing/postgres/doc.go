// Package postgres stores tickets in a PostgreSQL database, which any number of programs can
// share.
//
//	store, err := postgres.Open(ctx, "postgres://lab@db.example.org/tickets", nil)
//	...
//	h, err := ticketing.NewHandler(store, &ticketing.HandlerOptions{Level: logbook.LevelWarn})
//
// # The URL
//
// The URL has the form postgres://USER:PASSWORD@HOST:PORT/DATABASE?OPTIONS. It may lack what
// the environment variables of PostgreSQL, or the file ~/.pgpass, have. Useful options are
// sslmode=verify-full, pool_max_conns=N, of which the default is the number of processors and
// at least 4, connect_timeout=SECONDS, default 10, and search_path=SCHEMA, for tables in another
// schema than public. No error contains the password.
//
// # The database
//
// Open makes the tables, for which the user needs the right to create them in the schema. The
// encoding of the database must be UTF8. The tables logbook_tickets and logbook_occurrences
// have the columns of Python Logbook's; other tables stand beside them. Python Logbook itself
// cannot use PostgreSQL: its statements compare texts with bytes. A database of a newer
// version of this package is refused; one of an older version is brought up to date.
//
// A search for text uses an index if Open can create the extension pg_trgm, which belongs to
// PostgreSQL and needs the right to create in the database. It reads all titles otherwise,
// which takes some 50 ms for 100,000 tickets.
//
// PostgreSQL stores no NUL characters: U+FFFD stands in their place.
//
// # Speed and safety
//
// Entries that wait to be recorded are committed together, in a transaction of one
// connection. When Record returns, they survive a crash of the server, unless its settings
// fsync or synchronous_commit are off. Any number of processes may write: rows are locked in
// the same order by all, and a transaction that others were faster than begins again.
package postgres
