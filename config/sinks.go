package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// stdout is the path that stands for standard output.
const stdout = "-"

func openConsole(s *Sink) (logbook.Handler, error) {
	if s.remote() || s.Path != "" && s.Path != stdout {
		return nil, errors.New(`no such console: "console:" is standard error, "console:-" is standard output`)
	}
	out := os.Stderr
	if s.Path == stdout {
		out = os.Stdout
	}
	s.color = handlers.ColorEnabled(out)
	o := s.Options("console")
	if err := s.Err(); err != nil {
		return nil, err
	}
	return handlers.NewStream(out, o), nil
}

func openStderr(s *Sink) (logbook.Handler, error) {
	if s.remote() || s.Path != "" {
		return nil, errors.New("standard error has no path")
	}
	o := s.Options("text")
	if err := s.Err(); err != nil {
		return nil, err
	}
	return handlers.NewStderr(o), nil
}

func openNull(s *Sink) (logbook.Handler, error) {
	if s.remote() || s.Path != "" {
		return nil, errors.New(`there is only "null:", without a path`)
	}
	o := s.Options("")
	if err := s.Err(); err != nil {
		return nil, err
	}
	return null{logbook.Binding{Level: o.Level, Bubble: o.Bubble, Blackhole: !o.Bubble, NoCaller: true}}, nil
}

// null is [logbook.Null] from a level up.
type null struct{ binding logbook.Binding }

// Binding implements [logbook.Bindable].
func (n null) Binding() logbook.Binding { return n.binding }

// Handle does nothing.
func (null) Handle(*logbook.Record) error { return nil }

func openFile(s *Sink) (logbook.Handler, error) {
	if s.Path == "" && !s.remote() {
		return nil, errors.New(`no path; standard output is "-"`)
	}
	return s.openFile("text")
}

func openJSON(s *Sink) (logbook.Handler, error) {
	if s.Path == "" && !s.remote() {
		s.Path = stdout
	}
	return s.openFile("json")
}

func (s *Sink) openFile(format string) (logbook.Handler, error) {
	path, err := s.filePath(runtime.GOOS == "windows")
	if err != nil {
		return nil, err
	}
	if path == stdout {
		o := s.Options(format)
		if err := s.Err(); err != nil {
			return nil, err
		}
		return handlers.NewStream(os.Stdout, o), nil
	}
	o := s.fileOptions(format)
	o.Delay = s.Bool("delay")
	o.Truncate = s.Bool("truncate") && !s.section.late
	if err := s.Err(); err != nil {
		return nil, err
	}
	return handlers.NewFile(s.Abs(path), o)
}

// remote reports whether the URI names a host or somebody there.
func (s *Sink) remote() bool { return s.Host != "" || s.User != nil }

// filePath returns the path of a file. file://localhost/x is file:/x, and on
// Windows file:///C:/x is file:C:/x.
func (s *Sink) filePath(windows bool) (string, error) {
	if s.remote() && (s.User != nil || !strings.EqualFold(s.Host, "localhost")) {
		return "", errors.New(`a file has no host and no user: write "file:PATH" or "file:///PATH"`)
	}
	p := s.Path
	if windows && len(p) > 2 && p[0] == '/' && p[2] == ':' {
		p = p[1:]
	}
	return p, nil
}

func parseMode(v string) (fs.FileMode, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(v, "0o"), 8, 32)
	if err != nil || n == 0 || n > 0o777 {
		return 0, fmt.Errorf("%q is no file mode from 0001 to 0777, in octal digits", v)
	}
	return fs.FileMode(n), nil
}
