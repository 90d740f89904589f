package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// consoleSection is the section of lab_utils that is active even if it is missing.
const consoleSection = "ConsoleLogger"

// These are the sections of lab_utils. A package with the handler of a missing section
// registers the section in its place.
func init() {
	RegisterSection(consoleSection, Entry{Read: readConsoleSection, Options: []Option{
		{Name: "log_level", Kind: KindLevel, Default: "from levels, or INFO", Help: "the lowest level"},
		{Name: "use_coloured_output", Kind: KindText, Default: "on for a terminal", Help: "use colours; takes the same values as active"},
	}})
	RegisterSection("FileLogger", Entry{Read: readFileSection, Options: []Option{
		{Name: "log_path", Kind: KindPath, Default: "the working directory", Help: "directory; created if it is missing"},
		{Name: "log_basename", Kind: KindText, Required: true, Help: "name of the daily files: BASENAME_YYYY-MM-DD.EXTENSION"},
		{Name: "log_extension", Kind: KindText, Default: "none", Help: "file extension, such as .log"},
		modeOption,
		{Name: "log_level", Kind: KindLevel, Default: "INFO", Help: "the lowest level"},
	}})
	for _, name := range []string{"AlarmLogger", "MailHandler", "SlackLogger"} {
		RegisterSection(name, Entry{missing: `unknown section; to use it, import "` + allPackage + `"`})
	}
}

// on reports whether a switch of lab_utils is on. Any other value means off.
func on(value string) bool {
	switch strings.ToLower(value) {
	case "true", "1", "t", "y", "yes", "on":
		return true
	}
	return false
}

// off reports whether a value is meant to switch off.
func off(value string) bool {
	switch strings.ToLower(value) {
	case "", "false", "0", "f", "n", "no", "off":
		return true
	}
	return false
}

func readConsoleSection(s *Spec) func() (logbook.Handler, error) {
	o := &logbook.Options{Level: s.Level("log_level")}
	if o.Level == nil {
		s.section.rest = logbook.LevelInfo
	}
	color := true
	s.Func("use_coloured_output", func(v string) error {
		color = on(v)
		return nil
	})
	return func() (logbook.Handler, error) {
		lines := handlers.ConsoleOptions(os.Stderr)
		lines.Color = lines.Color && color
		o.Formatter = logbook.Console(lines)
		return handlers.NewStderr(o), nil
	}
}

// readFileSection makes a handler that writes JSON lines to
// PATH/BASENAME_YYYY-MM-DD.EXTENSION.
func readFileSection(s *Spec) func() (logbook.Handler, error) {
	o := &handlers.FileOptions{
		Level:          s.Level("log_level"),
		Formatter:      logbook.JSON(&logbook.JSONOptions{Source: true}),
		RolloverFormat: "{basename}_{timestamp}{ext}",
		Mode:           s.FileMode("mode"),
		TakeOver:       s.section.loaded,
	}
	if o.Level == nil {
		o.Level = logbook.LevelInfo
	}
	dir, base, ext := s.FilePath("log_path"), s.Text("log_basename"), s.Text("log_extension")
	if strings.ContainsAny(base, `/\`) {
		s.Refuse("log_basename", errors.New("invalid name: want one without a directory; set that with log_path"))
	}
	if ext != "" && (ext[0] != '.' || strings.ContainsAny(ext[1:], `./\`)) {
		s.Refuse("log_extension", errors.New("invalid extension: want one like .log"))
	}
	if dir == "" {
		dir = s.Abs(".")
	}
	return func() (logbook.Handler, error) {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return nil, err
		}
		return handlers.NewTimed(filepath.Join(dir, base+ext), o)
	}
}
