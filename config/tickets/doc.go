// Package tickets registers the sinks of tickets with package config. Import it for its side
// effects:
//
//	import _ "github.com/logbook-go/logbook/config/tickets"
//
// It is not part of config/all, since the databases take some megabytes, and SQLite half a
// minute to compile.
//
// The sinks of this package:
//
//	sqlite:PATH                         tickets in an SQLite database
//	postgres://USER@HOST:PORT/DATABASE  tickets in a PostgreSQL database
//	postgres:///DATABASE?host=FOLDER    the same, by the Unix socket in a folder
//	mongodb://USER@HOST:PORT/DATABASE   tickets in a MongoDB database
//
// In a file:
//
//	[sink tickets]
//	scheme     = sqlite
//	path       = /var/lib/lab/tickets.db
//	level      = warning
//	app_id     = lab
//	background = 1000
//
// With background, a log call does not wait for the database, and records are stored many at
// a time.
package tickets
