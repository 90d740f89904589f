package counter

import (
	"encoding/json"
	"expvar"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/logbook-go/logbook/logbook"
)

// Counter counts records by channel and level. Make one with [New]. It is safe for
// concurrent use.
type Counter struct {
	mu       sync.Mutex                                // held while adding a channel
	channels atomic.Pointer[map[string]*channelCounts] // replaced, never changed
}

const (
	maxChannels  = 100
	otherChannel = "other"
)

// countedLevels are the levels with a name, the highest first.
var countedLevels = [...]logbook.Level{
	logbook.LevelCritical, logbook.LevelError, logbook.LevelWarn, logbook.LevelNotice,
	logbook.LevelSuccess, logbook.LevelInfo, logbook.LevelDebug, logbook.LevelTrace, logbook.LevelNotSet,
}

type channelCounts [len(countedLevels)]atomic.Uint64

var publishMu sync.Mutex

// New returns a counter and publishes it with package expvar under the name, as
// {"app":{"ERROR":1,"INFO":200}}. If name is "", it is not published. New returns an error
// if the name is taken.
func New(name string) (*Counter, error) {
	c := new(Counter)
	c.channels.Store(new(map[string]*channelCounts))
	if name == "" {
		return c, nil
	}
	publishMu.Lock()
	defer publishMu.Unlock()
	if expvar.Get(name) != nil { // Publish would end the program
		return nil, fmt.Errorf("counter: duplicate expvar name %q", name)
	}
	expvar.Publish(name, c)
	return c, nil
}

// Count counts a record. It is a [logbook.Processor].
func (c *Counter) Count(r *logbook.Record) {
	counts, ok := (*c.channels.Load())[r.Channel()]
	if !ok {
		counts = c.add(r.Channel())
	}
	for i, level := range countedLevels {
		if r.Level() >= level {
			counts[i].Add(1)
			return
		}
	}
}

// add adds a channel and returns its counts.
func (c *Counter) add(channel string) *channelCounts {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := *c.channels.Load()
	if _, there := known[channel]; !there && len(known) >= maxChannels {
		channel = otherChannel
	}
	if counts := known[channel]; counts != nil {
		return counts
	}
	more := maps.Clone(known)
	if more == nil {
		more = make(map[string]*channelCounts)
	}
	counts := new(channelCounts)
	more[strings.Clone(channel)] = counts
	c.channels.Store(&more)
	return counts
}

// String returns the counts as JSON. It implements [expvar.Var].
func (c *Counter) String() string {
	out := make(map[string]map[string]uint64)
	for channel, counts := range *c.channels.Load() {
		levels := make(map[string]uint64)
		for i, level := range countedLevels {
			if n := counts[i].Load(); n > 0 {
				levels[level.String()] = n
			}
		}
		out[channel] = levels
	}
	text, err := json.Marshal(out)
	if err != nil {
		return "{}" // strings and numbers always marshal
	}
	return string(text)
}
