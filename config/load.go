package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/logbook-go/logbook/queues"
)

// Options change how a configuration is read. A nil *Options is the default.
type Options struct {
	// Strict turns warnings into errors: unknown sections and keys, lab_utils sections
	// that cannot be opened, an invalid LOGBOOK variable. A sink that is replaced by its
	// fallback stays a warning.
	Strict bool

	// Fallback turns an error into a warning and replaces the configuration with a
	// console at level INFO. Together with Strict, so does a warning.
	Fallback bool

	// Background puts a [queues.Background] with these options before each sink that has
	// no option background, so that one that is slow holds up nobody else. nil: none.
	Background *queues.BackgroundOptions

	// Unqueued leaves out the queues that sinks have of their own, such as that of redis: the
	// caller has one before them. Those of the options background and spool stay.
	Unqueued bool

	// Channel restricts the configuration to the records of this channel and the channels
	// below it; other records go on to the handlers below. "" and "root" mean all channels.
	Channel string
}

// EnvLevels is the name of the environment variable with levels by channel, in the format
// of [ParseLevels]: "app.db=debug,*=info".
const EnvLevels = "LOGBOOK"

const (
	// closeTimeout is how long replaced sinks may take to write the records they hold.
	closeTimeout = 5 * time.Second

	maxConfig = 1 << 20
)

var errTooLarge = errors.New("too large")

// Load reads the INI file, checks all of it, and opens its sinks. The error is a
// [*FileError]; in that case nothing is left open, and no file was emptied or removed, as
// sinks do that with their first record. New, empty files may be left. The error includes
// the warnings. Relative paths are resolved against the current
// working directory.
func Load(path string, o *Options) (*Config, error) {
	return loadFile(workingDir(), path, o.orDefault())
}

// loadFile loads a file. Its path, and the paths in it, are relative to dir.
func loadFile(dir, path string, o Options) (*Config, error) {
	text, err := readFile(dir, path)
	return load(dir, path, text, err, o)
}

// readFile reads a configuration. Its error is a [*FileError].
func readFile(dir, path string) (string, error) {
	place := path
	if !filepath.IsAbs(path) {
		place = filepath.Join(dir, path)
	}
	text, err := readSmall(place)
	if err != nil {
		var e *os.PathError
		if errors.As(err, &e) { // it would repeat the path
			err = e.Err
		}
		return "", &FileError{File: path, Err: err}
	}
	return text, nil
}

// workingDir returns the working directory, or "" if it is not known.
func workingDir() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	return dir
}

// Parse is like [Load], but takes the text of the file.
func Parse(text []byte, o *Options) (*Config, error) {
	return load(workingDir(), "", string(text), nil, o.orDefault())
}

func (o *Options) orDefault() Options {
	if o == nil {
		return Options{}
	}
	return *o
}

// FromEnv returns a configuration for a program without a file: a console, with the levels
// of the environment variable LOGBOOK. Channels without a level log at INFO and above. The
// error is a [*LevelsError].
func FromEnv() (*Config, error) {
	if _, err := parseLevels(os.Getenv(EnvLevels)); err != nil {
		return nil, err
	}
	return load("", "", "", nil, Options{})
}

// readSmall reads a file, and returns an error if it is larger than maxConfig.
func readSmall(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err == nil && len(text) > maxConfig {
		err = fmt.Errorf("%w: more than %d bytes", errTooLarge, maxConfig)
	}
	return string(text), err
}

// load makes a configuration from the text, unless err, the error of reading it, is set.
func load(dir, path, text string, err error, o Options) (*Config, error) {
	if o.Channel == "root" {
		o.Channel = ""
	}
	l := &loader{dir: dir, file: path, options: o}
	if err == nil {
		if err = l.read(text); err == nil {
			return l.config(), nil
		}
		closeAll(l.setup)
		if len(l.warnings) > 0 { // an unknown key may be the cause
			err = errors.Join(append([]error{err}, l.warnings...)...)
		}
	}
	if !o.Fallback {
		return nil, err
	}
	l = &loader{options: Options{Channel: o.Channel}, warnings: []error{err}}
	if err := l.read(""); err != nil {
		return nil, err
	}
	return l.config(), nil
}
