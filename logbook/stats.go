package logbook

import (
	"iter"
	"strconv"
	"strings"
)

// Stats counts the records that a handler, queue or store got since it was made. A
// record is Held until it is counted as Handled, Suppressed or Dropped.
type Stats struct {
	Handled    uint64 // written, sent, or handed to the next handler
	Suppressed uint64 // left out on purpose: over a limit, or repeated
	Dropped    uint64 // lost: a write failed, or a buffer was full
	Held       int    // waiting now, in memory or on the disk

	// Counters are counts that only this kind of handler has, such as the rotations of
	// a file. Their names do not change between calls.
	Counters []Counter
}

// Counter is a named count. Names are in lower case and in the plural, with underscores
// between words: "rotations", "failed_rotations".
type Counter struct {
	Name  string
	Value uint64
}

// Count returns the value of a counter, or 0 if there is no counter of that name.
func (s Stats) Count(name string) uint64 {
	for _, c := range s.Counters {
		if c.Name == name {
			return c.Value
		}
	}
	return 0
}

// String returns the counts that are not 0, such as "handled 12, held 1, rotations 2", or
// "none".
func (s Stats) String() string {
	counts := []Counter{
		{"handled", s.Handled}, {"suppressed", s.Suppressed}, {"dropped", s.Dropped}, {"held", uint64(s.Held)},
	}
	var b strings.Builder
	for _, c := range append(counts, s.Counters...) {
		if c.Value == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.Name + " " + strconv.FormatUint(c.Value, 10))
	}
	if b.Len() == 0 {
		return "none"
	}
	return b.String()
}

// StatsReporter is implemented by everything that can lose records. Stats must be safe
// for concurrent use.
type StatsReporter interface {
	Stats() Stats
}

// AllStats yields the handlers that are bound to the application, with their counts,
// newest first. Each wrapper is followed by the handlers that its Unwrap method
// returns. Handlers that are not StatsReporters are left out.
//
//	for h, s := range logbook.AllStats() {
//		fmt.Printf("%T: %d handled, %d dropped\n", h, s.Handled, s.Dropped)
//	}
func AllStats() iter.Seq2[Handler, Stats] {
	return func(yield func(Handler, Stats) bool) {
		seen := make(map[any]bool)
		for _, p := range application.compiled.Load().items {
			if h, ok := p.item.(Handler); ok && !eachStats(h, seen, maxWrapped, yield) {
				return
			}
		}
	}
}

// StatsOf yields a handler and those inside it, as [AllStats] does.
func StatsOf(h Handler) iter.Seq2[Handler, Stats] {
	return func(yield func(Handler, Stats) bool) {
		eachStats(h, make(map[any]bool), maxWrapped, yield)
	}
}

// eachStats yields a handler and the handlers inside it, each once, to the given depth.
func eachStats(h Handler, seen map[any]bool, depth int, yield func(Handler, Stats) bool) bool {
	if h == nil || depth == 0 {
		return true
	}
	if isComparable(h) {
		if seen[h] {
			return true
		}
		seen[h] = true
	}
	if s, ok := h.(StatsReporter); ok && !yield(h, s.Stats()) {
		return false
	}
	for _, inner := range insideOf(h) {
		if !eachStats(inner, seen, depth-1, yield) {
			return false
		}
	}
	return true
}

// insideOf returns the handlers that a wrapper wraps.
func insideOf(h Handler) []Handler {
	switch w := h.(type) {
	case interface{ Unwrap() Handler }:
		return []Handler{w.Unwrap()}
	case interface{ Unwrap() []Handler }:
		return w.Unwrap()
	}
	return nil
}
