// Package mongodb stores tickets in a MongoDB database.
//
//	store, err := mongodb.Open(ctx, "mongodb://lab:secret@db.example.com/tickets", nil)
//	...
//	h, err := ticketing.NewHandler(store, &ticketing.HandlerOptions{Level: logbook.LevelWarn})
//
// # The database
//
// The collections tickets and occurrences, with their indexes, are those of Python Logbook's
// MongoDBBackend. What Python does not have stands in the field "go" of their documents, and
// in collections whose names begin with "logbook_". The tickets that Python wrote are adopted
// when the database is opened, with those of the newest 10,000 occurrences of each that Limits
// keep; the others of these are deleted. Python can read
// what this package writes. Records that Python adds to a ticket later are counted, but its
// state and its newest occurrence do not change here. Python's solve_ticket must not be used:
// it replaces a document by the field "solved".
//
// # All or nothing
//
// MongoDB changes one document atomically; several only in replica sets. This package does
// not need that: it commits a change by inserting it, as one document, into a journal, and
// then carries it out. A change that is in the journal is made, whatever happens: when a
// process ends before it has carried one out, the next process that opens or changes the
// database does so, after waiting for a second, and no operation is done twice. Each change
// sees all changes before it. So the entries of a call of Record are recorded together or not
// at all, and once for each Number, if their data have less than 8 MiB; larger calls are
// several changes, one after the other.
//
// Queries may see a change that is half carried out. After a process was killed, they may do
// so until the next change.
//
// When Record returns, the journal is on the disks of most members of a replica set. If the
// connection breaks at the wrong moment, Record fails although the entries are recorded; to
// record them again is safe if they have a Number.
//
// Processes may write at the same time, one change after the other, as with SQLite. Entries
// that wait to be recorded are committed together.
//
// # Servers
//
// The tests run against FerretDB 1.24 on SQLite. Any server with the commands of MongoDB 4.2
// should do.
package mongodb
