package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// The sections of lab_utils. Others than these two are registered by the packages
// that have their handlers.
const (
	consoleSection = "ConsoleLogger"
	fileSection    = "FileLogger"
)

const missingSection = `the program does not know it; it has to import "` + allPackage + `"`

// missingSections says why a section of lab_utils is not there.
var missingSections = map[string]string{
	"MailHandler": missingSection,
	"SlackLogger": missingSection,
	"AlarmLogger": "there is no alarm server to send to: this version does not know the section",
}

// on reports whether a switch of lab_utils is on: all that is not, is off.
func on(value string) bool {
	switch strings.ToLower(value) {
	case "true", "1", "t", "y", "yes", "on":
		return true
	}
	return false
}

// Switch reads an option as lab_utils does: true, 1, t, y, yes and on in any case
// are true, and all else is false. missing is what it is if it is not there.
func (s *Sink) Switch(name string, missing bool) bool {
	s.Func(name, func(v string) error {
		missing = on(v)
		return nil
	})
	return missing
}

// LogLevel reads the option log_level of lab_utils. missing is what it is if it
// is not there.
func (s *Sink) LogLevel(missing logbook.Level) logbook.Level {
	s.Func("log_level", func(v string) (err error) {
		missing, err = logbook.ParseLevel(v)
		return err
	})
	return missing
}

func openConsoleSection(s *Sink) (logbook.Handler, error) {
	o := &logbook.Options{Level: s.LogLevel(logbook.LevelNotSet)}
	if s.option("log_level") == nil {
		s.section.rest = logbook.LevelInfo
	}
	color := s.Switch("use_coloured_output", true)
	if err := s.Err(); err != nil {
		return nil, err
	}
	o.Formatter = logbook.Console(&logbook.ConsoleOptions{Color: color && handlers.ColorEnabled(os.Stderr)})
	return handlers.NewStderr(o), nil
}

// openFileSection writes JSON lines to PATH/BASENAME_YYYY-MM-DD.EXTENSION.
func openFileSection(s *Sink) (logbook.Handler, error) {
	o := &handlers.FileOptions{
		Level:          s.LogLevel(logbook.LevelInfo),
		Formatter:      logbook.JSON(&logbook.JSONOptions{Source: true}),
		RolloverFormat: "{basename}_{timestamp}{ext}",
		Mode:           s.mode(),
		TakeOver:       s.section.loaded,
	}
	dir, base := s.FilePath("log_path"), s.Required("log_basename")
	if strings.ContainsAny(base, `/\`) {
		s.Func("log_basename", func(string) error { return errors.New("leads to another directory; that is log_path") })
	}
	ext := s.Text("log_extension")
	if ext != "" && (ext[0] != '.' || strings.ContainsAny(ext[1:], `./\`)) {
		s.Func("log_extension", func(string) error { return errors.New("is not like .log") })
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	if dir == "" {
		dir = s.Abs(".")
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	return handlers.NewTimed(filepath.Join(dir, base+ext), o)
}
