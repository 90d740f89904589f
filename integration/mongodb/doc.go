// Package mongodb has only tests, of package ticketing/mongodb with a server in the same
// process: FerretDB, which keeps its data in SQLite. It is a module of its own, so that
// no user's module graph includes the server.
package mongodb
