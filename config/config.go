package config

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/logbook-go/logbook/logbook"
)

// Config is a loaded configuration with open sinks. It is safe for concurrent use.
type Config struct {
	levels   *Levels
	setup    logbook.Setup
	sinks    []*sinkHandler
	leveled  []*leveled // the same with their levels
	sources  []*Source
	warnings []error
	report   sync.Once
}

// log is for records about the configuration itself.
var log = logbook.New("config")

// Setup returns the handlers to push, or to put into a [logbook.Slot]. A record goes to
// every sink that takes it, in the order of the file, and no further: handlers below and
// the default handler do not see it.
//
// The first call logs the warnings to the sinks, on channel "config".
//
// Close the setup with [logbook.Close] when the configuration is no longer used.
func (c *Config) Setup() logbook.Setup {
	c.report.Do(func() {
		for _, w := range c.warnings {
			logbook.InGoroutine(func() { log.Warnf("%s", warning(w)) }, c.setup)
		}
	})
	return slices.Clone(c.setup)
}

// Warnings returns the faults that did not prevent the configuration from loading:
// unknown sections and keys, lab_utils sections that could not be opened, an invalid
// LOGBOOK variable, and sinks that are replaced by their fallback until they can be
// opened. They are of type [*FileError].
func (c *Config) Warnings() []error { return slices.Clone(c.warnings) }

// Sources returns the sources that the configuration names, in the order of the file.
// None is open.
func (c *Config) Sources() []*Source { return slices.Clone(c.sources) }

// Sink is an open sink.
type Sink struct {
	Name    string // name of the section, or the URI without its secrets
	Handler logbook.Handler
}

// Sinks returns the sinks, in the order of the file, for a program that hands records to each
// of them apart. Otherwise bind [Config.Setup]. A sink that no level applies to does not
// follow later changes of [Config.Levels].
func (c *Config) Sinks() []Sink {
	all := make([]Sink, len(c.sinks))
	for i, s := range c.sinks {
		all[i] = Sink{s.name, c.leveled[i]}
		if c.leveled[i].takesAll {
			all[i].Handler = s
		}
	}
	return all
}

// SinkStats are the counts of a handler of a sink. A sink consists of several if it has
// wrappers.
type SinkStats struct {
	Sink    string          // name of the section, or the URI without its secrets
	Handler logbook.Handler // such as a *queues.Background or *handlers.File
	logbook.Stats
}

// Stats returns the counts of all sinks, in the order of the file, each from the outermost
// wrapper inwards.
func (c *Config) Stats() (all []SinkStats) {
	for _, s := range c.sinks {
		for h, stats := range logbook.StatsOf(s) {
			all = append(all, SinkStats{s.name, h, stats})
		}
	}
	return all
}

// Levels returns the levels by channel that apply to all sinks. Changing them changes
// which records the configuration logs.
func (c *Config) Levels() *Levels { return c.levels }

// warning returns the text of an error without the prefix that the channel repeats.
func warning(err error) string { return strings.TrimPrefix(err.Error(), "config: ") }

// blackhole stands below all sinks and stops the records of the channel.
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
