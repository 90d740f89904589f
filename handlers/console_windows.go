package handlers

import "golang.org/x/sys/windows"

// enableEscapes makes a console understand escape sequences, and reports whether it does.
// Consoles before Windows 10 do not.
func enableEscapes(fd uintptr) bool {
	var mode uint32
	if windows.GetConsoleMode(windows.Handle(fd), &mode) != nil {
		return false
	}
	const escapes = windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING
	return mode&escapes != 0 || windows.SetConsoleMode(windows.Handle(fd), mode|escapes) == nil
}

// terminalColumns returns the width of a console, or 0.
func terminalColumns(fd uintptr) int {
	var info windows.ConsoleScreenBufferInfo
	if windows.GetConsoleScreenBufferInfo(windows.Handle(fd), &info) != nil {
		return 0
	}
	return max(0, int(info.Window.Right)-int(info.Window.Left)+1)
}
