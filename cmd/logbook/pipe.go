package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/internal/signals"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
)

const pipeHelp = `Pipe reads logs of any form, and prints their records for people. It reads the files named,
or else standard input, also if they are compressed by gzip or zstd, or UTF-16; "-" is
standard input among files. The records of several files are merged by time.

A record has the time, level, channel, message, attributes, error and stack of a line: see
"logbook help formats". Lines that continue a record, such as those of a stack, belong to
it. A line that is not recognized is a message. A line without a time gets that of the line
before it in its file, or the current time. A line without a level has none on the console.

Nothing is dropped in silence: --level drops no line whose level is not known. Only empty
lines are left out. See "logbook help filters" for --since, --grep and --where.

With --to the records go to sinks instead: see "logbook help sinks". If one fails, the others
go on; failures are reported on standard error, with a count at the end. For signals, such
as Ctrl-C, see "logbook help exit-codes".`

const pipeExamples = `  logbook pipe app.log                               print a log for people
  some-service 2>&1 | logbook pipe                   or what a program writes
  logbook pipe --level error app.log                 errors, with their stacks
  logbook pipe --since 1h --grep payment *.log       the last hour of all logs, in order
  logbook pipe --where 'status>=500,took>2s' *.log   slow requests that failed
  logbook pipe -f --hide pid,host app.log            go on as the file grows
  logbook pipe --output raw --level error app.log    the lines as they were
  logbook pipe --output json app.log | jq .user      as JSON, for other programs
  logbook pipe --format '{time} {level} {thread} {message}' odd.log
  some-service 2>&1 | logbook pipe --to json:app.log --to 'console:-?level=error'`

func pipeCommand() *cobra.Command {
	p := &pipe{level: logbook.LevelNotSet, maxLine: logline.DefaultMaxLine, grace: 5 * time.Second}
	cmd := &cobra.Command{
		Use:     "pipe [FILE]...",
		Short:   "Read any log, filter it, and print it or send it to sinks",
		Long:    pipeHelp,
		Example: pipeExamples,
		RunE: func(cmd *cobra.Command, args []string) error {
			if os.Getenv("GOGC") == "" {
				// Nearly all memory is that of lines, which are garbage soon. To collect it less
				// often saves an eighth of the time, and costs some MiB.
				debug.SetGCPercent(200)
			}
			p.toSet = cmd.Flags().Changed("to")
			p.outputSet = cmd.Flags().Changed("output")
			stdout := cmd.OutOrStdout()
			if o, ok := stdout.(*output); ok {
				stdout = o.Writer // the printer handles its errors
			}
			return p.run(args, cmd.InOrStdin(), stdout, cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.Var(&levelFlag{&p.level}, "level", "drop records below `LEVEL`, such as warning, but no line without a level")
	flags.StringVar(&p.since, "since", "", "drop records before `TIME`: 15m (ago), 10:30, 2026-03-05, or as in a log")
	flags.StringVar(&p.until, "until", "", "drop records after `TIME`")
	flags.StringArrayVar(&p.grep, "grep", nil, "keep records that match the regular expression `RE`, or one of several")
	flags.StringArrayVar(&p.where, "where", nil, "keep records that meet all `CONDITIONS`: 'user=anna,took>250ms,path!~^/x'")

	flags.StringSliceVar(&p.fields, "fields", nil, "show only the attributes `NAMES`: user,status,request.method")
	flags.StringSliceVar(&p.hide, "hide", nil, "leave out the attributes `NAMES`; also error and stack")
	flags.StringVar(&p.zone, "time-zone", "", "show times in `ZONE`: local, UTC, Europe/Berlin (default: of the first)")
	flags.StringVar(&p.color, "color", "auto", "use colours `WHEN`: auto, always or never")
	flags.StringVar(&p.output, "output", "console", "`FORMAT`: console, json, logfmt, text, or raw, which is unchanged")

	flags.BoolVarP(&p.follow, "follow", "f", false, "go on as the files grow, also after they were rotated")
	flags.StringVar(&p.inputZone, "input-zone", "local", "`ZONE` of times without one, and of --since and --until")
	flags.StringVar(&p.format, "format", "", "recognize lines by `PATTERN`: '{time} {level} [{thread}] {message}'")
	flags.StringVar(&p.channel, "channel", "", "`NAME` for the channel of lines without one, such as web (default: the file)")
	flags.Var(&p.maxLine, "max-line", "make several records of lines longer than `SIZE`, such as 64KiB")

	flags.StringArrayVar(&p.to, "to", nil, "write the records to the sink `URI`, such as json:app.log; may be repeated")
	flags.Var(&durationFlag{&p.grace}, "grace", "read standard input for `TIME`, such as 1s, after a signal")
	groupFlags(cmd, map[string]string{"level": "Filters", "fields": "Display", "follow": "Input", "to": "Sinks and signals"})
	complete := func(flag string, values ...cobra.Completion) {
		// It fails for flags that do not exist.
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	complete("output", outputNames...)
	complete("color", "auto", "always", "never")
	_ = cmd.RegisterFlagCompletionFunc("to", completeSinks)
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
	level            logbook.Level
	since, until     string
	grep, where      []string
	fields, hide     []string
	follow           bool
	format, output   string
	color            string
	zone, inputZone  string
	to               []string
	toSet, outputSet bool
	channel          string
	maxLine          size
	grace            time.Duration

	options  logline.Options
	location *time.Location // in which times are shown; nil: as in the line
	keep     selection
	pick     pick
	names    names
	sinks    *sinks
	printer  *printer // nil without standard output
	bound    context.Context
	current  logline.Line // of the record that is written
	raw      string       // its text, with all fields
	records  int
	matched  bool // --format has recognized a line
}

// prepare checks the flags.
func (p *pipe) prepare(stdout io.Writer) (err error) {
	p.options = logline.Options{MaxLine: int(p.maxLine)}
	if p.level != logbook.LevelNotSet {
		p.options.Level = p.level
	}
	if p.format != "" {
		if p.options.Pattern, err = logline.ParsePattern(p.format); err != nil {
			return fmt.Errorf("--format: %w", err)
		}
	}
	if p.options.Location, err = readZone("--input-zone", p.inputZone); err != nil {
		return err
	}
	if p.zone != "" {
		if p.location, err = readZone("--time-zone", p.zone); err != nil {
			return err
		}
	}
	now := time.Now().In(p.options.Location)
	if p.keep.since, err = readTime("--since", p.since, now); err != nil {
		return err
	}
	if p.keep.until, err = readTime("--until", p.until, now); err != nil {
		return err
	}
	for _, s := range p.grep {
		if _, err := regexp.Compile(s); err != nil {
			return fmt.Errorf("--grep: %w", err)
		}
		p.keep.grep = append(p.keep.grep, regexp.MustCompile("(?m)"+s)) // ^ and $ are the ends of a line, as in grep
	}
	if p.keep.where, err = readConditions(p.where, now); err != nil {
		return fmt.Errorf("--where: %w", err)
	}
	for _, c := range p.keep.where {
		p.names.ask("--where "+c.text, c.name)
	}
	p.pick = pick{only: p.attributes("--fields", p.fields), hide: p.attributes("--hide", p.hide)}
	if p.outputSet || !p.toSet {
		p.printer, err = newPrinter(stdout, p)
	}
	return err
}

// attributes returns the names of attributes that a flag lists.
func (p *pipe) attributes(flag string, list []string) map[string]bool {
	if len(list) == 0 {
		return nil
	}
	m := map[string]bool{}
	for _, name := range list {
		name = strings.TrimSpace(name)
		if name == "" {
			continue // after a comma
		}
		m[name] = true
		p.names.ask(flag+" "+name, name)
	}
	return m
}

func (p *pipe) run(files []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if err := p.prepare(stdout); err != nil {
		return err
	}
	if p.follow && len(files) == 0 {
		return errors.New("-f follows files: name at least one")
	}
	if len(files) == 0 {
		if onTerminal(stdin) {
			complain(stderr, "reading the terminal until Ctrl-D; to read files, name them: logbook pipe app.log")
		}
		files = []string{"-"}
	}
	in, err := openInputs(files, stdin, p.follow)
	if err != nil {
		return err
	}
	defer closeInputs(in)
	if p.sinks, err = openSinks(p.to, stderr); err != nil {
		return err
	}
	if p.printer != nil {
		p.sinks.add("standard output", p.printer)
	}
	p.bound = p.sinks.bind(context.Background())

	// Writing to a closed output must return an error and not end the program.
	closed := make(chan os.Signal, 1)
	signal.Notify(closed, syscall.SIGPIPE)
	defer signal.Stop(closed)

	stop, release := signals.Stop(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer release()
	show := newByteProgress(stderr, stdout, in)
	code := p.copy(in, stop, stderr, show)
	if p.options.Pattern != nil && p.options.Level == nil && p.names.records && !p.matched {
		complain(stderr, "--format: no line matches the pattern %q", p.format)
	}
	p.names.hint(stderr)
	p.keep.hint(stderr, cmp.Or(p.location, p.options.Location))
	if code != exitOK {
		return &exitError{code}
	}
	return nil
}

// idle is how long pipe waits for lines that continue a record, before it passes it on, and how
// long its output is buffered at most.
const idle = 50 * time.Millisecond

// copy writes the records of the sources to the sinks and closes them. It returns the exit
// code.
func (p *pipe) copy(in []*input, stop <-chan os.Signal, stderr io.Writer, show *byteProgress) int {
	failed := false
	fail := func(s *input, err error) {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("the compressed data is cut off")
		}
		complain(stderr, "%s: %v", s.name, err)
		failed = true
	}
	var stopped os.Signal
	if len(in) > 1 {
		stopped = p.merge(in, stop, fail, show)
		p.flush()
	}
	if stopped == nil {
		stopped = p.stream(in, stop, fail, show)
	}
	if stopped == nil {
		select {
		case stopped = <-stop: // arrived together with the end of the input
		default:
		}
	}
	show.end()
	code := p.sinks.close(p.records)
	switch {
	case failed || code == exitFailed:
		return exitFailed
	case stopped != nil && p.follow && stopped == os.Interrupt:
		return code // the way to end it
	case stopped != nil:
		return signalCode(stopped)
	}
	return code
}

// stream reads all sources at once, as they come, until they end or a signal arrives.
func (p *pipe) stream(in []*input, stop <-chan os.Signal, fail func(*input, error), show *byteProgress) (stopped os.Signal) {
	chunks := make(chan chunk)
	done := make(chan struct{})
	defer close(done)
	writers := map[*input]*logline.Writer{}
	for _, s := range in {
		if s.ended {
			continue
		}
		writers[s] = logline.NewWriter(func(l logline.Line) { p.record(s, l) }, &p.options)
		go s.read(s.reader, chunks, done)
	}
	var deadline <-chan time.Time
	var timer <-chan time.Time
	last := map[*input]time.Time{} // when the last chunk came, of sources that were not flushed since
	for len(writers) > 0 && !p.sinks.allGone() {
		select {
		case c := <-chunks:
			show.add(c)
			last[c.from] = time.Now()
			if c.parse(writers[c.from], fail) {
				delete(writers, c.from)
				delete(last, c.from)
			}
			if timer == nil {
				timer = time.After(idle)
			}
		case <-timer:
			timer = nil
			for s, t := range last {
				if time.Since(t) >= idle {
					writers[s].Flush()
					delete(last, s)
				}
			}
			if len(last) > 0 {
				timer = time.After(idle)
			}
			p.flush()
		case stopped = <-stop:
			// The program that writes standard input may have got it, too, and end soon.
			if s := in[0]; len(in) > 1 || s.file != nil || !s.live || p.follow || s.typed {
				deadline = closedTime
			} else if deadline == nil {
				deadline = time.After(p.grace)
			}
		case <-deadline:
			for _, w := range writers {
				_ = w.Close()
			}
			return stopped
		}
	}
	for _, w := range writers {
		_ = w.Close()
	}
	return stopped
}

// closedTime is a deadline that has passed.
var closedTime = func() <-chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}()

// flush writes what is buffered for standard output.
func (p *pipe) flush() {
	if p.printer != nil {
		p.printed(p.printer.write())
	}
}

// printed takes the error of the printer, if any.
func (p *pipe) printed(err error) {
	if err != nil {
		p.sinks.failure(&logbook.HandlerError{Handler: p.sinks.list[len(p.sinks.list)-1], Err: err})
	}
}

// record dispatches the record of a line, if it is selected.
func (p *pipe) record(s *input, line logline.Line) {
	p.current = line
	l := &p.current
	r := wireRecord(l)
	s.note(l)
	if l.HasLevel && l.Level < p.level { // it was in the last of several lines
		return
	}
	now := s.lastTime
	if l.Time.IsZero() && s.live || now.IsZero() {
		now = time.Now()
	}
	p.matched = p.matched || l.Format == "pattern"
	l.Channel = cmp.Or(l.Channel, p.channel, s.channel)
	p.names.note(l)
	if !p.keep.keeps(l, now) {
		return
	}
	p.records++
	p.raw = l.Raw
	p.pick.apply(l)
	if len(p.sinks.list) == 1 && p.printer != nil {
		if text, ok := p.printer.asItWas(); ok {
			p.printed(p.printer.line(text)) // without the cost of a record
			return
		}
	}
	if r != nil {
		r = p.wire(r)
	} else {
		if p.location != nil {
			l.Time, now = inZone(l.Time, p.location), now.In(p.location)
		}
		if p.forPeople() {
			if !l.HasLevel {
				l.Level = logbook.LevelNotSet // which is blank
			}
			if p.pick.only == nil {
				l.Attrs = withoutJournal(l.Attrs)
			}
		}
		r, _ = l.Record(now, "") // an error is that of a wire record
	}
	logbook.Dispatch(p.bound, r)
}

// forPeople reports whether the records are printed on the console and go nowhere else.
func (p *pipe) forPeople() bool {
	return p.printer != nil && p.printer.console != nil && len(p.sinks.list) == 1
}

// withoutJournal leaves out the fields that systemd's journal has in each entry, such as
// __CURSOR and _BOOT_ID, as journalctl does.
func withoutJournal(attrs []slog.Attr) []slog.Attr {
	isAdded := func(a slog.Attr) bool {
		name := strings.TrimLeft(a.Key, "_")
		return name != a.Key && name != "" && 'A' <= name[0] && name[0] <= 'Z' || a.Key == "PRIORITY" || a.Key == "SYSLOG_FACILITY"
	}
	if !slices.ContainsFunc(attrs, isAdded) {
		return attrs
	}
	return slices.DeleteFunc(slices.Clone(attrs), isAdded)
}

func inZone(t time.Time, loc *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(loc)
}
