//go:build unix && !logbook_portable

package syslog_test

// polls is set if the connection is checked before each record.
const polls = true
