package config

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
)

// Text reads an option as text.
func (s *Spec) Text(name string) (value string) {
	s.readKind(name, KindText, func(v string) error {
		value = v
		return nil
	})
	return value
}

// Choice reads an option that is one of the choices of its [Kind].
func (s *Spec) Choice(name string) (value string) {
	s.Func(name, func(v string) error {
		choices := strings.Split(string(find(s.table, name).Kind), "|")
		if !slices.Contains(choices, v) {
			return fmt.Errorf("invalid value %q: want %s%s", v, oneOf(choices), didYouMean(v, choices))
		}
		value = v
		return nil
	})
	return value
}

// oneOf returns "a, b or c".
func oneOf(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// Bool reads an option that is true or false.
func (s *Spec) Bool(name string) (value bool) {
	s.readKind(name, KindBool, func(v string) (err error) {
		if value, err = strconv.ParseBool(v); err != nil {
			err = fmt.Errorf("invalid value %q: want true or false", v)
		}
		return err
	})
	return value
}

// Level reads an option that is a level. It returns nil if the option is missing.
func (s *Spec) Level(name string) (level slog.Leveler) {
	s.readKind(name, KindLevel, func(v string) error {
		l, err := logbook.ParseLevel(v)
		level = l
		return err
	})
	return level
}

// Count reads an option that is a positive integer.
func (s *Spec) Count(name string) (n int) {
	s.readKind(name, KindCount, func(v string) (err error) {
		if n, err = strconv.Atoi(v); err != nil || n < 1 {
			return fmt.Errorf("invalid number %q: want a positive integer", v)
		}
		return nil
	})
	return n
}

// Duration reads an option that is a positive duration, such as 5s, 1m30s or 7d.
func (s *Spec) Duration(name string) (d time.Duration) {
	s.readKind(name, KindDuration, func(v string) (err error) {
		if d, err = text.ParseDuration(v); err == nil && d <= 0 {
			err = fmt.Errorf("invalid duration %q: want a positive one", v)
		}
		return err
	})
	return d
}

// Size reads an option that is a positive number of bytes, such as 4096, 10MB or 1GiB. K,
// M and G alone mean KiB, MiB and GiB.
func (s *Spec) Size(name string) (n int64) {
	s.readKind(name, KindSize, func(v string) (err error) {
		n, err = text.ParseSize(v)
		return err
	})
	return n
}

// FilePath reads an option that is the path of a file, and makes it absolute, as
// [Spec.Abs] does. A leading "~/" means the home directory.
func (s *Spec) FilePath(name string) (path string) {
	s.readKind(name, KindPath, func(v string) (err error) {
		path, err = s.absPath(v)
		return err
	})
	return path
}

// Abs makes a path absolute. A relative path starts from the working directory at the time
// of the call of [Open], [Load] or [Watch]. An empty path stays empty.
func (s *Spec) Abs(path string) string {
	if path == "" || s.dir != "" && filepath.IsAbs(path) {
		return path
	}
	if abs, err := filepath.Abs(filepath.Join(s.dir, path)); err == nil {
		return abs
	}
	return path
}

// absPath is like Abs, and replaces a leading "~/" by the home directory.
func (s *Spec) absPath(path string) (string, error) {
	rest, ok := strings.CutPrefix(path, "~/")
	if !ok {
		return s.Abs(path), nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, rest), err
}

// SecretFile reads an option that is the path of a file, and returns the content of the
// file. The lines of the file are masked in the errors of the sink.
func (s *Spec) SecretFile(name string) (content string) {
	s.readKind(name, KindPath, func(v string) error {
		path, err := s.absPath(v)
		if err != nil {
			return err
		}
		if content, err = readSmall(path); err != nil {
			return err
		}
		for line := range strings.Lines(content) {
			if line = strings.TrimSpace(line); line != "" {
				s.secrets.AddPieces(line)
			}
		}
		return nil
	})
	return content
}

// TLS reads the options of [TLSOptions]. It returns nil if none of them is given.
func (s *Spec) TLS() *tls.Config {
	files := netlink.TLSFiles{CA: s.FilePath("ca"), Cert: s.FilePath("cert"), Key: s.FilePath("key")}
	config, err := files.Config()
	if err != nil {
		blamed := "ca"
		switch {
		case files.Cert != "":
			blamed = "cert"
		case files.Key != "":
			blamed = "key"
		}
		s.Refuse(blamed, err)
	}
	if s.Bool(insecure) {
		if files.CA != "" {
			s.Refuse(insecure, errors.New("not allowed with ca"))
		}
		if config == nil {
			config = new(tls.Config)
		}
		config.InsecureSkipVerify = true
	}
	return config
}

// formatNames are the values of the option format other than format strings.
var formatNames = []string{"text", "json", "wire", "logfmt", "console"}

// formatter reads the options format and source.
func (s *Spec) formatter() logbook.Formatter {
	given := s.setting("format") != nil
	format := ""
	if o := find(s.table, "format"); o != nil {
		format = o.Default
	}
	s.readKind("format", KindFormat, func(v string) error {
		format = v
		return nil
	})
	source := s.Bool("source")
	switch format {
	case "json":
		return logbook.JSON(&logbook.JSONOptions{Source: source})
	case "logfmt":
		return logbook.Logfmt(&logbook.LogfmtOptions{Source: source})
	case "console":
		return logbook.Console(&logbook.ConsoleOptions{Source: source, Color: s.color})
	}
	if o := s.setting("source"); o != nil && !o.inherited {
		s.Refuse("source", errors.New("only for the formats json, logfmt and console; in a format string, use {record.filename}:{record.lineno}"))
	}
	switch {
	case !given && format == "":
		return nil
	case format == "text":
		return logbook.MustFormat(logbook.DefaultFormat)
	case format == "wire":
		return logbook.Wire()
	}
	f, err := formatString(format)
	if err != nil {
		s.Refuse("format", err)
	}
	return f
}

func formatString(v string) (logbook.Formatter, error) {
	if !strings.Contains(v, "{") {
		return nil, fmt.Errorf("invalid format %q: want %s, or a format string with {record.NAME}%s",
			v, strings.Join(formatNames, ", "), didYouMean(v, formatNames))
	}
	f, err := logbook.Format(v, nil)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(v, "{record.") {
		return nil, errors.New("invalid format string: want at least one {record.NAME}")
	}
	return f, nil
}
