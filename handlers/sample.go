package handlers

import (
	"log/slog"
	"time"

	"github.com/logbook-go/logbook/internal/limit"
	"github.com/logbook-go/logbook/logbook"
)

// SampleOptions configure [NewSample]. nil is the default: the first hundred records of
// each message in a second, and every hundredth after them. Level, filter and bubble are
// those of the inner handler.
type SampleOptions struct {
	// First is the number of records of a message let through in each window of time;
	// after them every Thereafter-th record is. For every tenth record, set {Thereafter:
	// 10}; with Thereafter 0, none is let through after the first ones. Both 0 or less:
	// 100 each.
	First, Thereafter int

	// Per is the length of a window. 0 or less: a second.
	Per time.Duration

	// By returns the key by which records are counted; its first 256 bytes are used. nil:
	// level and message template. To count all records together, return "".
	By func(*logbook.Record) string

	// Always is the lowest level whose records are all let through. nil:
	// logbook.LevelError.
	Always slog.Leveler

	// CacheSize is the number of messages known at a time. If there are more, the oldest
	// third is forgotten. 0 or less: 512.
	CacheSize int
}

// NewSample returns a handler that lets a sample of the records of each message through
// to h. Suppressed records are reported as by NewLimit.
func NewSample(h logbook.Handler, o *SampleOptions) *Limit {
	if o == nil {
		o = new(SampleOptions)
	}
	l := newLimit(h, o.CacheSize)
	l.first, l.every, l.windows.Per = max(0, o.First), max(0, o.Thereafter), positive(o.Per, time.Second)
	if l.first == 0 && l.every == 0 {
		l.first, l.every = 100, 100
	}
	l.exempt = o.Always
	if l.exempt == nil {
		l.exempt = logbook.LevelError
	}
	l.readsCaller, l.callsUser = o.By != nil, o.By != nil || !isFixed(o.Always)
	l.key = keyBy(o.By, func(r *logbook.Record) limit.Site {
		return limit.Site{Level: r.Level(), Text: limit.Key(r.Template())}
	})
	return l
}
