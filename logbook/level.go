package logbook

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/internal/text"
)

// Level is the severity of a record. Levels use slog's numbers, so a Level is an
// [slog.Leveler], and all slog levels from -128 to 127 can be used.
//
// Levels cannot be given names. A level between two named ones is printed as the lower
// name and the difference: ERROR+2. A level below LevelTrace is printed as TRACE-1.
type Level int8

// The named levels. Debug, Info, Warn and Error are those of slog. LevelNotSet is below all
// levels: a handler with LevelNotSet takes all records. It is not meant for records.
const (
	LevelNotSet   Level = -128
	LevelTrace    Level = -8
	LevelDebug    Level = -4
	LevelInfo     Level = 0
	LevelSuccess  Level = 1
	LevelNotice   Level = 2
	LevelWarn     Level = 4
	LevelError    Level = 8
	LevelCritical Level = 12
)

// ErrUnknownLevel is wrapped by the error of [ParseLevel].
var ErrUnknownLevel = errors.New("unknown level")

var levelNames = [...]struct {
	level Level
	name  string
}{
	{LevelCritical, "CRITICAL"},
	{LevelError, "ERROR"},
	{LevelWarn, "WARNING"},
	{LevelNotice, "NOTICE"},
	{LevelSuccess, "SUCCESS"},
	{LevelInfo, "INFO"},
	{LevelDebug, "DEBUG"},
	{LevelTrace, "TRACE"},
	{LevelNotSet, "NOTSET"},
}

// levelStrings holds the text of every level, so that String does not allocate.
var levelStrings = func() (t [256]string) {
	for i := range t {
		l := Level(i - 128)
		for _, n := range levelNames {
			if l < n.level {
				continue
			}
			switch d := int(l) - int(n.level); {
			case d == 0:
				t[i] = n.name
			case n.level == LevelNotSet:
				t[i] = "TRACE" + strconv.Itoa(int(l)-int(LevelTrace))
			default:
				t[i] = n.name + "+" + strconv.Itoa(d)
			}
			break
		}
	}
	return t
}()

// String returns the level's name in upper case, such as "WARNING" for LevelWarn, or
// "ERROR+2" for a level without a name. It does not allocate.
func (l Level) String() string { return levelStrings[int(l)+128] }

// Level returns the slog level of the same number. It makes Level an [slog.Leveler].
func (l Level) Level() slog.Level { return slog.Level(l) }

// MarshalText returns the level's name, as String does.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText parses a level as [ParseLevel] does.
func (l *Level) UnmarshalText(text []byte) error {
	v, err := ParseLevel(string(text))
	if err == nil {
		*l = v
	}
	return err
}

// ParseLevel parses the name of a level in upper or lower case, with an optional
// difference: "warning", "WARN", "Info+3", "error-1". WARN, FATAL and ERR are accepted,
// too. Otherwise, or if the level is out of range, the error wraps [ErrUnknownLevel].
func ParseLevel(s string) (Level, error) {
	name, offset := strings.TrimSpace(s), 0
	if i := strings.IndexAny(name, "+-"); i > 0 {
		n, err := strconv.Atoi(name[i:])
		if err != nil {
			return 0, levelError(s)
		}
		name, offset = name[:i], n
	}
	base, ok := namedLevel(strings.ToUpper(name))
	if v := int(base) + offset; ok && v >= -128 && v <= 127 {
		return Level(v), nil
	}
	return 0, levelError(s)
}

func namedLevel(name string) (Level, bool) {
	switch name {
	case "WARN":
		return LevelWarn, true
	case "FATAL":
		return LevelCritical, true
	case "ERR":
		return LevelError, true
	}
	for _, n := range levelNames {
		if n.name == name {
			return n.level, true
		}
	}
	return 0, false
}

var knownLevels = []string{"trace", "debug", "info", "success", "notice", "warning", "error", "critical", "notset"}

func levelError(s string) error {
	return fmt.Errorf("logbook: %w %q (known: %s)%s", ErrUnknownLevel, s, strings.Join(knownLevels, ", "), text.DidYouMean(s, knownLevels))
}

// LevelOf returns the level of a leveler, limited to the range of Level. The level of
// nil is LevelNotSet.
func LevelOf(l slog.Leveler) Level {
	switch v := l.(type) {
	case nil:
		return LevelNotSet
	case Level:
		return v
	}
	return clampLevel(l.Level())
}

func clampLevel(l slog.Level) Level { return Level(max(-128, min(127, l))) }

// Wire returns Logbook's number of the level, as [Wire] writes it; for a level without one,
// that of the next lower level.
func (l Level) Wire() int {
	switch {
	case l >= LevelCritical:
		return 15
	case l >= LevelError:
		return 14
	case l >= LevelWarn:
		return 13
	case l >= LevelNotice:
		return 12
	case l >= LevelInfo:
		return 11
	case l >= LevelDebug:
		return 10
	case l >= LevelTrace:
		return 9
	}
	return 0
}

// LevelFromWire returns the level of a Logbook number: 0, 9 to 15, or 1 to 6 as in Logbook
// 0.4. For any other number, it is the level of the next lower one.
func LevelFromWire(n int64) Level {
	switch {
	case n <= 0:
		return LevelNotSet
	case n == 9:
		return LevelTrace
	case n == 10, n == 1:
		return LevelDebug
	case n == 11, n == 2:
		return LevelInfo
	case n == 12, n == 3:
		return LevelNotice
	case n == 13, n == 4:
		return LevelWarn
	case n == 14, n == 5:
		return LevelError
	}
	return LevelCritical
}

// fixedLevel returns a leveler's level, and whether it stays the same until the next
// compilation.
func fixedLevel(l slog.Leveler) (level Level, fixed bool) {
	switch v := l.(type) {
	case nil:
		return LevelNotSet, true
	case Level:
		return v, true
	case slog.Level:
		return clampLevel(v), true
	case *LevelVar:
		return v.load(), true
	}
	return LevelNotSet, false
}

// isPlain reports whether the Level method of l calls no user code.
func isPlain(l slog.Leveler) bool {
	switch v := l.(type) {
	case nil, Level, slog.Level, *LevelVar:
		return true
	case *slog.LevelVar:
		return v != nil
	}
	return false
}
