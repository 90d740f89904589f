package logbook

// wireLevel returns the number that Logbook has for a level, or for the next
// lower one that Logbook knows.
func wireLevel(l Level) int {
	switch {
	case l >= LevelCritical:
		return 15
	case l >= LevelError:
		return 14
	case l >= LevelWarn:
		return 13
	case l >= LevelNotice:
		return 12
	case l >= LevelInfo:
		return 11
	case l >= LevelDebug:
		return 10
	case l >= LevelTrace:
		return 9
	}
	return 0
}

// levelFromWire returns the level for a number of Logbook: 9 to 15, 1 to 6 as
// Logbook 0.4 had them, and 0.
func levelFromWire(n int64) (Level, bool) {
	switch n {
	case 0:
		return LevelNotSet, true
	case 9:
		return LevelTrace, true
	case 10, 1:
		return LevelDebug, true
	case 11, 2:
		return LevelInfo, true
	case 12, 3:
		return LevelNotice, true
	case 13, 4:
		return LevelWarn, true
	case 14, 5:
		return LevelError, true
	case 15, 6:
		return LevelCritical, true
	}
	return 0, false
}
