package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/internal/encode"
)

// The exit codes; the help topic exit-codes explains them.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
	exitClosed = 128 + int(syscall.SIGPIPE)
)

const exitCodesHelp = `The exit codes of logbook:

  0    success; no record was lost
  1    records were lost: they could not be written to a sink, or did not fit
       into a queue; the input could not be read to its end; or a help text
       could not be printed; details are on standard error. tickets: the
       database failed, or lines could not be imported
  2    invalid command line, or a file, source, sink or database could not be
       opened; no input was read, and nothing was changed
  129  pipe: the terminal was closed (SIGHUP); the lines read so far are written
  130  pipe: interrupted (SIGINT, Ctrl-C); the lines read so far are written
  141  the reader of the output closed it, as "head" does; nothing is printed
  143  pipe: terminated (SIGTERM); the lines read so far are written

If several apply, 1 takes precedence over 129, 130 and 143, and these over 141.
Signals stop collect and tail as well: their exit code is then 0 or 1. So does Ctrl-C for
pipe -f.

Ctrl-C, SIGTERM and SIGHUP usually reach the program that writes standard input, too, so
that the input ends soon. To lose no lines, pipe reads it to its end, but not for longer than
--grace. Another signal, a second later or more, ends pipe at once. A signal that is ignored
at the start, as nohup ignores SIGHUP, stays ignored.

Example, for a script that must know whether the log is complete:

  set -o pipefail
  some-service 2>&1 | logbook pipe --to json:app.log || echo "log incomplete: $?"`

// exitError ends the program with a code. Its cause has been reported already.
type exitError struct{ code int }

func (e *exitError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// exitCode returns the exit code for the error of a command. Any error other than an
// exitError means an invalid command line.
func exitCode(cmd *cobra.Command, err error) int {
	if err == nil {
		return exitOK
	}
	if e := (*exitError)(nil); errors.As(err, &e) {
		return e.code
	}
	complain(cmd.ErrOrStderr(), "%s", oneLine.Replace(err.Error()))
	fmt.Fprintf(cmd.ErrOrStderr(), "Try '%s --help'.\n", cmd.CommandPath())
	return exitUsage
}

// oneLine puts the suggestions of package cobra on the line of the error.
var oneLine = strings.NewReplacer("\n\nDid you mean this?\n\t", "; did you mean: ", "\n\t", ", ", "\n", "")

// output is the writer for help, version and completions. Package cobra ignores some
// write errors and treats others as usage errors, so they are kept from it.
type output struct {
	io.Writer
	err error // the first one
}

// Write never fails.
func (o *output) Write(p []byte) (int, error) {
	if o.err == nil {
		_, o.err = o.Writer.Write(p)
	}
	return len(p), nil
}

// exitCode returns code, or if that is exitOK, the code for a failed write.
func (o *output) exitCode(code int, stderr io.Writer) int {
	switch {
	case o.err == nil || code != exitOK:
		return code
	case readerGone(o.err):
		return exitClosed
	}
	complain(stderr, "%v", o.err)
	return exitFailed
}

// signalCode is the exit code of a program that a signal ended.
func signalCode(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return exitFailed
}

// complain prints a message on one line, with control characters escaped. Errors of package
// logbook begin with its name, too.
func complain(w io.Writer, format string, args ...any) {
	text := strings.TrimPrefix(fmt.Sprintf(format, args...), "logbook: ")
	line := encode.AppendText([]byte("logbook: "), text)
	_, _ = w.Write(append(line, '\n')) // a failure cannot be reported anywhere
}
