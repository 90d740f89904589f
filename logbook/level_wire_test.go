package logbook_test

import (
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

func TestLevelWire(t *testing.T) {
	for n, want := range map[int64]logbook.Level{
		-1: logbook.LevelNotSet, 0: logbook.LevelNotSet, 1: logbook.LevelDebug, 6: logbook.LevelCritical, 8: logbook.LevelCritical,
		9: logbook.LevelTrace, 11: logbook.LevelInfo, 15: logbook.LevelCritical, 99: logbook.LevelCritical,
	} {
		if got := logbook.LevelFromWire(n); got != want {
			t.Errorf("%d: got %v, want %v", n, got, want)
		}
	}
	for level, want := range map[logbook.Level]int{
		logbook.LevelNotSet: 0, logbook.LevelTrace: 9, logbook.LevelSuccess: 11, logbook.LevelError + 2: 14, 127: 15,
	} {
		if got := level.Wire(); got != want {
			t.Errorf("%v: got %d, want %d", level, got, want)
		}
	}
}
