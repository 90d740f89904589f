// Package sqlitelog writes records to a table of an SQLite database, in the form of
// dagrunner's log receiver:
//
//	h, err := sqlitelog.New("/var/lib/lab/logs.db", nil)
//	...
//	sqlite3 /var/lib/lab/logs.db "SELECT created, name, level, message FROM logs"
//
// The table is made if it is missing, and is appended to otherwise, also by several programs:
//
//	logs(created, name, level, message, hostname, process, thread)
//
// All columns are TEXT. created is the time in seconds since 1970, with six or nine digits
// after the point, or as [Options].ISOTime has it; name is the channel. hostname is that of
// the record, if it has such an attribute, and otherwise that of this machine.
//
// When Handle or HandleBatch returns, the rows are committed, and survive a crash of the
// machine. A batch is one transaction, so put a queues.Background before the handler where many
// records come.
//
// The file is in WAL mode: NAME-wal and NAME-shm belong to it. With cgo this package uses
// github.com/mattn/go-sqlite3, and modernc.org/sqlite without.
package sqlitelog
