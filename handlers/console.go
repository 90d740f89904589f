package handlers

import (
	"io"
	"os"
	"syscall"

	"github.com/mattn/go-isatty"

	"github.com/logbook-go/logbook/logbook"
)

// NewConsole returns a handler for people who watch a program: short lines by
// [logbook.Console] with the options of [ConsoleOptions]. It writes to stderr, since
// stdout is for the output of the program, and a log must not end up in a pipe.
// Without a level it takes all records, including Trace and Debug, while the default
// handler that it replaces starts at Info.
//
// A Formatter in the options is used as it is. To change the lines, change the options of
// the terminal:
//
//	o := handlers.ConsoleOptions(os.Stderr)
//	o.Source = true
//	console := handlers.NewConsole(&logbook.Options{Formatter: logbook.Console(o)})
//
// To write above progress bars or a prompt, write to what their library offers for that.
// In github.com/vbauerster/mpb/v8, that is the container of the bars, until they end:
//
//	bars := mpb.New(mpb.WithOutput(os.Stderr))
//	above := handlers.NewStream(bars, &logbook.Options{
//		Formatter: logbook.Console(handlers.ConsoleOptions(os.Stderr)),
//	})
//	console := handlers.NewFallback(above, handlers.NewConsole(nil))
func NewConsole(o *logbook.Options) *Stream {
	s := NewStderr(o)
	if s.opts.Formatter == nil {
		s.opts.Formatter = logbook.Console(ConsoleOptions(os.Stderr))
	}
	return s
}

// ConsoleOptions returns the options of [logbook.Console] for lines that appear on w: with
// colours if [ColorEnabled] reports true, and, on a terminal, broken at its width. The
// environment is read once, here; the width is that of the terminal when a line is
// written.
func ConsoleOptions(w io.Writer) *logbook.ConsoleOptions {
	o := &logbook.ConsoleOptions{Color: ColorEnabled(w)}
	if terminalWidth(w) > 0 {
		o.Width = func() int { return terminalWidth(w) }
	}
	return o
}

// terminalWidth returns the columns of the terminal w, or 0.
func terminalWidth(w io.Writer) (width int) {
	control(w, func(fd uintptr) { width = terminalColumns(fd) })
	return width
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
func showsColors(w io.Writer) (yes bool) {
	control(w, func(fd uintptr) {
		yes = isatty.IsTerminal(fd) && enableEscapes(fd) || isatty.IsCygwinTerminal(fd)
	})
	return yes
}

// control calls fn with the file descriptor of w, if it has an open one. It goes through
// SyscallConn since (*os.File).Fd would make a nonblocking descriptor block, for every
// process that shares it.
func control(w io.Writer, fn func(fd uintptr)) {
	c, ok := w.(syscall.Conn)
	if !ok {
		return
	}
	if raw, err := c.SyscallConn(); err == nil {
		_ = raw.Control(fn)
	}
}
