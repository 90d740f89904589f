package logbook

import (
	"log/slog"
	"sync/atomic"
)

// LevelVar is a level that can be changed while programs log. Unlike
// [slog.LevelVar], it tells the compiled stacks, so a level that nobody wants
// stays as cheap as with a constant. Its zero value is LevelInfo; a nil pointer is
// LevelNotSet, as no level is. It is safe for concurrent use and must not be copied.
type LevelVar struct {
	level     atomic.Int32
	followers *loggerSet // loggers whose own level it is; nil: none; under configMu
}

// Level returns the level on slog's scale, which makes *LevelVar an
// [slog.Leveler].
func (v *LevelVar) Level() slog.Level { return slog.Level(v.load()) }

func (v *LevelVar) load() Level {
	if v == nil {
		return LevelNotSet
	}
	return Level(v.level.Load())
}

// Set changes the level for every handler and logger that uses the variable.
// It compiles the stacks anew and touches each logger whose level it is:
// microseconds, so it is no call for a hot path.
func (v *LevelVar) Set(l slog.Leveler) {
	v.level.Store(int32(LevelOf(l)))
	configMu.Lock()
	defer configMu.Unlock()
	if v.followers != nil {
		for c := range v.followers.all() {
			c.update()
		}
	}
	recompileLocked()
}

// follow makes a logger follow the variable. The caller holds configMu.
func (v *LevelVar) follow(c *core) {
	if v.followers == nil {
		v.followers = newLoggerSet()
	}
	v.followers.add(c)
}

// MarshalText returns the level's name.
func (v *LevelVar) MarshalText() ([]byte, error) { return v.load().MarshalText() }

// UnmarshalText sets the level from its name, as [ParseLevel] reads it.
func (v *LevelVar) UnmarshalText(text []byte) error {
	l, err := ParseLevel(string(text))
	if err == nil {
		v.Set(l)
	}
	return err
}
