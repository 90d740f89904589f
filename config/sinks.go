package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// stdout is the path that means standard output.
const stdout = "-"

func init() {
	command := HandlerOptions("")
	find(command, "format").Multiline = true
	RegisterSink("console", Entry{
		Forms: []Form{{"console:", "human-readable lines on standard error"}, {"console:-", "the same, on standard output"}},
		Options: append(HandlerOptions("console"),
			Option{Name: "time", Kind: KindText, Default: "%H:%M:%S, with milliseconds", Help: "strftime pattern of the time; -: none. By default the date precedes it if it is not today's"},
			Option{Name: "zone", Kind: KindText, Default: "the record's", Help: "time zone, such as UTC, Local or Europe/Berlin"},
		),
		Read: readConsole,
	})
	RegisterSink("stderr", Entry{
		Forms:   []Form{{"stderr:", "lines of text on standard error"}},
		Options: HandlerOptions("text"),
		Read:    readStderr,
	})
	RegisterSink("null", Entry{
		Forms:   []Form{{"null:", "nowhere"}},
		Options: HandlerOptions(""),
		Read:    readNull,
	})
	RegisterSink("exec", Entry{
		Forms: []Form{{"exec:COMMAND", "a command for each record"}},
		Help:  "The command runs without a shell. If a format is given, it reads the formatted record from standard input.",
		Options: append(command,
			Option{Name: "args", Kind: KindFormat, Multiline: true, Help: "format strings, one argument per line; in a URI, %0A ends a line"},
			Option{Name: "timeout", Kind: KindDuration, Default: "10s", Help: "time limit of a command"},
			Option{Name: "dir", Kind: KindPath, Default: "the program's", Help: "working directory of the command"},
			Option{Name: "concurrent", Kind: KindCount, Default: "4", Help: "number of commands that run at once"},
		),
		Read: readExec,
	})
}

// remote reports whether the URI names a host or a user.
func (s *Spec) remote() bool { return s.Host != "" || s.User != nil }

func readConsole(s *Spec) func() (logbook.Handler, error) {
	if s.remote() || s.Path != "" && s.Path != stdout {
		s.Refuse("", errors.New(`invalid address: want "console:" for standard error or "console:-" for standard output`))
	}
	out := os.Stderr
	if s.Path == stdout {
		out = os.Stdout
	}
	s.console = *handlers.ConsoleOptions(out)
	s.console.TimeLayout = s.Text("time")
	s.Func("zone", func(v string) (err error) {
		s.console.Location, err = time.LoadLocation(v)
		return err
	})
	o := s.Options()
	return func() (logbook.Handler, error) { return handlers.NewStream(out, o), nil }
}

func readStderr(s *Spec) func() (logbook.Handler, error) {
	if s.remote() || s.Path != "" {
		s.Refuse("", errors.New("invalid address: want \"stderr:\", without a path"))
	}
	o := s.Options()
	return func() (logbook.Handler, error) { return handlers.NewStderr(o), nil }
}

func readNull(s *Spec) func() (logbook.Handler, error) {
	if s.remote() || s.Path != "" {
		s.Refuse("", errors.New(`invalid address: want "null:", without a path`))
	}
	o := s.Options()
	n := null{logbook.Binding{Level: o.Level, Bubble: o.Bubble, Blackhole: !o.Bubble, NoCaller: true}}
	return func() (logbook.Handler, error) { return n, nil }
}

// null is [logbook.Null] with a level.
type null struct{ binding logbook.Binding }

// Binding implements [logbook.Bindable].
func (n null) Binding() logbook.Binding { return n.binding }

// Handle does nothing.
func (null) Handle(*logbook.Record) error { return nil }

func readExec(s *Spec) func() (logbook.Handler, error) {
	if s.remote() || s.Path == "" {
		s.Refuse("", errors.New(`missing command: want one such as "exec:/usr/bin/logger"`))
	}
	argv := []string{s.Path}
	if filepath.Base(s.Path) != s.Path { // a bare name is searched for in PATH
		argv[0] = s.Abs(s.Path)
	}
	s.Func("args", func(v string) error {
		for line := range strings.Lines(v) {
			if line = strings.TrimRight(line, "\r\n"); line != "" {
				argv = append(argv, line)
			}
		}
		return nil
	})
	o := s.Options()
	e := &handlers.ExecOptions{
		Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter,
		Timeout:       s.Duration("timeout"),
		Dir:           s.FilePath("dir"),
		MaxConcurrent: s.Count("concurrent"),
	}
	return func() (logbook.Handler, error) { return handlers.NewExec(argv, e) }
}
