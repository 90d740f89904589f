package config

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
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
			return fmt.Errorf("invalid value %q: want %s%s", v, oneOf(choices), text.DidYouMean(v, choices))
		}
		value = v
		return nil
	})
	return value
}

// Overflow reads the overflow policy of a queue. 0 stands for the default.
func (s *Spec) Overflow(name string) (o queues.Overflow) {
	s.readKind(name, KindOverflow, func(v string) error { return o.UnmarshalText([]byte(v)) })
	return o
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

// Port reads an option that is the number of a port.
func (s *Spec) Port(name string) (port uint16) {
	s.readKind(name, KindPort, func(v string) error {
		n, err := strconv.ParseUint(v, 10, 16)
		if err != nil || n == 0 {
			return fmt.Errorf("invalid port %q: want 1 to 65535", v)
		}
		port = uint16(n)
		return nil
	})
	return port
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
// file, which must not be empty. The lines of the file are masked in the errors of the sink.
func (s *Spec) SecretFile(name string) (content string) {
	s.readKind(name, KindPath, func(v string) error {
		path, err := s.absPath(v)
		if err != nil {
			return err
		}
		if content, err = readSmall(path); err != nil {
			return err
		}
		if strings.TrimSpace(content) == "" {
			return fmt.Errorf("%s is empty", path)
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

// FileMode reads an option that has the permissions of a file, in octal digits.
func (s *Spec) FileMode(name string) (m fs.FileMode) {
	s.readKind(name, KindMode, func(v string) error {
		n, err := strconv.ParseUint(strings.TrimPrefix(v, "0o"), 8, 32)
		if err != nil || n == 0 || n > 0o777 {
			return fmt.Errorf("invalid file mode %q: want octal digits from 0001 to 0777", v)
		}
		m = fs.FileMode(n)
		return nil
	})
	return m
}
