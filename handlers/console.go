package handlers

import (
	"io"
	"os"
	"syscall"

	"github.com/mattn/go-isatty"

	"github.com/logbook-go/logbook/logbook"
)

// NewConsole returns a handler for people who watch a program: short lines by
// [logbook.Console], with colours if [ColorEnabled] reports true. It writes to stderr,
// since stdout is for the output of the program, and a log must not end up in a pipe.
// Without a level it takes all records, including Trace and Debug, while the default
// handler that it replaces starts at Info.
//
// The environment and the terminal are checked once, here. A Formatter in the options is
// used as it is. To change the lines and keep the decision on colours, set it to
//
//	logbook.Console(&logbook.ConsoleOptions{Color: handlers.ColorEnabled(os.Stderr), Source: true})
func NewConsole(o *logbook.Options) *Stream {
	s := NewStderr(o)
	if s.opts.Formatter == nil {
		s.opts.Formatter = logbook.Console(&logbook.ConsoleOptions{Color: ColorEnabled(os.Stderr)})
	}
	return s
}

// ColorEnabled reports whether text for w should be coloured. The first of these rules
// that applies decides:
//
//   - NO_COLOR is set and not empty: no
//   - FORCE_COLOR or CLICOLOR_FORCE is set, not empty and not "0": yes
//   - CLICOLOR is "0", or TERM is "dumb": no
//   - w is a terminal, including those of Cygwin and MSYS: yes; otherwise: no
//
// On Windows it also enables escape sequences on the console; a console too old for them
// does not count as a terminal.
func ColorEnabled(w io.Writer) bool {
	switch {
	case os.Getenv("NO_COLOR") != "":
		return false
	case isForced("FORCE_COLOR") || isForced("CLICOLOR_FORCE"):
		showsColors(w) // enables escape sequences on a Windows console
		return true
	case os.Getenv("CLICOLOR") == "0" || os.Getenv("TERM") == "dumb":
		return false
	}
	return showsColors(w)
}

func isForced(variable string) bool {
	v := os.Getenv(variable)
	return v != "" && v != "0"
}

// showsColors reports whether w is a terminal that understands escape sequences.
// It callsUser through SyscallConn since (*os.File).Fd would make a nonblocking
// descriptor block, for every process that shares it.
func showsColors(w io.Writer) (yes bool) {
	c, ok := w.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return false
	}
	err = raw.Control(func(fd uintptr) {
		yes = isatty.IsTerminal(fd) && enableEscapes(fd) || isatty.IsCygwinTerminal(fd)
	})
	return yes && err == nil
}
