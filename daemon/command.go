package daemon

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/netip"
	"time"
)

// Command is a command of a daemon. Its Run is called on a goroutine of its own, and at the
// same time as those of other clients, unless it is exclusive.
type Command struct {
	Name string // one word, which does not begin with a hyphen
	Help string // one line
	Args []Arg

	// Exclusive means that one call at a time runs, of this and all other exclusive commands:
	// those that drive the same device, say.
	Exclusive bool

	// Run returns the reply: a text, or any other value. In a plain reply, numbers and the
	// like appear as package fmt prints them, a slice of slog.Attr as a line each, and
	// structs, maps and slices as JSON. nil is the empty reply.
	//
	// The client of a failed command gets "Unknown exception! Check daemon log!" and the text
	// of the error, and the log the error; so it is for a panic, whose stack is logged. A
	// [*ReplyError] is sent as it is, and not logged, since it is the client's fault.
	//
	// The context ends when the daemon stops, after Options.Grace. Then Run is not waited for
	// any more, and its reply is not sent.
	Run func(ctx context.Context, c *Call) (reply any, err error)

	builtin bool
}

// Arg is an argument of a [Command].
type Arg struct {
	// Name is that of a positional argument, "setpoint", or of an option, "--setpoint". An
	// option may be written "--setpoint 4.2" or "--setpoint=4.2", be shortened as long as it
	// is unique, and stand anywhere after the command. If it is repeated, the last one holds.
	Name string

	Help string // one line
	Kind Kind

	Choices []string // the values that are allowed; nil: all

	// Default is the value, as in a message, of an option that is not given. "" is the zero
	// value of the kind.
	Default string

	Required bool // of an option; a positional argument is always required
}

// Kind is the type of an [Arg].
type Kind int

// The kinds, with the method of [Call] that returns the value.
const (
	Text     Kind = iota // Call.Text
	Int                  // Call.Int
	Float                // Call.Float; a finite number
	Duration             // Call.Duration; such as 1m30s, 500ms or 7d
	Flag                 // Call.Flag; an option without a value
)

// Call is a call of a [Command].
type Call struct {
	Command string // the name of the command
	Peer    Peer   // the client

	values map[string]any
	stop   bool
}

// Peer is the client of a [Call].
type Peer struct {
	IP       netip.Addr // not valid on a unix socket
	PID, UID int        // on a unix socket, where the system reports them; otherwise -1

	TLS *tls.ConnectionState // nil for a connection without TLS
}

// Text returns the value of an argument of the kind Text. The name is that of [Arg] without
// hyphens. This method and those for the other kinds panic if the command has no argument of
// that name and kind.
func (c *Call) Text(name string) string { return argument[string](c, name) }

// Int returns the value of an argument of the kind Int.
func (c *Call) Int(name string) int { return argument[int](c, name) }

// Float returns the value of an argument of the kind Float.
func (c *Call) Float(name string) float64 { return argument[float64](c, name) }

// Duration returns the value of an argument of the kind Duration.
func (c *Call) Duration(name string) time.Duration { return argument[time.Duration](c, name) }

// Flag reports whether an argument of the kind Flag was given.
func (c *Call) Flag(name string) bool { return argument[bool](c, name) }

// Stop stops the daemon as soon as the reply is sent, as the command quit does.
func (c *Call) Stop() { c.stop = true }

func argument[T any](c *Call, name string) T {
	v, ok := c.values[name].(T)
	if !ok {
		panic(fmt.Sprintf("daemon: the command %s has no argument %s of type %T", c.Command, name, v))
	}
	return v
}
