package handlers

import (
	"log/slog"

	"github.com/logbook-go/logbook/logbook"
)

// isFixed reports whether asking for the level calls no code of the user's.
func isFixed(l slog.Leveler) bool {
	switch l.(type) {
	case nil, logbook.Level, slog.Level, *logbook.LevelVar, *slog.LevelVar:
		return true
	}
	return false
}
