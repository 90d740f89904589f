// Package torture has no code, only a test of the shared log files of package handlers:
// several processes log to one path while its files rotate by size and by time and are
// compressed, while another program renames them, and while one of the processes is
// killed again and again. Each line whose call returned must be there exactly once, and a
// kill may leave one incomplete line.
//
// LOGBOOK_TORTURE_LINES is the number of lines that each goroutine logs; make torture
// runs
//
//	LOGBOOK_TORTURE_LINES=100000 go test -v -timeout 1h ./handlers/torture
package torture
