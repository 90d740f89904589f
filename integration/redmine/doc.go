// Package redmine has only tests: of package ticketing/tracker, with the Redmine of Debian, which
// `make integration` installs.
package redmine
