//go:build !unix && !windows

package handlers

// enableEscapes reports whether the terminal understands escape sequences.
func enableEscapes(uintptr) bool { return true }

// terminalColumns returns 0, since the width of a terminal is not known.
func terminalColumns(uintptr) int { return 0 }
