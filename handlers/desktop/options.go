package desktop

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// Options configure [New]. nil is the default.
type Options struct {
	Level     slog.Leveler               // lowest level taken; nil: all
	Filter    func(*logbook.Record) bool // asked after the processors; nil: all
	Bubble    bool                       // let handled records go on to the next handler
	Formatter logbook.Formatter          // of the text; nil: the message, the attributes that it does not show, and the error

	// Title makes the title; nil: "channel: Level".
	Title logbook.Formatter

	// Urgency returns how urgent a record is; nil: Critical from ERROR up, Normal
	// from NOTICE up, else Low. macOS has no such thing.
	Urgency func(*logbook.Record) Urgency

	// Expiry returns how long a record is shown, [DefaultExpiry] or [NeverExpires];
	// nil: errors until somebody closes them, others as long as the desktop wants. The
	// desktop may know better. macOS has no such thing.
	Expiry func(*logbook.Record) time.Duration

	// Icon is a name from the desktop's icon theme, or the absolute path of a picture;
	// "": none. macOS has no such thing, and Windows no names.
	Icon string

	// Replace shows the newest notification in place of the handler's last one. macOS
	// cannot.
	Replace bool

	Timeout time.Duration // of a notification; 0: 5 s
}

// Urgency says how urgent a notification is.
type Urgency int8

// The urgencies.
const (
	Low Urgency = iota
	Normal
	Critical
)

// String returns "low", "normal" or "critical".
func (u Urgency) String() string {
	switch u {
	case Low:
		return "low"
	case Normal:
		return "normal"
	case Critical:
		return "critical"
	}
	return fmt.Sprintf("Urgency(%d)", int8(u))
}

// What Options.Expiry returns besides a time.
const (
	DefaultExpiry time.Duration = 0  // as long as the desktop wants
	NeverExpires  time.Duration = -1 // until somebody closes it
)

func defaultUrgency(r *logbook.Record) Urgency {
	switch l := r.Level(); {
	case l >= logbook.LevelError:
		return Critical
	case l >= logbook.LevelNotice:
		return Normal
	}
	return Low
}

func defaultExpiry(r *logbook.Record) time.Duration {
	if r.Level() >= logbook.LevelError {
		return NeverExpires
	}
	return DefaultExpiry
}

// invalid returns the error for an option that is refused.
func invalid(option string, err error) error {
	return &logbook.OptionError{Options: "desktop.Options", Option: option, Err: err}
}
