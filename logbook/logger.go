package logbook

import (
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
)

//go:generate go run ../internal/levelgen ..

// ErrComputed is returned by Enable and Disable of a logger whose
// [LoggerOptions].Enabled computes whether it logs.
var ErrComputed = errors.New("logbook: the logger computes whether it is enabled")

// Logger makes records on a channel. It has no sink: its records go to the
// handlers that are bound where the call is made.
//
// Loggers are cheap and safe for concurrent use. Those made by With and
// WithGroup share level, disabled flag, handlers and group with the one they were
// made from. A nil *Logger is silent.
type Logger struct {
	core  *core
	class *uint32 // the core's
	scope *scope
	skip  int
}

// LoggerOptions configure a logger. nil and the zero value mean: takes all
// levels, enabled.
type LoggerOptions struct {
	// Level is the lowest level that is logged. nil and LevelNotSet mean: the
	// group's, or all.
	Level slog.Leveler

	// Disabled makes the logger silent until it is enabled.
	Disabled bool

	// Enabled, if set, is asked at each call; Enable and Disable then return
	// an error. It must be quick and safe for concurrent use.
	Enabled func() bool

	// Processor runs for this logger's records, after the bound ones.
	Processor Processor

	// Handlers meet the logger's records before any bound handler does. They
	// are for special cases: bind handlers where the records are made.
	Handlers []Handler

	// Group is the group that the logger joins.
	Group *LoggerGroup
}

// core is what loggers made from each other share.
type core struct {
	class    uint32 // says where its floors stand; atomic
	channel  string
	settings atomic.Pointer[settings]
	follows  []*LevelVar // that decide on its class; under configMu
}

// settings is everything about a core that can change. It is immutable;
// changes replace it under configMu.
type settings struct {
	level     slog.Leveler
	disabled  *bool // nil: as the group is
	enabled   func() bool
	processor Processor
	handlers  []handlerEntry
	group     *LoggerGroup

	// needsLookup is set where a call must look at more than the floors and the
	// stack. Most loggers have a name and no more.
	needsLookup bool
}

// derive computes what follows from the settings. They must not change after it.
func (s *settings) derive() *settings {
	_, fixed := fixedLevel(s.level)
	s.needsLookup = !fixed || s.enabled != nil || s.processor != nil || len(s.handlers) > 0 || s.group != nil
	return s
}

// New returns a logger for the channel.
func New(channel string) *Logger { return NewLogger(channel, nil) }

// NewLogger returns a logger for the channel, with options.
func NewLogger(channel string, o *LoggerOptions) *Logger {
	if o == nil {
		o = new(LoggerOptions)
	}
	c := &core{channel: channel}
	s := &settings{level: o.Level, enabled: o.Enabled, processor: o.Processor}
	if o.Disabled {
		s.disabled = new(true)
	}
	list, refused := openHandlers(o.Handlers...)
	for _, b := range list {
		s.handlers = append(s.handlers, compileOwnHandler(b, nil))
	}
	c.settings.Store(s.derive())
	if len(s.levelVars()) == 0 {
		c.update()
	} else {
		configMu.Lock()
		c.update()
		configMu.Unlock()
	}
	l := &Logger{core: c, class: &c.class}
	if o.Group != nil {
		o.Group.Add(l)
	}
	reportRefused(nil, refused)
	return l
}

// compileOwnHandler opens a handler's binding. A variable level is looked at in
// each call: a logger's handlers are no part of a stack, so nothing compiles them
// anew.
func compileOwnHandler(b boundItem, ends []*atomic.Bool) handlerEntry {
	e := compileHandler(b, ends)
	if v, ok := b.binding.Level.(*LevelVar); ok {
		e.level, e.leveler = LevelNotSet, v
	}
	return e
}

// Channel returns the logger's channel.
func (l *Logger) Channel() string {
	if l == nil {
		return ""
	}
	return l.core.channel
}

// Level returns the lowest level that the logger logs: its own, or its group's
// if it has none; LevelNotSet if neither has.
func (l *Logger) Level() Level {
	if l == nil {
		return LevelNotSet
	}
	return LevelOf(l.core.settings.Load().effectiveLevel())
}

// effectiveLevel is the logger's own level, or the group's.
func (s *settings) effectiveLevel() slog.Leveler {
	if LevelOf(s.level) != LevelNotSet || s.group == nil {
		return s.level
	}
	return s.group.state.Load().level
}

// SetLevel changes the lowest level that the logger logs. nil and LevelNotSet
// leave it to the group.
func (l *Logger) SetLevel(v slog.Leveler) {
	l.change(func(s *settings) { s.level = v })
}

// Disabled reports whether the logger is silent.
func (l *Logger) Disabled() bool { return l == nil || l.core.settings.Load().silent() }

func (s *settings) silent() bool {
	switch {
	case s.enabled != nil:
		return !s.enabled()
	case s.disabled != nil:
		return *s.disabled
	case s.group != nil:
		return s.group.state.Load().disabled
	}
	return false
}

// Enable makes the logger log, whatever its group says. It returns
// [ErrComputed] where [LoggerOptions].Enabled decides.
func (l *Logger) Enable() error { return l.setDisabled(false) }

// Disable makes the logger silent, whatever its group says. It returns
// [ErrComputed] where [LoggerOptions].Enabled decides.
func (l *Logger) Disable() error { return l.setDisabled(true) }

func (l *Logger) setDisabled(v bool) error {
	if l == nil {
		return nil
	}
	if l.core.settings.Load().enabled != nil {
		return ErrComputed
	}
	l.change(func(s *settings) { s.disabled = &v })
	return nil
}

// SetProcessor sets the processor that runs for this logger's records, after
// the bound ones; nil for none.
func (l *Logger) SetProcessor(p Processor) {
	l.change(func(s *settings) { s.processor = p })
}

// AddHandler gives the logger a handler of its own, which meets its records
// before any bound handler does. The function that is returned takes it off.
func (l *Logger) AddHandler(h Handler) (undo func()) {
	if l == nil || h == nil {
		return func() {}
	}
	list, refused := openHandlers(h)
	if len(refused) > 0 {
		reportRefused(nil, refused)
		return func() {}
	}
	ended := new(atomic.Bool)
	entry := compileOwnHandler(list[0], []*atomic.Bool{ended})
	entry.push = nextPush()
	l.change(func(s *settings) { s.handlers = append([]handlerEntry{entry}, s.handlers...) })
	return func() {
		l.change(func(s *settings) {
			s.handlers = slices.DeleteFunc(slices.Clone(s.handlers), func(e handlerEntry) bool { return e.push == entry.push })
		})
		if !ended.Swap(true) {
			notifyUnbound(list)
		}
	}
}

// Group returns the logger's group, nil if it has none.
func (l *Logger) Group() *LoggerGroup {
	if l == nil {
		return nil
	}
	return l.core.settings.Load().group
}

// change replaces the settings by a changed copy.
func (l *Logger) change(fn func(s *settings)) {
	if l == nil {
		return
	}
	configMu.Lock()
	defer configMu.Unlock()
	l.core.changeLocked(fn)
}

func (c *core) changeLocked(fn func(s *settings)) {
	s := *c.settings.Load()
	fn(&s)
	c.settings.Store(s.derive())
	c.update()
}

// With returns a logger whose records carry the attributes, given as key-value
// pairs and [slog.Attr] values. Values are fixed here: a [slog.LogValuer] is asked once,
// and what could change later is copied, or kept as a [*FixedValue] or [*FixedError].
func (l *Logger) With(args ...any) *Logger {
	if l == nil || len(args) == 0 {
		return l
	}
	return l.WithAttrs(appendArgs(nil, args)...)
}

// WithAttrs is With for typed attributes.
func (l *Logger) WithAttrs(attrs ...slog.Attr) *Logger {
	if l == nil {
		return nil
	}
	return &Logger{l.core, l.class, l.scope.with(attrs), l.skip}
}

// WithGroup returns a logger that puts the attributes of its calls, and of With
// from here on, into a group. An empty name changes nothing.
func (l *Logger) WithGroup(name string) *Logger {
	if l == nil {
		return nil
	}
	return &Logger{l.core, l.class, l.scope.withGroup(name), l.skip}
}

// WithCallerSkip returns a logger for use in a helper: its records name the
// caller n functions above the one that logs.
func (l *Logger) WithCallerSkip(n int) *Logger {
	if l == nil {
		return nil
	}
	return &Logger{l.core, l.class, l.scope, max(0, l.skip+n)}
}

// update makes a logger follow its settings and its group's: its class, and the
// variables that decide on it. The caller holds configMu, or nobody else knows
// the logger yet.
func (c *core) update() {
	s := c.settings.Load()
	vars := s.levelVars()
	for _, v := range c.follows {
		if !slices.Contains(vars, v) {
			v.followers.remove(c)
		}
	}
	for _, v := range vars {
		v.follow(c)
	}
	c.follows = vars
	class := classOf(s.ownLevel(), len(s.handlers) > 0)
	demand.keep(class)
	atomic.StoreUint32(&c.class, class)
}

// ownLevel is the lowest level that a logger with these settings may log, whoever
// wants it; levelNone if it is silent.
func (s *settings) ownLevel() int {
	if s.enabled != nil {
		return int(LevelNotSet) // asked at each call
	}
	if s.silent() {
		return levelNone
	}
	level, fixed := fixedLevel(s.level)
	if fixed {
		level, fixed = fixedLevel(s.effectiveLevel())
	}
	if !fixed { // asked at each call; it may leave it to the group only now
		level = LevelNotSet
	}
	return int(level)
}

// levelVars returns the variables on which ownLevel depends.
func (s *settings) levelVars() (vars []*LevelVar) {
	if v, _ := s.level.(*LevelVar); v != nil {
		vars = append(vars, v)
	}
	if s.group != nil {
		if v, _ := s.group.state.Load().level.(*LevelVar); v != nil && !slices.Contains(vars, v) {
			vars = append(vars, v)
		}
	}
	return vars
}
