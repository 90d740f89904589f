package eventlog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/logbook-go/logbook/internal/tally"
	"github.com/logbook-go/logbook/logbook"
)

// DefaultFormat is the format string of events: that of Python's Logbook, and the
// attributes that the message does not show.
const DefaultFormat = `Message Level: {record.level_name}
Location: {record.filename}:{record.lineno}
Module: {record.module}
Function: {record.func_name}
Exact Time: {record.time:%Y-%m-%d %H:%M:%S}

Event provided Message:

{record.message}{record.attrs}
`

var defaultFormatter = logbook.Must(logbook.Format(DefaultFormat, &logbook.FormatOptions{Multiline: true}))

// Options configure [New]. nil is the default.
type Options struct {
	Level     slog.Leveler               // lowest level taken; nil: all
	Filter    func(*logbook.Record) bool // called after the processors; nil: all
	Bubble    bool                       // pass handled records on to the next handler
	Formatter logbook.Formatter          // nil: the format string [DefaultFormat], with the newlines of the data
}

// Handler writes records to the event log, each as an event with id 1. It is safe
// for concurrent use. A text of more than 31,000 UTF-16 units is cut, and ends in
// "...(cut)".
type Handler struct {
	opts   logbook.Options
	source string
	mu     sync.RWMutex
	log    eventLog // nil: closed
	tally  tally.Tally
}

// eventLog is an open event log of golang.org/x/sys/windows/svc/eventlog.
type eventLog interface {
	Info(id uint32, text string) error
	Warning(id uint32, text string) error
	Error(id uint32, text string) error
	Close() error
}

// eventID is that of Python's Logbook. The registered message file knows 1 to 1000.
const eventID = 1

// New returns a handler that writes events of a source, the name of the program. The
// source need not be registered. The error for an invalid name is a
// [*logbook.OptionError].
func New(source string, o *Options) (*Handler, error) {
	if err := checkName("source", source); err != nil {
		return nil, err
	}
	log, err := open(source)
	if err != nil {
		return nil, fmt.Errorf("eventlog: source %q: %w", source, err)
	}
	return newHandler(source, log, o), nil
}

func newHandler(source string, log eventLog, o *Options) *Handler {
	if o == nil {
		o = new(Options)
	}
	h := &Handler{
		opts:   logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble, Formatter: o.Formatter},
		source: source,
		log:    log,
	}
	if h.opts.Formatter == nil {
		h.opts.Formatter = defaultFormatter
	}
	return h
}

// checkName refuses names of sources and logs that are invalid in the registry.
func checkName(what, name string) error {
	bad := func(c rune) bool { return c < ' ' || c == '\\' || c == 0x7F }
	if name == "" || utf8.RuneCountInString(name) > 255 || strings.ContainsFunc(name, bad) {
		return &logbook.OptionError{
			Options: "eventlog.Options", Option: what,
			Err: errors.New("want 1 to 255 characters without backslash and control characters"),
		}
	}
	return nil
}

// Binding implements [logbook.Bindable].
func (h *Handler) Binding() logbook.Binding { return h.opts.LineBinding(h) }

// Handle writes the record. After Close its error wraps [logbook.ErrClosed].
func (h *Handler) Handle(r *logbook.Record) error {
	return h.tally.Do(func() error { return h.write(r) })
}

// Stats returns the counts so far.
func (h *Handler) Stats() logbook.Stats { return h.tally.Stats() }

func (h *Handler) write(r *logbook.Record) error {
	b, err := h.opts.AppendFormat(nil, r)
	if err != nil {
		return fmt.Errorf("eventlog: source %q: %w", h.source, err)
	}
	text := eventText(string(b))
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.log == nil {
		return fmt.Errorf("eventlog: source %q: %w", h.source, logbook.ErrClosed)
	}
	write := h.log.Info
	switch l := r.Level(); {
	case l >= logbook.LevelError:
		write = h.log.Error
	case l >= logbook.LevelWarn:
		write = h.log.Warning
	}
	if err := write(eventID, text); err != nil {
		return fmt.Errorf("eventlog: source %q: %w", h.source, err)
	}
	return nil
}

// Close closes the log. Closing again does nothing.
func (h *Handler) Close(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	log := h.log
	h.log = nil
	if log == nil {
		return nil
	}
	if err := log.Close(); err != nil {
		return fmt.Errorf("eventlog: source %q: %w", h.source, err)
	}
	return nil
}
