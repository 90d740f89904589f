package handlers

import (
	"log/slog"
	"time"

	"github.com/logbook-go/logbook/internal/limit"
	"github.com/logbook-go/logbook/logbook"
)

// SampleOptions configure [NewSample]. nil is the default: of each message the first
// hundred a second and every hundredth after them. Level, filter and bubble are those
// of the handler inside.
type SampleOptions struct {
	// First is how many records of a message get through in each span of time, and
	// then every record whose number after them Thereafter divides. With First 0,
	// every tenth record is {Thereafter: 10}; with Thereafter 0, none after the
	// first. Both 0 or less: 100 each.
	First, Thereafter int

	// Per is that span. 0 or less: a second.
	Per time.Duration

	// By returns what is counted by, up to its first 256 bytes. nil: level and
	// message template. For one count of all let it return "".
	By func(*logbook.Record) string

	// Always is the lowest level of which every record gets through. nil:
	// logbook.LevelError.
	Always slog.Leveler

	// CacheSize is how many messages are known at a time. If there are more, the
	// third that has been known longest is forgotten. 0 or less: 512.
	CacheSize int
}

// NewSample returns a handler that lets a sample of the records of each message
// through to h. What it leaves out is told, as by NewLimit.
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
	l.readsCaller, l.asks = o.By != nil, o.By != nil || !isFixed(o.Always)
	l.key = keyBy(o.By, func(r *logbook.Record) limit.Site {
		return limit.Site{Level: r.Level(), Text: limit.Key(r.Template())}
	})
	return l
}
