package config

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// fileOptions reads the options that all files have in common.
func (s *Sink) fileOptions(format string) *handlers.FileOptions {
	o := s.Options(format)
	f := &handlers.FileOptions{
		Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter,
		SyncInterval: s.Duration("sync_interval"), TakeOver: s.section.loaded,
	}
	f.Mode = s.mode()
	f.SyncLevel = s.level("sync_level")
	buffer := handlers.BufferOptions{Size: int(s.Size("buffer")), Interval: s.Duration("flush_interval"), Level: s.level("flush_level")}
	if buffer.Size > 0 {
		f.Buffer = &buffer
		return f
	}
	for _, name := range []string{"flush_interval", "flush_level"} {
		s.misplaced(name, `only with a "buffer"`)
	}
	return f
}

// mode reads the option mode, that of files which are created.
func (s *Sink) mode() (m fs.FileMode) {
	s.Func("mode", func(v string) (err error) {
		m, err = parseMode(v)
		return err
	})
	return m
}

// logPath returns the absolute path of a file that is no stream.
func (s *Sink) logPath() (string, error) {
	path, err := s.filePath(runtime.GOOS == "windows")
	if err == nil && (path == "" || path == stdout) {
		err = errors.New("it needs the path of a file")
	}
	return s.Abs(path), err
}

func openMonitoring(s *Sink) (logbook.Handler, error) {
	path, err := s.logPath()
	if err != nil {
		return nil, err
	}
	o := s.fileOptions("text")
	o.Delay = s.Bool("delay")
	o.Interval = s.Duration("interval")
	if err := s.Err(); err != nil {
		return nil, err
	}
	return handlers.NewMonitoring(path, o)
}

func openRotating(s *Sink) (logbook.Handler, error) {
	path, err := s.logPath()
	if err != nil {
		return nil, err
	}
	o := s.rotationOptions()
	o.Delay = s.Bool("delay")
	if o.Backups == 0 {
		s.Required("backups")
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	return handlers.NewRotating(path, o)
}

func openTimed(s *Sink) (logbook.Handler, error) {
	path, err := s.logPath()
	if err != nil {
		return nil, err
	}
	o := s.rotationOptions()
	o.Pattern = s.Text("pattern")
	o.RolloverFormat = s.Text("rollover")
	o.PlainCurrent = s.Bool("plain")
	s.Func("zone", func(v string) (err error) {
		o.Location, err = time.LoadLocation(v)
		return err
	})
	if err := s.Err(); err != nil {
		return nil, err
	}
	return handlers.NewTimed(path, o)
}

// rotationOptions reads the options that all files that rotate have in common.
func (s *Sink) rotationOptions() *handlers.FileOptions {
	o := s.fileOptions("text")
	o.Shared = s.Bool("shared")
	o.MaxSize = s.Size("size")
	o.Backups = s.Count("backups")
	o.MaxAge = s.Duration("age")
	o.MaxTotal = s.Size("total")
	o.Compress = s.compressor()
	return o
}

// Schemes of files, with those that make the same kind of handler under one name.
var fileKinds = map[string]string{"file": "file", "json": "file", "monitoring": "monitoring", "rotating": "rotating", "timed": "timed"}

// ofRecords are options of a file sink that do not matter to others of the same file.
var ofRecords = []string{"bubble", "delay", "format", "level", levelsKey, "source", "truncate"}

// checkFile refuses a sink that would write to the file of another one with other
// options: it is opened once.
func (s *Sink) checkFile(other *Sink, name string) error {
	kind, otherKind := fileKinds[s.Scheme], fileKinds[other.Scheme]
	if kind == "" || otherKind == "" {
		return nil
	}
	path, err := s.logPath()
	otherPath, otherErr := other.logPath()
	if err != nil || otherErr != nil || path != otherPath { // or standard output
		return nil
	}
	refuse := func(option string) error {
		return s.refuse(option, fmt.Errorf("[%s] writes to the same file with another %s", name, option))
	}
	if kind != otherKind {
		return refuse(keyScheme)
	}
	for _, option := range s.known {
		if slices.Contains(ofRecords, option) || isWrapping(option) {
			continue
		}
		a, b := s.option(option), other.option(option)
		if (a == nil) != (b == nil) || a != nil && a.value != b.value {
			return refuse(option)
		}
	}
	return nil
}
