package syslog

import "github.com/logbook-go/logbook/logbook"

// Severities of syslog, which journald calls priorities. Logbook has no level for
// 0, emergency, and 1, alert.
const (
	severityCritical = 2
	severityError    = 3
	severityWarning  = 4
	severityNotice   = 5
	severityInfo     = 6
	severityDebug    = 7
)

// severity returns the severity of a level; a level between two named ones counts as the
// lower one.
func severity(l logbook.Level) int {
	switch {
	case l >= logbook.LevelCritical:
		return severityCritical
	case l >= logbook.LevelError:
		return severityError
	case l >= logbook.LevelWarn:
		return severityWarning
	case l >= logbook.LevelSuccess:
		return severityNotice
	case l >= logbook.LevelInfo:
		return severityInfo
	}
	return severityDebug
}
