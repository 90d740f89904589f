package config

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/logbook-go/logbook/logbook"
)

// Config is a configuration that was read, with its sinks open. It is safe for
// concurrent use.
type Config struct {
	levels   *Levels
	setup    logbook.Setup
	warnings []error
	tell     sync.Once
}

// log tells of the configuration itself.
var log = logbook.New("config")

// Setup returns what to push, or to put into a [logbook.Slot]: the handlers of
// all sinks, the first one in the file met first, and below them an end. A record
// goes to every sink that takes it, and no further: neither handlers below nor the
// default handler see it.
//
// The first call tells the warnings to the sinks, as records on channel "config".
// Whoever loaded the configuration closes it, with [logbook.Close].
func (c *Config) Setup() logbook.Setup {
	c.tell.Do(func() {
		for _, w := range c.warnings {
			logbook.InGoroutine(func() { log.Warnf("%s", warning(w)) }, c.setup)
		}
	})
	return slices.Clone(c.setup)
}

// Warnings returns what was wrong and could be passed over: unknown sections and
// keys, sinks of lab_utils that could not be opened, a wrong LOGBOOK, and sinks whose
// fallback stands in until they can be opened. They are of type [*FileError].
func (c *Config) Warnings() []error { return slices.Clone(c.warnings) }

// Levels returns the levels by channel that stand before all sinks. Changing them
// changes what the configuration logs.
func (c *Config) Levels() *Levels { return c.levels }

// warning returns the text of an error on channel "config".
func warning(err error) string { return strings.TrimPrefix(err.Error(), "config: ") }

// end is below all sinks: records of the channel go no further.
type end struct{ channel string }

// Binding implements [logbook.Bindable].
func (e *end) Binding() logbook.Binding {
	b := logbook.Binding{Blackhole: true, NoCaller: true}
	if e.channel != "" {
		b.Accept = func(r *logbook.Record) bool { return isBelow(r.Channel(), e.channel) }
	}
	return b
}

// Handle does nothing.
func (*end) Handle(*logbook.Record) error { return nil }

func closeAll(items []logbook.Bindable) {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = logbook.Close(ctx, items...) // there is another error to tell
}
