// Logbook reads, converts and routes logs.
//
// logbook pipe reads the log of any program from standard input, turns its lines into
// records, and writes them to sinks:
//
//	some-service 2>&1 | logbook pipe
//	some-service 2>&1 | logbook pipe --to json:app.log --to 'console:-?level=warning'
//
// logbook collect receives records from other programs and writes them to sinks:
//
//	logbook collect --from 'tcp://127.0.0.1:9020?accept=json,pickle' --to json:all.log
//
// logbook help lists all commands; logbook help exit-codes explains the exit codes.
package main

import (
	"io"
	"os"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run runs the program and returns its exit code.
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
