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
	"github.com/logbook-go/logbook/internal/signals"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
)

const pipeHelp = `Pipe reads a log from standard input, turns each line into a record, and writes
the records to sinks. Without --to it prints them on standard output, formatted
for people.

It recognizes the lines of log/slog, zap, zerolog, logrus, pino, bunyan and
Logbook, logfmt, syslog, and common forms of plain text. The record gets the
time, level, channel, message, attributes, error, source and process id of the
line. A line that is not recognized is the message of its record. A line
without a time gets the current time.

Each line is written at once. Empty lines are dropped. A line longer than
--max-line is cut, with a note of the number of bytes cut.

SIGINT (Ctrl-C), SIGTERM and SIGHUP (the terminal was closed) usually reach the
program that writes the input, too, so that the input ends soon. To lose no
lines, pipe reads on to the end of the input, but not for longer than --grace.
Another signal, a second later or more, ends it at once. A signal that is
ignored at the start, as nohup ignores SIGHUP, stays ignored.

If a sink fails, the others go on. Failures are reported on standard error, at
most once a second for each sink, with a count at the end. See also
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
				return fmt.Errorf("unexpected argument %q: pipe reads standard input; name sinks with --to", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return p.run(cmd.InOrStdin(), cmd.ErrOrStderr()) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringArrayVar(&p.to, "to", []string{"console:-"}, "write the records to the sink `URI`, such as json:app.log; may be repeated")
	flags.Lookup("to").DefValue = "console:-" // without the brackets of a list
	flags.StringVar(&p.channel, "channel", "pipe", "channel `NAME` for lines without one, such as web")
	flags.Var(&levelFlag{&p.level}, "level", "drop records below `LEVEL`, such as warning")
	flags.Var(&p.maxLine, "max-line", "cut lines longer than `SIZE`, such as 64KiB")
	flags.Var(&durationFlag{&p.grace}, "grace", "after a signal, read on for at most `TIME`, such as 1s")
	_ = cmd.RegisterFlagCompletionFunc("to", completeSinks) // fails for flags that do not exist
	_ = cmd.RegisterFlagCompletionFunc("level", completeLevels)
	return cmd
}

func completeSinks(*cobra.Command, []string, string) (uris []cobra.Completion, _ cobra.ShellCompDirective) {
	for _, s := range config.Schemes() {
		uris = append(uris, s+":")
	}
	return uris, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// pipe holds the flags and state of the command "logbook pipe".
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

	// Writing to a closed output must return an error and not end the program.
	closed := make(chan os.Signal, 1)
	signal.Notify(closed, syscall.SIGPIPE)
	defer signal.Stop(closed)

	stop, release := signals.Stop(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer release()
	if code := p.copy(stdin, stop, stderr); code != exitOK {
		return &exitError{code}
	}
	return nil
}

// copy writes the records of the input to the sinks and closes them. It returns the
// exit code.
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
		case stopped = <-stop: // arrived together with the end of the input
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

// line logs one line.
func (p *pipe) line(line []byte) {
	if len(line) == 0 {
		return
	}
	if r := logline.ParseRecord(line, time.Now(), p.channel); r.Level() >= p.level {
		p.records++
		logbook.Dispatch(p.bound, r)
	}
}

// isTerminal reports whether the input is a terminal, which does not end after a
// signal.
func isTerminal(stdin io.Reader) bool {
	f, ok := stdin.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// chunk is the result of one call of Read.
type chunk struct {
	data []byte // valid until the next chunk is received
	err  error
}

// input reads on another goroutine, so that signals are handled while a Read blocks.
type input struct {
	chunks chan chunk
	done   chan struct{}
}

const chunkSize = 64 << 10

func startReading(r io.Reader) *input {
	in := &input{chunks: make(chan chunk), done: make(chan struct{})}
	go func() {
		// One buffer is read into while the other is in use.
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

// stop ends the goroutine once its current Read returns.
func (in *input) stop() { close(in.done) }
