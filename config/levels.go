package config

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/logbook-go/logbook/logbook"
)

// Levels are the lowest levels of channels, such as
//
//	app.db:debug, app:warning, *:info
//
// An entry applies to its channel and to the channels below it: "app" is the level of app
// and of app.cache, but not of application. The longest matching entry wins. "*" is for
// all other channels; without it, they log all levels.
//
// [Levels.Wrap] puts levels before a handler. They can be changed while the program logs.
// A record below all entries costs no more than one below the handler's own level. Any
// other costs a lookup by the name of the channel, which is cached for the first 256
// channels.
//
// The zero value allows all records. Levels are safe for concurrent use, and must not be
// copied.
type Levels struct {
	mu     sync.Mutex // held by writers
	table  atomic.Pointer[levelTable]
	floors map[floorKey]*logbook.LevelVar
}

// floorKey holds the levels that a floor depends on besides the entries: the level of the
// handler itself, and the level of channels without an entry.
type floorKey struct{ own, rest logbook.Level }

// levelTable is immutable, except for its cache of lookups.
type levelTable struct {
	entries map[string]logbook.Level
	found   atomic.Pointer[map[string]foundLevel] // replaced, never changed
}

type foundLevel struct {
	level logbook.Level
	ok    bool // there is an entry for the channel, perhaps "*"
}

// or returns the level, or rest if there is none.
func (f foundLevel) or(rest logbook.Level) logbook.Level {
	if f.ok {
		return f.level
	}
	return rest
}

const (
	allChannels = "*"
	maxFound    = 256
	maxEntries  = 1000
)

// LevelsError reports an invalid entry of [ParseLevels].
type LevelsError struct {
	Entry string
	Err   error
}

// Error names the entry and the cause.
func (e *LevelsError) Error() string { return fmt.Sprintf("config: levels: %q: %v", e.Entry, e.Err) }

// Unwrap returns the cause.
func (e *LevelsError) Unwrap() error { return e.Err }

// ParseLevels parses entries, separated by commas or newlines. A colon or an equals sign
// separates channel and level; a level alone is for "*". Levels are those of
// [logbook.ParseLevel]. The error is a [*LevelsError].
func ParseLevels(text string) (*Levels, error) {
	entries, err := parseLevels(text)
	if err != nil {
		return nil, err
	}
	return newLevels(entries), nil
}

func newLevels(entries map[string]logbook.Level) *Levels {
	l := new(Levels)
	l.table.Store(newLevelTable(entries))
	return l
}

func parseLevels(text string) (map[string]logbook.Level, error) {
	entries := make(map[string]logbook.Level)
	for entry := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == ',' || c == '\n' }) {
		entry = strings.TrimSpace(entry)
		if entry == "" {
			continue
		}
		channel, level := allChannels, entry
		if i := strings.LastIndexAny(entry, ":="); i >= 0 {
			channel, level = strings.TrimSpace(entry[:i]), entry[i+1:]
		}
		if err := addLevel(entries, channel, level); err != nil {
			return nil, &LevelsError{entry, err}
		}
	}
	return entries, nil
}

func addLevel(entries map[string]logbook.Level, channel, level string) error {
	v, err := logbook.ParseLevel(level)
	switch {
	case err != nil:
		return err
	case channel == "":
		return errors.New(`missing channel: want a name, or "*" for all channels`)
	case strings.HasSuffix(channel, ".*"):
		return fmt.Errorf("invalid channel: want %q, which includes the channels below it", strings.TrimSuffix(channel, ".*"))
	case channel != allChannels && strings.Contains(channel, "*"):
		return errors.New(`invalid channel: "*" cannot be part of a name`)
	case strings.ContainsAny(channel, "=;& \t"):
		return errors.New("invalid channel: want a comma between entries, and no spaces, =, ; or & in a name")
	case len(entries) == maxEntries:
		return fmt.Errorf("more than %d channels", maxEntries)
	}
	if _, twice := entries[channel]; twice {
		return errors.New("duplicate channel")
	}
	entries[channel] = v
	return nil
}

func newLevelTable(entries map[string]logbook.Level) *levelTable {
	t := &levelTable{entries: entries}
	t.found.Store(new(map[string]foundLevel))
	return t
}

// Level returns the lowest level that is logged on the channel.
func (l *Levels) Level(channel string) logbook.Level {
	return l.find(channel).or(logbook.LevelNotSet)
}

func (l *Levels) find(channel string) foundLevel {
	t := l.table.Load()
	if t == nil {
		return foundLevel{}
	}
	found := t.found.Load()
	if v, ok := (*found)[channel]; ok {
		return v
	}
	v := t.lookUp(channel)
	if len(*found) < maxFound {
		more := maps.Clone(*found)
		if more == nil {
			more = make(map[string]foundLevel)
		}
		more[strings.Clone(channel)] = v
		t.found.CompareAndSwap(found, &more) // if it fails, the next call tries again
	}
	return v
}

func (t *levelTable) lookUp(channel string) foundLevel {
	for name := channel; ; {
		if v, ok := t.entries[name]; ok {
			return foundLevel{v, true}
		}
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			v, ok := t.entries[allChannels]
			return foundLevel{v, ok}
		}
		name = name[:i]
	}
}

// lowest returns the lowest level that is logged on any channel. rest is the level of
// channels without an entry.
func (t *levelTable) lowest(rest logbook.Level) logbook.Level {
	if t == nil {
		return rest
	}
	lowest := logbook.Level(math.MaxInt8)
	if _, ok := t.entries[allChannels]; !ok {
		lowest = rest
	}
	for _, v := range t.entries {
		lowest = min(lowest, v)
	}
	return lowest
}

// Set changes the levels of the channels in the text, which has the format of
// [ParseLevels], and keeps the others. In case of an error, it changes nothing.
func (l *Levels) Set(text string) error {
	entries, err := parseLevels(text)
	if err != nil {
		return err
	}
	return l.merge(entries)
}

func (l *Levels) merge(entries map[string]logbook.Level) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make(map[string]logbook.Level)
	maps.Copy(all, l.entries())
	maps.Copy(all, entries)
	if len(all) > maxEntries {
		return &LevelsError{"", fmt.Errorf("more than %d channels", maxEntries)}
	}
	l.replace(all)
	return nil
}

// UnmarshalText replaces all levels with those of the text. In case of an error, it
// changes nothing.
func (l *Levels) UnmarshalText(text []byte) error {
	entries, err := parseLevels(string(text))
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.replace(entries)
	return nil
}

// replace must be called with l.mu held.
func (l *Levels) replace(entries map[string]logbook.Level) {
	t := newLevelTable(entries)
	l.table.Store(t)
	for key, floor := range l.floors {
		floor.Set(max(key.own, t.lowest(key.rest)))
	}
}

// floor returns a variable with the lowest level that both the entries and the handler
// allow. There is one for each key, so that wrapping more handlers does not use more
// memory.
func (l *Levels) floor(key floorKey) *logbook.LevelVar {
	l.mu.Lock()
	defer l.mu.Unlock()
	if v := l.floors[key]; v != nil {
		return v
	}
	if l.floors == nil {
		l.floors = make(map[floorKey]*logbook.LevelVar)
	}
	v := new(logbook.LevelVar)
	v.Set(max(key.own, l.table.Load().lowest(key.rest)))
	l.floors[key] = v
	return v
}

// entries returns the entries, which must not be changed.
func (l *Levels) entries() map[string]logbook.Level {
	if t := l.table.Load(); t != nil {
		return t.entries
	}
	return nil
}

// String returns the levels in the format of [ParseLevels], sorted by channel, with "*"
// last: "app:WARNING, app.db:DEBUG, *:INFO".
func (l *Levels) String() string { return joinLevels(l.entries(), ", ") }

// MarshalText returns the text of [Levels.String].
func (l *Levels) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

func joinLevels(entries map[string]logbook.Level, separator string) string {
	names := slices.SortedFunc(maps.Keys(entries), func(a, b string) int {
		if a == allChannels || b == allChannels {
			return strings.Compare(b, a) // sorts "*" last, although it is less than letters
		}
		return strings.Compare(a, b)
	})
	for i, name := range names {
		names[i] = name + ":" + entries[name].String()
	}
	return strings.Join(names, separator)
}
