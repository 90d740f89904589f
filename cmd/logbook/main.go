// Logbook is the command-line program of Logbook for Go.
//
// logbook pipe reads the log of any program from standard input and hands its
// lines, as records, to sinks:
//
//	some-service 2>&1 | logbook pipe
//	some-service 2>&1 | logbook pipe --to json:app.log --to 'console:-?level=warning'
//
// logbook help tells of all commands; logbook help exit-codes of what it returns.
package main

import (
	"io"
	"os"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is the program: it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := rootCommand()
	root.SetArgs(append([]string{}, args...)) // not nil, which means os.Args
	root.SetIn(stdin)
	out := &output{Writer: stdout}
	root.SetOut(out)
	root.SetErr(stderr)
	addCompletion(root)
	cmd, err := root.ExecuteC()
	return out.exitCode(exitCode(cmd, err), stderr)
}
