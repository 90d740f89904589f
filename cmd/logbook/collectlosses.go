package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// lostBySink returns how many records each sink of a configuration has lost. If it is
// closed, those are lost too that a queue was still handing over.
func lostBySink(config *config.Config, closed bool) map[string]uint64 {
	lost := make(map[string]uint64)
	counted := "" // a sink whose fallback has counted the losses of those inside it
	for _, s := range config.Stats() {
		if s.Sink == counted {
			continue
		}
		lost[s.Sink] += s.Dropped
		if _, ok := s.Handler.(*queues.Background); ok && closed {
			lost[s.Sink] += uint64(s.Held)
		}
		if _, ok := s.Handler.(*handlers.Fallback); ok {
			counted = s.Sink
		}
	}
	return lost
}

// countLosses adds the losses of a configuration that is closed.
func (c *collector) countLosses(config *config.Config) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.store != nil { // a sink that fails gets its records again
		return
	}
	if c.lost == nil {
		c.lost = make(map[string]uint64)
	}
	for name, n := range lostBySink(config, true) {
		c.lost[name] += n
	}
}

// lostSoFar returns how many records all sinks have lost.
func (c *collector) lostSoFar() (n uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.store != nil {
		return c.store.lost()
	}
	for _, lost := range c.lost {
		n += lost
	}
	for _, lost := range lostBySink(c.config, false) {
		n += lost
	}
	return n
}

// countRefused adds the inputs that a source has refused, and the records that it has lost.
func (c *collector) countRefused(s *source) {
	r, ok := s.Subscriber.(logbook.StatsReporter)
	if !ok {
		return
	}
	stats := r.Stats()
	c.unread += stats.Dropped
	for _, counter := range stats.Counters {
		if strings.HasPrefix(counter.Name, "refused") { // ZeroMQ has several
			c.refused += counter.Value
		}
	}
}

// report writes the counts, and reports whether anything was lost. It is called when
// everything is closed.
func (c *collector) report() (lost bool) {
	for _, s := range c.sources {
		c.countRefused(s)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reported = true
	total := c.unread
	if c.store != nil {
		total += c.store.lost()
		if i, ok := c.work.(*intake); ok {
			total += i.lost.Load()
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.lost)) {
		if n := c.lost[name]; n > 0 {
			complain(c.stderr, "sink %q: %s lost", name, number(n, "record"))
			total += n
		}
	}
	if c.quiet && total == 0 && c.refused == 0 {
		return false
	}
	losses := "none lost"
	if total > 0 {
		losses = fmt.Sprintf("%d lost", total)
	}
	if c.refused > 0 {
		losses += ", " + number(c.refused, "input") + " refused"
	}
	complain(c.stderr, "%s collected, %s", number(c.collected(), "record"), losses)
	return total > 0
}

// number returns "1 record" or "2 records".
func number(n uint64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprint(n, " ", noun)
}
