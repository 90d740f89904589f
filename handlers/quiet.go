package handlers

import (
	"log/slog"

	"github.com/logbook-go/logbook/logbook"
)

// isFixed reports whether reading the level calls none of the user's code.
func isFixed(l slog.Leveler) bool {
	switch l.(type) {
	case nil, logbook.Level, slog.Level, *logbook.LevelVar, *slog.LevelVar:
		return true
	}
	return false
}
