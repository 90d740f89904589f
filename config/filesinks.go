package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
)

func init() {
	RegisterCompressor("gzip", handlers.Gzip())
	truncate := Option{Name: "truncate", Kind: KindBool, Default: "false", Help: "true: empty the file before the first record, once per program run"}
	RegisterSink("file", Entry{
		Forms:   []Form{{"file:PATH", "lines of text at the end of a file"}, {"file:-", "the same, on standard output"}},
		Options: slices.Concat(fileOptions("text"), []Option{delayOption, truncate}),
		Read:    func(s *Spec) func() (logbook.Handler, error) { return s.readFile() },
	})
	RegisterSink("json", Entry{
		Forms:   []Form{{"json:PATH", "one JSON object per line, at the end of a file"}, {"json:", "the same, on standard output; also json:-"}},
		Options: slices.Concat(fileOptions("json"), []Option{delayOption, truncate}),
		Read: func(s *Spec) func() (logbook.Handler, error) {
			if s.Path == "" && !s.remote() {
				s.Path = stdout
			}
			return s.readFile()
		},
	})
	RegisterSink("monitoring", Entry{
		Forms: []Form{{"monitoring:PATH", "a file that may be moved away, as by logrotate"}},
		Options: slices.Concat(fileOptions("text"), []Option{delayOption,
			{Name: "interval", Kind: KindDuration, Default: "1s", Help: "how often to check whether the file was moved away", ofFile: true},
		}),
		Read: readMonitoring,
	})
	RegisterSink("rotating", Entry{
		Forms: []Form{{"rotating:PATH", "files of limited size: PATH, PATH.1, ..."}},
		Options: slices.Concat(fileOptions("text"), []Option{delayOption,
			{Name: "size", Kind: KindSize, Default: "1MiB", Help: "maximum size of a file", ofFile: true},
			{Name: "backups", Kind: KindCount, Required: true, Help: "number of finished files kept", ofFile: true},
		}, rotationOptions),
		Read: readRotating,
	})
	RegisterSink("timed", Entry{
		Forms: []Form{{"timed:PATH", "a file per day or other period, with the date in its name"}},
		Options: slices.Concat(fileOptions("text"), []Option{
			{Name: "size", Kind: KindSize, Default: "no limit", Help: "maximum size of a file", ofFile: true},
			{Name: "backups", Kind: KindCount, Default: "all", Help: "number of finished files kept", ofFile: true},
		}, rotationOptions, []Option{
			{Name: "pattern", Kind: KindText, Default: "%Y-%m-%d", Help: "strftime pattern; a new file begins when its text changes", ofFile: true},
			{Name: "rollover", Kind: KindText, Default: "{basename}-{timestamp}{ext}", Help: "format of the file names", ofFile: true},
			{Name: "plain", Kind: KindBool, Default: "false", Help: "true: write to the plain path, and rename the file when its period ends", ofFile: true},
			{Name: "zone", Kind: KindText, Default: "the record's", Help: "time zone, such as UTC, Local or Europe/Berlin", ofFile: true},
		}),
		Read: readTimed,
	})
}

var delayOption = Option{Name: "delay", Kind: KindBool, Default: "false", Help: "true: open the file with the first record"}

var modeOption = Option{Name: "mode", Kind: KindMode, Default: "0640", Help: "permissions of new files, in octal digits", ofFile: true}

// fileOptions returns the options common to all file sinks.
func fileOptions(format string) []Option {
	return append(HandlerOptions(format), modeOption,
		Option{Name: "buffer", Kind: KindSize, Default: "each line at once", Help: "collect lines up to this size before writing", ofFile: true},
		Option{Name: "flush_interval", Kind: KindDuration, Default: "1s", Help: "write at the latest after this time", With: "buffer", ofFile: true},
		Option{Name: "flush_level", Kind: KindLevel, Default: "error", Help: "write at once after a record of this level or above", With: "buffer", ofFile: true},
		Option{Name: "sync_level", Kind: KindLevel, Default: "never", Help: "fsync after records of this level or above", ofFile: true},
		Option{Name: "sync_interval", Kind: KindDuration, Default: "never", Help: "fsync within this time after a record", ofFile: true},
	)
}

// rotationOptions are the options common to all rotating file sinks.
var rotationOptions = []Option{
	{Name: "age", Kind: KindDuration, Default: "no limit", Help: "remove finished files older than this", ofFile: true},
	{Name: "total", Kind: KindSize, Default: "no limit", Help: "remove the oldest finished files above this total size", ofFile: true},
	{Name: "compress", Kind: KindText, Default: "none", Help: "compression of finished files: gzip, or zstd with package config/all", ofFile: true},
	{Name: "shared", Kind: KindBool, Default: "false", Help: "true: other processes write to the same path, with the same options", ofFile: true},
}

// fileOptions reads the options common to all file sinks.
func (s *Spec) fileOptions() *handlers.FileOptions {
	o := s.Options()
	f := &handlers.FileOptions{
		Level: o.Level, Bubble: o.Bubble, Formatter: o.Formatter,
		Mode: s.FileMode("mode"), SyncLevel: s.Level("sync_level"), SyncInterval: s.Duration("sync_interval"), TakeOver: s.section.loaded,
	}
	buffer := handlers.BufferOptions{Size: int(s.Size("buffer")), Interval: s.Duration("flush_interval"), Level: s.Level("flush_level")}
	if buffer.Size > 0 {
		f.Buffer = &buffer
	}
	return f
}

// rotationOptions reads the options common to all rotating file sinks.
func (s *Spec) rotationOptions() *handlers.FileOptions {
	o := s.fileOptions()
	o.Shared = s.Bool("shared")
	o.MaxSize = s.Size("size")
	o.Backups = s.Count("backups")
	o.MaxAge = s.Duration("age")
	o.MaxTotal = s.Size("total")
	s.Func("compress", func(v string) (err error) {
		o.Compress, err = compressor(v)
		return err
	})
	return o
}

func compressor(name string) (handlers.Compressor, error) {
	if c, found := compressors.get(name); found {
		return c, nil
	}
	known := compressors.names()
	return nil, fmt.Errorf("invalid compression %q: want %s%s", name, oneOf(known), cmp.Or(text.DidYouMean(name, known), importHint()))
}

// filePath returns the path of a file. file://localhost/x means file:/x, and on
// Windows file:///C:/x means file:C:/x.
func (s *Spec) filePath(windows bool) string {
	if s.remote() && (s.User != nil || !strings.EqualFold(s.Host, "localhost")) {
		s.Refuse("", errors.New(`invalid address: want "file:PATH" or "file:///PATH", without host or user`))
	}
	p := s.Path
	if windows && len(p) > 2 && p[0] == '/' && p[2] == ':' {
		p = p[1:]
	}
	return p
}

// logPath returns the absolute path of a file. It refuses standard output.
func (s *Spec) logPath() string {
	path := s.filePath(runtime.GOOS == "windows")
	if path == "" || path == stdout {
		s.Refuse("", errors.New("missing path: want the path of a file"))
	}
	s.file = s.Abs(path)
	return s.file
}

func (s *Spec) readFile() func() (logbook.Handler, error) {
	path := s.filePath(runtime.GOOS == "windows")
	switch path {
	case "":
		s.Refuse("", errors.New(`missing path: want the path of a file, or "-" for standard output`))
	case stdout:
		out, o := os.Stdout, s.Options()
		return func() (logbook.Handler, error) { return handlers.NewStream(out, o), nil }
	}
	s.file = s.Abs(path)
	o := s.fileOptions()
	o.Delay = s.Bool("delay")
	truncate := s.Bool("truncate")
	return func() (logbook.Handler, error) {
		o.Truncate = truncate && !s.section.late
		return handlers.NewFile(s.file, o)
	}
}

func readMonitoring(s *Spec) func() (logbook.Handler, error) {
	path, o := s.logPath(), s.fileOptions()
	o.Delay = s.Bool("delay")
	o.Interval = s.Duration("interval")
	return func() (logbook.Handler, error) { return handlers.NewMonitoring(path, o) }
}

func readRotating(s *Spec) func() (logbook.Handler, error) {
	path, o := s.logPath(), s.rotationOptions()
	o.Delay = s.Bool("delay")
	return func() (logbook.Handler, error) { return handlers.NewRotating(path, o) }
}

func readTimed(s *Spec) func() (logbook.Handler, error) {
	path, o := s.logPath(), s.rotationOptions()
	o.Pattern = s.Text("pattern")
	o.RolloverFormat = s.Text("rollover")
	o.PlainCurrent = s.Bool("plain")
	s.Func("zone", func(v string) (err error) {
		o.Location, err = time.LoadLocation(v)
		return err
	})
	return func() (logbook.Handler, error) { return handlers.NewTimed(path, o) }
}

// checkBeside refuses a sink that would write to the file of another sink with different
// options, since the two share one open file, or that has the spool of another one.
func (s *Spec) checkBeside(other *Spec, name string) error {
	if s.spool != "" && s.spool == other.spool {
		return s.refuse(spoolOption, fmt.Errorf("[%s] has the same directory", name))
	}
	if s.file == "" || s.file != other.file {
		return nil
	}
	refuse := func(option string) error {
		return s.refuse(option, fmt.Errorf("[%s] writes to the same file with a different %s", name, option))
	}
	if fileKind(s.Scheme) != fileKind(other.Scheme) {
		return refuse(keyScheme)
	}
	for _, option := range s.table {
		if !option.ofFile {
			continue
		}
		a, b := s.setting(option.Name), other.setting(option.Name)
		if (a == nil) != (b == nil) || a != nil && a.value != b.value {
			return refuse(option.Name)
		}
	}
	return nil
}

// fileKind returns the same name for schemes that open the same kind of file.
func fileKind(scheme string) string {
	if scheme == "json" {
		return "file"
	}
	return scheme
}
