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
	report   sync.Once
}

// log reports on the configuration itself.
var log = logbook.New("config")

// Setup returns what to push, or to put into a [logbook.Slot]: the handlers of
// all sinks, the first one in the file met first, and below them a black hole. A record
// goes to every sink that takes it, and no further: neither handlers below nor the
// default handler see it.
//
// The first call logs the warnings to the sinks, on channel "config".
// Whoever loaded the configuration closes it, with [logbook.Close].
func (c *Config) Setup() logbook.Setup {
	c.report.Do(func() {
		for _, w := range c.warnings {
			logbook.InGoroutine(func() { log.Warnf("%s", warning(w)) }, c.setup)
		}
	})
	return slices.Clone(c.setup)
}

// Warnings returns the faults that did not keep the configuration from loading: unknown sections and
// keys, sinks of lab_utils that could not be opened, a wrong LOGBOOK, and sinks whose
// fallback stands in until they can be opened. They are of type [*FileError].
func (c *Config) Warnings() []error { return slices.Clone(c.warnings) }

// Levels returns the levels by channel that stand before all sinks. Changing them
// changes what the configuration logs.
func (c *Config) Levels() *Levels { return c.levels }

// warning returns the text of an error on channel "config".
func warning(err error) string { return strings.TrimPrefix(err.Error(), "config: ") }

// blackhole is below all sinks: records of the channel go no further.
type blackhole struct{ channel string }

// Binding implements [logbook.Bindable].
func (e *blackhole) Binding() logbook.Binding {
	b := logbook.Binding{Blackhole: true, NoCaller: true}
	if e.channel != "" {
		b.Accept = func(r *logbook.Record) bool { return isBelow(r.Channel(), e.channel) }
	}
	return b
}

// Handle does nothing.
func (*blackhole) Handle(*logbook.Record) error { return nil }

func closeAll(items []logbook.Bindable) {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = logbook.Close(ctx, items...) // the caller has another error to report
}
