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
	Filter    func(*logbook.Record) bool // called after the processors; nil: all
	Bubble    bool                       // pass handled records on to the next handler
	Formatter logbook.Formatter          // of the text; nil: the message, the attributes that it does not show, and the error

	// Title makes the title; nil: "channel: Level".
	Title logbook.Formatter

	// Urgency returns the urgency of a record; nil: Critical from ERROR up, Normal from
	// NOTICE up, otherwise Low. macOS does not support it.
	Urgency func(*logbook.Record) Urgency

	// Expiry returns how long a record is shown, [DefaultExpiry] or [NeverExpires]; nil:
	// errors until the user closes them, others for the default time of the desktop. The
	// desktop may ignore it. macOS does not support it.
	Expiry func(*logbook.Record) time.Duration

	// Icon is a name from the desktop's icon theme, or the absolute path of a picture;
	// "": none. macOS does not support it, and Windows does not support names.
	Icon string

	// Replace shows the newest notification in place of the handler's previous one. macOS
	// does not support it.
	Replace bool

	Timeout time.Duration // of a notification; 0: 5 s
}

// Urgency is how urgent a notification is.
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

// Special values for Options.Expiry.
const (
	DefaultExpiry time.Duration = 0  // the default time of the desktop
	NeverExpires  time.Duration = -1 // until the user closes it
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

// invalid returns the error for an invalid option.
func invalid(option string, err error) error {
	return &logbook.OptionError{Options: "desktop.Options", Option: option, Err: err}
}
