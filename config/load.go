package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Options change how a configuration is read. A nil *Options is the default.
type Options struct {
	// Strict turns warnings into errors: unknown sections and keys,
	// sinks of lab_utils that cannot be opened, a wrong LOGBOOK. That a sink could not
	// be opened and has a fallback stays a warning.
	Strict bool

	// Fallback turns an error into a warning. There is one sink then: a console, with
	// levels from INFO up. With Strict as well, a warning of the configuration leads to
	// the console, too.
	Fallback bool

	// Channel restricts the configuration to the records of one channel and of those
	// below it; other records go on to the handlers below. "" and "root" are all channels.
	Channel string
}

// EnvLevels is the name of the environment variable with levels by channel, as
// [ParseLevels] reads them: "app.db=debug,*=info".
const EnvLevels = "LOGBOOK"

const (
	// closeTimeout is how long sinks that are replaced have to write what they
	// hold back.
	closeTimeout = 5 * time.Second

	maxConfig = 1 << 20
)

var errTooLarge = errors.New("too large")

// Load reads the INI file, checks all of it, and opens its sinks. An error is a
// [*FileError]; then nothing is left open, and no file was emptied or removed: that is
// done with a sink's first record. Relative paths start from the working directory now.
func Load(path string, o *Options) (*Config, error) {
	return loadFile(workingDir(), path, o.orDefault())
}

// loadFile reads a file whose path starts from the directory, as those in it do.
func loadFile(dir, path string, o Options) (*Config, error) {
	place := path
	if !filepath.IsAbs(path) {
		place = filepath.Join(dir, path)
	}
	text, err := readSmall(place)
	if err != nil {
		var e *os.PathError
		if errors.As(err, &e) { // which repeats the path
			err = e.Err
		}
		err = &FileError{File: path, Err: err}
	}
	return load(dir, path, text, err, o)
}

// workingDir returns the directory from which relative paths start; "" where the
// system does not know it.
func workingDir() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	return dir
}

// Parse is Load of text that was read elsewhere.
func Parse(text []byte, o *Options) (*Config, error) {
	return load(workingDir(), "", string(text), nil, o.orDefault())
}

func (o *Options) orDefault() Options {
	if o == nil {
		return Options{}
	}
	return *o
}

// FromEnv returns the configuration of a program without a file: a console, with
// the levels of the environment variable LOGBOOK. Channels for which there is none
// log from INFO up. The error is a [*LevelsError].
func FromEnv() (*Config, error) {
	if _, err := parseLevels(os.Getenv(EnvLevels)); err != nil {
		return nil, err
	}
	return load("", "", "", nil, Options{})
}

// readSmall reads a file that is not to be large.
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

// load makes a configuration of the text, unless there is an error already.
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
