//go:build unix

package handlers

import "golang.org/x/sys/unix"

// enableEscapes reports whether the terminal understands escape sequences: all do.
func enableEscapes(uintptr) bool { return true }

// terminalColumns returns the width of a terminal, or 0.
func terminalColumns(fd uintptr) int {
	size, err := unix.IoctlGetWinsize(int(fd), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	return int(size.Col)
}
