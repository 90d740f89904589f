// Package sqlite stores tickets in an SQLite database, which programs in Go and Python can
// share.
//
//	store, err := sqlite.Open("/var/lib/lab/tickets.db", nil)
//	...
//	h, err := ticketing.NewHandler(store, &ticketing.HandlerOptions{Level: logbook.LevelWarn})
//
// # The database
//
// The tables logbook_tickets and logbook_occurrences are those of Python Logbook's
// TicketingHandler, which may write to them at the same time. For common tickets, both sides
// must use [ticketing.KeyCallSite], the same AppID and paths. What Python does not have stands
// in tables beside them, which triggers keep exact while Python writes. The tickets of
// [ticketing.KeyFunc] are there for Python to read and solve, too.
//
// Tickets that Python wrote before are adopted when the database is first opened. A database
// of a newer version of this package is refused; one of an older version is brought up to
// date.
//
// The file is in WAL mode: NAME-wal and NAME-shm belong to it. It must not be on a network
// file system.
//
// # Speed and safety
//
// Entries that wait to be recorded are committed together, with one fsync. When Record
// returns, they survive a crash of the machine. Any number of processes may write; each
// transaction takes the write lock at its beginning, so that none is lost to a race.
//
// # Drivers
//
// With cgo this package uses github.com/mattn/go-sqlite3, and modernc.org/sqlite without.
package sqlite
