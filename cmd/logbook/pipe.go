package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

const pipeHelp = `Pipe reads a log from standard input, makes a record of each line, and hands it
to sinks. Without --to it prints the records for people on standard output.

It knows the lines of log/slog, zap, zerolog, logrus, pino, bunyan and Logbook
itself, logfmt, syslog, and plain text in its usual shapes. Time, level, channel,
message, attributes, error, source and process id of a line are the record's; what
is not recognised is the message, whole. A line without a time has come now.

Each line comes out at once. Empty lines are left out. Of a line longer than
--max-line the beginning is kept, with a mark that says how much was cut.

SIGINT (Ctrl-C), SIGTERM and SIGHUP (the terminal was closed) mean that the input
will end soon, since they reach the program that writes it, too: pipe reads on to
the end of the input, so that the last words are not lost, but not for longer than
--grace. A second signal ends it at once. A signal that is ignored at the start, as
nohup ignores SIGHUP, stays ignored.

If a sink fails, the others go on. Failures are reported on standard error, at
most once a second for each sink, with their number at the end. See also
"logbook help sinks" and "logbook help exit-codes".`

const pipeExamples = `  some-service 2>&1 | logbook pipe
  some-service 2>&1 | logbook pipe --level warning
  some-service 2>&1 | logbook pipe --to json:app.log --to 'console:-?level=error'
  logbook pipe --channel web <old.log --to 'json:?format=wire'`

func pipeCommand() *cobra.Command {
	p := &pipe{level: logbook.LevelNotSet, maxLine: 1 << 20, grace: 5 * time.Second}
	cmd := &cobra.Command{
		Use:     "pipe [--to URI]...",
		Short:   "Turn lines of standard input into records",
		Long:    pipeHelp,
		Example: pipeExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("pipe takes no arguments, but was given %q; it reads standard input, and sinks are given with --to", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return p.run(cmd.InOrStdin(), cmd.ErrOrStderr()) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringArrayVar(&p.to, "to", []string{"console:-"}, "hand the records to the sink `URI`, such as json:app.log; may be given several times")
	flags.Lookup("to").DefValue = "console:-" // without the brackets of a list
	flags.StringVar(&p.channel, "channel", "pipe", "channel `NAME` of lines that have none, such as web")
	flags.Var(&levelFlag{&p.level}, "level", "leave out records below a `LEVEL`, such as warning")
	flags.Var(&p.maxLine, "max-line", "cut lines longer than a `SIZE`, such as 64KiB")
	flags.Var(&durationFlag{&p.grace}, "grace", "after a signal, read on for a `TIME` at most, such as 1s")
	_ = cmd.RegisterFlagCompletionFunc("to", completeSinks) // fails for flags that do not exist
	_ = cmd.RegisterFlagCompletionFunc("level", cobra.FixedCompletions(
		[]cobra.Completion{"trace", "debug", "info", "success", "notice", "warning", "error", "critical"},
		cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func completeSinks(*cobra.Command, []string, string) (uris []cobra.Completion, _ cobra.ShellCompDirective) {
	for _, s := range config.Schemes() {
		uris = append(uris, s+":")
	}
	return uris, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// pipe is the command of this name.
type pipe struct {
	to      []string
	channel string
	level   logbook.Level
	maxLine size
	grace   time.Duration

	sinks   *sinks
	bound   context.Context
	records int
}

func (p *pipe) run(stdin io.Reader, stderr io.Writer) error {
	var err error
	if p.sinks, err = openSinks(p.to, stderr); err != nil {
		return err
	}
	p.bound = p.sinks.bind(context.Background())

	// A write to closed output must be an error, or it would be the end.
	closed := make(chan os.Signal, 1)
	signal.Notify(closed, syscall.SIGPIPE)
	defer signal.Stop(closed)

	stop, release := stopSignal()
	defer release()
	if code := p.copy(stdin, stop, stderr); code != exitOK {
		return &exitError{code}
	}
	return nil
}

// stopSignals ask the program to end.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

// stopSignal returns a channel with the first signal that asks the program to
// end. The next one ends it, even where a sink blocks.
func stopSignal() (stop <-chan os.Signal, release func()) {
	signals, first := make(chan os.Signal, 1), make(chan os.Signal, 1)
	for _, s := range stopSignals {
		if !signal.Ignored(s) { // or the program would end where nohup wants it to go on
			signal.Notify(signals, s)
		}
	}
	go func() {
		if s, ok := <-signals; ok {
			first <- s
			signal.Stop(signals)
		}
	}()
	return first, func() {
		signal.Stop(signals)
		close(signals)
	}
}

// copy hands all records of the input to the sinks, and closes these. It returns
// the exit code.
func (p *pipe) copy(stdin io.Reader, stop <-chan os.Signal, stderr io.Writer) int {
	lines := &lineSplitter{max: int(p.maxLine), emit: p.line}
	input := startReading(stdin)
	defer input.stop()
	var stopped os.Signal
	var deadline <-chan time.Time
	failed := false
loop:
	for !p.sinks.allGone() {
		select {
		case c := <-input.chunks:
			_, _ = lines.Write(c.data)
			if c.err != nil {
				if failed = c.err != io.EOF; failed {
					complain(stderr, "standard input: %v", c.err)
				}
				break loop
			}
		case stopped = <-stop:
			if isTerminal(stdin) {
				break loop
			}
			deadline = time.After(p.grace)
		case <-deadline:
			break loop
		}
	}
	lines.end()
	if stopped == nil {
		select {
		case stopped = <-stop: // along with the end of the input
		default:
		}
	}
	code := p.sinks.close(p.records)
	switch {
	case failed || code == exitFailed:
		return exitFailed
	case stopped != nil:
		return signalCode(stopped)
	}
	return code
}

// line hands one line on.
func (p *pipe) line(line []byte) {
	if len(line) == 0 {
		return
	}
	if r := newRecord(line, time.Now(), p.channel); r.Level() >= p.level {
		p.records++
		logbook.Dispatch(p.bound, r)
	}
}

// isTerminal reports whether a person types the input, so that nobody else will
// end it.
func isTerminal(stdin io.Reader) bool {
	f, ok := stdin.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// chunk is what one call of Read returned.
type chunk struct {
	data []byte // until the next chunk is received
	err  error
}

// input reads ahead, so that signals are seen while a Read waits.
type input struct {
	chunks chan chunk
	done   chan struct{}
}

const chunkSize = 64 << 10

func startReading(r io.Reader) *input {
	in := &input{chunks: make(chan chunk), done: make(chan struct{})}
	go func() {
		// While one is in use, the other is read into.
		now, next := make([]byte, chunkSize), make([]byte, chunkSize)
		for {
			n, err := r.Read(now)
			select {
			case in.chunks <- chunk{now[:n], err}:
			case <-in.done:
				return
			}
			if err != nil {
				return
			}
			now, next = next, now
		}
	}()
	return in
}

// stop ends the reading when the Read that waits has returned.
func (in *input) stop() { close(in.done) }
