//go:build logbook_portable

package valuewords

import "log/slog"

// Text always reports false.
func Text(*slog.Value) (text string, ok bool) { return "", false }

// Number always reports false.
func Number(*slog.Value) (kind slog.Kind, bits uint64, ok bool) { return 0, 0, false }
