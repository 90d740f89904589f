package logbook

import (
	"log/slog"
	"sync/atomic"
)

// LevelVar is a level that can be changed while programs log. Unlike with
// [slog.LevelVar], a change updates the compiled stacks, so a disabled call costs no
// more than with a constant level. The zero value is LevelInfo; a nil pointer is
// LevelNotSet. It is safe for concurrent use and must not be copied.
type LevelVar struct {
	level     atomic.Int32
	followers *loggerSet // loggers with this level; may be nil; guarded by configMu
}

// Level returns the level as an slog level. It makes *LevelVar an [slog.Leveler].
func (v *LevelVar) Level() slog.Level { return slog.Level(v.load()) }

func (v *LevelVar) load() Level {
	if v == nil {
		return LevelNotSet
	}
	return Level(v.level.Load())
}

// Set changes the level for every handler and logger that uses the variable. It
// compiles the application's stack and updates the loggers, which takes microseconds,
// so it is not for hot paths.
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

// UnmarshalText sets the level to a name, parsed as by [ParseLevel].
func (v *LevelVar) UnmarshalText(text []byte) error {
	l, err := ParseLevel(string(text))
	if err == nil {
		v.Set(l)
	}
	return err
}
