//go:build logbook_portable

package valuewords

import "log/slog"

// Text reports nothing.
func Text(*slog.Value) (text string, ok bool) { return "", false }

// Number reports nothing.
func Number(*slog.Value) (kind slog.Kind, bits uint64, ok bool) { return 0, 0, false }
