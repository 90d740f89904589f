package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
)

// levelFlag is the value of a flag that takes a level.
type levelFlag struct{ level *logbook.Level }

func (f *levelFlag) Set(s string) error { return f.level.UnmarshalText([]byte(s)) }
func (f *levelFlag) Type() string       { return "level" }

// String returns "" for the default, which selects all levels.
func (f *levelFlag) String() string {
	if f.level == nil || *f.level == logbook.LevelNotSet {
		return ""
	}
	return f.level.String()
}

// size is a number of bytes, written with a unit: 64KiB.
type size int64

// minSize and maxSize bound the value of a size flag.
const (
	minSize size = 64
	maxSize size = 1 << 30
)

// Set parses a size with [text.ParseSize] and checks its bounds.
func (s *size) Set(v string) error {
	n, err := text.ParseSize(v)
	if err != nil {
		return err
	}
	if size(n) < minSize || size(n) > maxSize {
		return fmt.Errorf("invalid size %q: want %v to %v", v, minSize, maxSize)
	}
	*s = size(n)
	return nil
}

// String returns the size in the largest unit that leaves no fraction.
func (s size) String() string { return text.FormatSize(int64(s)) }

// Type returns the name of the value in help texts.
func (s size) Type() string { return "size" }

// diskSize is a size on the disk.
type diskSize int64

// Set parses a size of at least 256 KiB.
func (s *diskSize) Set(v string) error {
	n, err := text.ParseSize(v)
	if err == nil && n < 256<<10 {
		err = fmt.Errorf("invalid size %q: want at least 256KiB", v)
	}
	if err == nil {
		*s = diskSize(n)
	}
	return err
}

func (s *diskSize) String() string { return text.FormatSize(int64(*s)) }

// Type returns the name of the value in help texts.
func (s *diskSize) Type() string { return "size" }

// count is a number of at least 1.
type count int

// Set parses a count.
func (c *count) Set(v string) error {
	n, err := strconv.ParseUint(v, 10, 31)
	if err != nil || n == 0 {
		return fmt.Errorf("invalid count %q: want a number of at least 1", v)
	}
	*c = count(n)
	return nil
}

func (c *count) String() string { return strconv.Itoa(int(*c)) }

// Type returns the name of the value in help texts.
func (c *count) Type() string { return "count" }

// durationFlag is the value of a flag that takes a duration in the syntax of
// [text.ParseDuration].
type durationFlag struct{ d *time.Duration }

func (f *durationFlag) Set(v string) error {
	d, err := text.ParseDuration(v)
	if err == nil && d < 0 {
		err = errors.New("negative duration")
	}
	if err == nil {
		*f.d = d
	}
	return err
}

func (f *durationFlag) Type() string   { return "duration" }
func (f *durationFlag) String() string { return f.d.String() }
