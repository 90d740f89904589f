//go:build !unix || logbook_portable

package syslog_test

const polls = false
