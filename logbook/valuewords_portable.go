//go:build logbook_portable

package logbook

import "log/slog"

func textOf(*slog.Value) (text string, ok bool) { return "", false }

func numberOf(*slog.Value) (kind slog.Kind, bits uint64, ok bool) { return 0, 0, false }
