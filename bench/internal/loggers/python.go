package loggers

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// python is Debian's interpreter, which finds Debian's python3-logbook.
const python = "/usr/bin/python3"

// pythonProgram reports when it is ready. Each line of its input is a number of records,
// which it logs before it writes a line in reply.
const pythonProgram = `
import sys, logbook
handler = logbook.FileHandler(sys.argv[1])
log = logbook.Logger("bench")
with handler.applicationbound():
    print("ready", flush=True)
    for line in sys.stdin:
        for _ in range(int(line)):
            log.info("request served")
        print("done", flush=True)
`

// havePython reports whether Python's Logbook is installed.
func havePython() bool { return exec.Command(python, "-c", "import logbook").Run() == nil }

// pythonLogbook is Python's Logbook, in a process started before the measurement.
func pythonLogbook() Case {
	return Case{Logger: "python-logbook", Foreign: true, Start: func(w io.Writer) (func(int), func(), error) {
		cmd := exec.Command(python, "-c", pythonProgram, nameOf(w))
		cmd.Stderr = os.Stderr
		in, err := cmd.StdinPipe()
		if err != nil {
			return nil, nil, err
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			return nil, nil, err
		}
		if err := cmd.Start(); err != nil {
			return nil, nil, err
		}
		answers := bufio.NewReader(out)
		stop := func() {
			_ = in.Close()
			_ = cmd.Wait()
		}
		if _, err := answers.ReadString('\n'); err != nil {
			stop()
			return nil, nil, fmt.Errorf("%s: %w", python, err)
		}
		log := func(n int) {
			fmt.Fprintln(in, n)
			if _, err := answers.ReadString('\n'); err != nil {
				panic(fmt.Errorf("%s: %w", python, err))
			}
		}
		return log, stop, nil
	}}
}
