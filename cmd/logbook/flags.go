package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// levelFlag is the value of a flag that takes a level.
type levelFlag struct{ level *logbook.Level }

func (f *levelFlag) Set(s string) error { return f.level.UnmarshalText([]byte(s)) }
func (f *levelFlag) Type() string       { return "level" }

// String returns "" for the default, which takes all.
func (f *levelFlag) String() string {
	if f.level == nil || *f.level == logbook.LevelNotSet {
		return ""
	}
	return f.level.String()
}

// size is a number of bytes, written with a unit: 64KiB.
type size int

// minSize and maxSize bound what a flag can ask for.
const (
	minSize size = 64
	maxSize size = 1 << 30
)

var sizeUnits = []struct {
	name  string
	bytes size
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// Set reads a whole number of bytes, or of one of the units KiB, MiB and GiB.
func (s *size) Set(text string) error {
	number, unit := text, size(1)
	for _, u := range sizeUnits {
		if n, ok := strings.CutSuffix(text, u.name); ok {
			number, unit = n, u.bytes
			break
		}
	}
	n, err := strconv.ParseUint(number, 10, 31)
	if v := size(n); err != nil || v > maxSize/unit || v*unit < minSize {
		return fmt.Errorf("%q is no size from %v to %v, such as 64KiB", text, minSize, maxSize)
	}
	*s = size(n) * unit
	return nil
}

// String returns the size in the largest unit that leaves no fraction.
func (s size) String() string {
	for _, u := range sizeUnits {
		if s%u.bytes == 0 && s > 0 {
			return strconv.Itoa(int(s/u.bytes)) + u.name
		}
	}
	return "0B"
}

// Type is what the help calls the value.
func (s size) Type() string { return "size" }
