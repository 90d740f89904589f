package config

import (
	"errors"
	"path/filepath"
	"strings"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func openExec(s *Sink) (logbook.Handler, error) {
	if s.remote() || s.Path == "" {
		return nil, errors.New(`it needs the path of a command: "exec:/usr/bin/logger"`)
	}
	argv := []string{s.Path}
	if filepath.Base(s.Path) != s.Path { // else it is looked for in PATH
		argv[0] = s.Abs(s.Path)
	}
	s.Multiline("args", "format")
	for line := range strings.Lines(s.Text("args")) {
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			argv = append(argv, line)
		}
	}
	o := s.Options("")
	e := &handlers.ExecOptions{
		Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter,
		Timeout:       s.Duration("timeout"),
		Dir:           s.FilePath("dir"),
		MaxConcurrent: s.Count("concurrent"),
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	return handlers.NewExec(argv, e)
}
