//go:build unix && !logbook_portable

package syslog_test

// polls: the system is asked before each record whether the connection is closed.
const polls = true
