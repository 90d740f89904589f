package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/internal/signals"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/spool"
)

const collectHelp = `Collect receives records from other programs and writes them to sinks, until
SIGINT (Ctrl-C) or SIGTERM, or until all sources have ended.

Sources and sinks are given by URI, or by the sections [source NAME] and
[sink NAME] of an INI file. Without a sink it prints the records on standard
output, formatted for people.

Each sink has a queue, so that one that is slow holds up nobody else. If a
queue is full, --overflow decides: the sink drops its oldest records, its
newest, or those of the lowest level, or the sources have to wait. Dropped
records are counted, and a record in the stream reports how many there were.

With --spool, everything that comes in goes to a log on the disk first, and is
then acknowledged. Each sink reads the log at its own pace, and tries again what
it cannot write, so that nothing is lost while it is down, or collect is. What
fails ten times is set aside; see "logbook spool". A full log makes the sources
wait. Without --spool, what is in the queues is lost if collect is killed.

On SIGINT or SIGTERM collect stops receiving, and writes the records that it
has, for up to --grace. Another signal, a second later or more, ends it at once.
On SIGHUP it reads the INI file again: sinks are replaced without a loss, and
sources that have not changed stay open. If the file is invalid, or something
cannot be opened, nothing changes.

The last line on standard error says how many records were collected and lost.
The exit code is 1 if any were lost. If an address is given by --http, collect
serves its counts there, in the text format of Prometheus at /metrics, and
whether it is running at /healthz.

Under systemd collect reports when it is ready and when it stops, and serves the
watchdog. See also "logbook help sources" and "logbook help sinks".`

const collectExamples = `  logbook collect --from 'zmq-pull://127.0.0.1:5000' --to json:all.log
  logbook collect --from 'tcp://127.0.0.1:9020?accept=json,pickle' --to console:- --to 'json:errors.log?level=error'
  logbook collect --config /etc/logbook.ini --http 127.0.0.1:9464 --spool /var/lib/logbook
  some-service 2>&1 | logbook collect --from - --to json:app.log`

// defaultQueue is the number of records that wait before a sink.
const defaultQueue = 10_000

// newCollector returns a collector with the defaults of its flags.
func newCollector() *collector {
	return &collector{spoolSize: 1 << 30, grace: 10 * time.Second, queue: defaultQueue, queueBytes: 32 << 20, overflow: overflowFlag{queues.DropOldest}}
}

func collectCommand() *cobra.Command {
	c := newCollector()
	cmd := &cobra.Command{
		Use:     "collect --from URI... [--to URI]...",
		Short:   "Receive records from other programs",
		Long:    collectHelp,
		Example: collectExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unexpected argument %q: name sources with --from and sinks with --to", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case c.file != "" && (len(c.from) > 0 || len(c.to) > 0):
				return errors.New("--config cannot be used with --from and --to: name sources and sinks in the file")
			case c.file == "" && len(c.from) == 0:
				return errors.New("no source: want --from or --config")
			}
			for _, name := range []string{"queue", "queue-bytes", "overflow"} {
				if c.spoolDir != "" && cmd.Flags().Changed(name) {
					return fmt.Errorf("--%s has no effect with --spool, which takes the place of the queues", name)
				}
			}
			for _, name := range []string{"spool-size", "spool-sync"} {
				if c.spoolDir == "" && cmd.Flags().Changed(name) {
					return fmt.Errorf("--%s has no effect without --spool", name)
				}
			}
			if cmd.Flags().Changed("spool") && c.spoolDir == "" {
				return errors.New("--spool: missing directory")
			}
			return c.run(cmd.InOrStdin(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringArrayVar(&c.from, "from", nil, "receive records from the source `URI`, such as tcp://127.0.0.1:9020?accept=json; may be repeated")
	flags.StringArrayVar(&c.to, "to", nil, "write the records to the sink `URI`, such as json:app.log; may be repeated (default console:-)")
	flags.StringVar(&c.file, "config", "", "read sources and sinks from the INI `FILE`")
	addFilterFlags(cmd, &c.filter)
	flags.Var(&c.queue, "queue", "hold up to `COUNT` records before each sink")
	flags.Var(&c.queueBytes, "queue-bytes", "hold up to `SIZE` of text before each sink")
	flags.Var(&c.overflow, "overflow", "when a queue is full, follow `POLICY`: "+strings.Join(overflowNames, ", "))
	flags.StringVar(&c.spoolDir, "spool", "", "put everything into a log in `DIR` first, in place of the queues")
	flags.Var(&c.spoolSize, "spool-size", "let the log take up to `SIZE` on the disk")
	flags.TextVar(&c.spoolSync, "spool-sync", spool.SyncAlways, "acknowledge when records are on the disk for certain (always), or when they are written, and put them there each second (interval), or when the system chooses (never)")
	flags.Var(&durationFlag{&c.grace}, "grace", "after a signal, write the records received for at most `TIME`")
	flags.StringVar(&c.http, "http", "", "serve /metrics and /healthz on `ADDRESS`, such as 127.0.0.1:9464")
	_ = cmd.RegisterFlagCompletionFunc("from", completeSources) // fails for flags that do not exist
	_ = cmd.RegisterFlagCompletionFunc("to", completeSinks)
	_ = cmd.RegisterFlagCompletionFunc("overflow", cobra.FixedCompletions(overflowNames, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func completeSources(*cobra.Command, []string, string) (uris []cobra.Completion, _ cobra.ShellCompDirective) {
	for _, s := range config.SourceSchemes() {
		uris = append(uris, s+":")
	}
	return append(uris, "-"), cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// overflowFlag is the value of a flag that takes an overflow policy.
type overflowFlag struct{ queues.Overflow }

var overflowNames = strings.Split(string(config.KindOverflow), "|")

func (f *overflowFlag) Set(s string) error { return f.UnmarshalText([]byte(s)) }
func (f *overflowFlag) Type() string       { return "policy" }

// run collects until a signal, or the end of all sources.
func (c *collector) run(stdin io.Reader, stderr io.Writer) error {
	c.stdin, c.stderr = stdin, stderr
	stop, release := signals.Stop(os.Interrupt, syscall.SIGTERM)
	defer release()
	reload, release := signals.Reload()
	defer release()
	if err := c.start(); err != nil {
		return err
	}
	c.wait(stop, reload)
	if c.stop() {
		return &exitError{exitFailed}
	}
	return nil
}
