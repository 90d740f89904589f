// Package pgtest runs a private PostgreSQL server for tests. It exists with the build tag
// integration only. A test that needs the server fails if it does not start.
package pgtest
