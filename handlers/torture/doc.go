// Package torture has no code, but a test of what the shared log files of package
// handlers promise: several processes log to one path while its files rotate by
// size and by time and are compressed, while somebody else renames them, and while
// one of the processes is killed again and again. Each line whose call returned must
// be there exactly once, and a kill may leave one line without an end.
//
// How many lines each of the goroutines logs is set by LOGBOOK_TORTURE_LINES; this is
// what make torture does:
//
//	LOGBOOK_TORTURE_LINES=100000 go test -v -timeout 1h ./handlers/torture
package torture
