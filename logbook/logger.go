package logbook

import (
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
)

//go:generate go run ../internal/levelgen ..

// ErrComputed is returned by Enable and Disable of a logger with
// [LoggerOptions].Enabled.
var ErrComputed = errors.New("logbook: LoggerOptions.Enabled decides whether the logger is enabled")

// Logger makes records on a channel. It does not write them anywhere: they go to the
// handlers that are bound where the call is made.
//
// Loggers are cheap and safe for concurrent use. A logger made by With, WithGroup or
// WithChannel shares level, disabled flag, processor, handlers and group with the logger
// it was made from. A nil *Logger is silent.
type Logger struct {
	core    *core
	class   *uint32 // the core's
	scope   *scope
	skip    int
	channel string
}

// LoggerOptions configure a logger. With nil or the zero value it logs at all levels.
type LoggerOptions struct {
	// Level is the lowest level that is logged. With nil or LevelNotSet, the group's
	// level applies; without a group, all levels are logged.
	Level slog.Leveler

	// Disabled makes the logger silent until Enable is called.
	Disabled bool

	// Enabled, if set, is called for each record and reports whether the logger logs;
	// Enable and Disable then return an error. It must be fast and safe for concurrent
	// use.
	Enabled func() bool

	// Processor is called for this logger's records, after the bound processors.
	Processor Processor

	// Handlers get the logger's records before any bound handler does. They are for
	// special cases; usually, handlers are bound where records are made.
	Handlers []Handler

	// Group is the group that the logger joins.
	Group *LoggerGroup
}

// core is shared by all loggers made from one another.
type core struct {
	class    uint32 // index of its floors; atomic
	channel  string // of the first logger
	settings atomic.Pointer[settings]
	follows  []*LevelVar // the variables that its class depends on; guarded by configMu
}

// settings is the part of a core that can change. It is immutable, and replaced under
// configMu.
type settings struct {
	level     slog.Leveler
	disabled  *bool // nil: inherit the group's
	enabled   func() bool
	processor Processor
	handlers  []handlerEntry
	group     *LoggerGroup

	// needsLookup is set if calls must read the settings, in addition to the floors and
	// the stack. Most loggers have only a name.
	needsLookup bool
}

// derive computes needsLookup. The settings must not change afterwards.
func (s *settings) derive() *settings {
	_, fixed := fixedLevel(s.level)
	s.needsLookup = !fixed || s.enabled != nil || s.processor != nil || len(s.handlers) > 0 || s.group != nil
	return s
}

// New returns a logger for the channel.
func New(channel string) *Logger { return NewLogger(channel, nil) }

// NewLogger returns a logger for the channel with options.
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
		s.handlers = append(s.handlers, compileLoggerHandler(b, nil))
	}
	c.settings.Store(s.derive())
	if len(s.levelVars()) == 0 {
		c.update()
	} else {
		configMu.Lock()
		c.update()
		configMu.Unlock()
	}
	l := &Logger{core: c, class: &c.class, channel: channel}
	if o.Group != nil {
		o.Group.Add(l)
	}
	reportRefused(nil, refused)
	return l
}

// compileLoggerHandler compiles a logger's handler. A LevelVar is read for each record,
// since these handlers are not part of a stack that is compiled again when it changes.
func compileLoggerHandler(b boundItem, ends []*atomic.Bool) handlerEntry {
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
	return l.channel
}

// Level returns the lowest level that is logged: the logger's own, otherwise the
// group's, otherwise LevelNotSet.
func (l *Logger) Level() Level {
	if l == nil {
		return LevelNotSet
	}
	return LevelOf(l.core.settings.Load().effectiveLevel())
}

// effectiveLevel returns the logger's own level, otherwise the group's.
func (s *settings) effectiveLevel() slog.Leveler {
	if LevelOf(s.level) != LevelNotSet || s.group == nil {
		return s.level
	}
	return s.group.state.Load().level
}

// SetLevel changes the lowest level that is logged. With nil or LevelNotSet, the
// group's level applies.
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

// Enable makes the logger log, even if its group is disabled. It returns [ErrComputed]
// for a logger with [LoggerOptions].Enabled.
func (l *Logger) Enable() error { return l.setDisabled(false) }

// Disable makes the logger silent, even if its group is enabled. It returns
// [ErrComputed] for a logger with [LoggerOptions].Enabled.
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

// SetProcessor sets the processor for this logger's records, which is called after the
// bound processors; nil for none.
func (l *Logger) SetProcessor(p Processor) {
	l.change(func(s *settings) { s.processor = p })
}

// AddHandler adds a handler that gets this logger's records before any bound handler
// does. The returned function removes it.
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
	entry := compileLoggerHandler(list[0], []*atomic.Bool{ended})
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

// Group returns the logger's group, or nil.
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

// With returns a logger whose records have the attributes, given as key-value pairs and
// [slog.Attr] values. Values are fixed here: the LogValue method of a [slog.LogValuer]
// is called once, and values that could change later are copied, or kept as a
// [*FixedValue] or [*FixedError].
func (l *Logger) With(args ...any) *Logger {
	if l == nil || len(args) == 0 {
		return l
	}
	return l.WithAttrs(appendArgs(nil, args)...)
}

// WithAttrs is like With for typed attributes.
func (l *Logger) WithAttrs(attrs ...slog.Attr) *Logger {
	if l == nil {
		return nil
	}
	return &Logger{l.core, l.class, l.scope.with(attrs), l.skip, l.channel}
}

// WithGroup returns a logger that puts the attributes of its calls, and of later calls
// of With, into a group. An empty name changes nothing.
func (l *Logger) WithGroup(name string) *Logger {
	if l == nil {
		return nil
	}
	return &Logger{l.core, l.class, l.scope.withGroup(name), l.skip, l.channel}
}

// WithCallerSkip returns a logger for use in helper functions: the caller of its
// records is n functions further up.
func (l *Logger) WithCallerSkip(n int) *Logger {
	if l == nil {
		return nil
	}
	return &Logger{l.core, l.class, l.scope, max(0, l.skip+n), l.channel}
}

// WithChannel returns a logger whose records have another channel, such as the name of a
// part of the program.
func (l *Logger) WithChannel(channel string) *Logger {
	if l == nil {
		return nil
	}
	return &Logger{l.core, l.class, l.scope, l.skip, channel}
}

// update applies changed settings of the logger or its group: its class, and the
// variables that the class depends on. The caller holds configMu, or has the only
// reference to the logger.
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
	class := classOf(s.minLevel(), len(s.handlers) > 0)
	demand.useClass(class)
	atomic.StoreUint32(&c.class, class)
}

// minLevel returns the lowest level that a logger with these settings may log; levelNone
// if it is silent.
func (s *settings) minLevel() int {
	if s.enabled != nil {
		return int(LevelNotSet) // Enabled decides for each record
	}
	if s.silent() {
		return levelNone
	}
	level, fixed := fixedLevel(s.level)
	if fixed {
		level, fixed = fixedLevel(s.effectiveLevel())
	}
	if !fixed { // the Leveler decides for each record
		level = LevelNotSet
	}
	return int(level)
}

// levelVars returns the variables that minLevel depends on.
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
