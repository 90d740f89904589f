// Package sample fills a store with tickets as real services make them, for tests and
// pictures of the page.
package sample

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// site is a place in a program that logs.
type site struct {
	app, channel string
	level        logbook.Level
	function     string
	file         string
	line         int
	template     string
	attrs        func(r *rand.Rand) []any
	errorType    string
	errorText    string
	trace        string
	perDay       float64 // records
	days         float64 // since it was first seen
	quiet        float64 // days since it was last seen
}

// Fill records occurrences of the days before now, the same on each call. Some tickets are
// solved, muted, assigned and commented on.
func Fill(ctx context.Context, store ticketing.Store, now time.Time) error {
	random := rand.New(rand.NewPCG(1, 2))
	base, err := ticketing.NewBase(nil)
	if err != nil {
		return err
	}
	for _, s := range sites() {
		if err := store.Record(ctx, s.entries(base, random, now)); err != nil {
			return err
		}
	}
	return act(ctx, store, now)
}

// entries returns the entries of a site, oldest first.
func (s *site) entries(base *ticketing.Base, random *rand.Rand, now time.Time) []*ticketing.Entry {
	n := max(1, min(int(s.perDay*(s.days-s.quiet)), 2000))
	first, last := now.Add(-days(s.days)), now.Add(-days(s.quiet))
	var entries []*ticketing.Entry
	for i := range n {
		at := first
		if n > 1 {
			at = first.Add(time.Duration(float64(last.Sub(first)) * float64(i) / float64(n-1)))
			if i > 0 && i < n-1 { // more at the same time of each day, and on some days
				back := 12 * (1 + math.Sin(float64(i)/float64(n)*s.days*2*math.Pi)) * random.Float64()
				back += 40 * max(0, math.Sin(float64(i)/float64(n)*9+s.days)-.3) * random.Float64()
				at = later(first, at.Add(-time.Duration(back*float64(time.Hour))))
			}
		}
		e, err := base.Entry(s.record(random, at, i))
		if err != nil {
			panic(err) // the records are those of this file
		}
		entries = append(entries, e)
	}
	return entries
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func days(n float64) time.Duration { return time.Duration(n * 24 * float64(time.Hour)) }

func (s *site) record(random *rand.Rand, at time.Time, i int) *logbook.Record {
	d := logbook.RecordData{
		Time: at, Level: s.level, Channel: s.channel, Template: s.template,
		Source: &slog.Source{Function: s.function, File: s.file, Line: s.line}, PID: 2000 + random.IntN(40), Goroutine: uint64(random.IntN(9000)),
	}
	if s.attrs != nil {
		args := s.attrs(random)
		for k := 0; k+1 < len(args); k += 2 {
			d.Attrs = append(d.Attrs, slog.Any(args[k].(string), args[k+1]))
		}
	}
	release := fmt.Sprintf("1.%d.%d", 12+i%3, i%4)
	d.Extra = []slog.Attr{
		slog.String("service.name", s.app), slog.String("host.name", fmt.Sprintf("%s-%d", s.app, 1+random.IntN(6))),
		slog.String("service.version", release), slog.String("trace_id", fmt.Sprintf("%016x%016x", random.Uint64(), random.Uint64())),
	}
	if s.errorType != "" {
		d.Error = &logbook.ErrorInfo{Type: s.errorType, Message: s.errorText, Trace: s.trace}
	}
	return logbook.NewRecord(d)
}

// act works on some of the tickets as people do.
func act(ctx context.Context, store ticketing.Store, now time.Time) error {
	tickets, err := store.Tickets(ctx, &ticketing.Query{Order: ticketing.ByLastSeenOldest, Limit: 1000})
	if err != nil {
		return err
	}
	for _, t := range tickets {
		for _, a := range actions(t, now) {
			if err := store.Act(ctx, t.ID, &a); err != nil {
				return err
			}
		}
	}
	return regress(ctx, store, now)
}

func actions(t *ticketing.Ticket, now time.Time) []ticketing.Action {
	switch {
	case strings.HasPrefix(t.Title, "payment provider"):
		return []ticketing.Action{
			{Kind: ticketing.EventAssigned, Actor: "jonas", Assignee: "anna"},
			{Kind: ticketing.EventCommented, Actor: "anna", Comment: "Their status page says that the EU region is degraded. The retries hold so far."},
		}
	case strings.HasPrefix(t.Title, "cache miss"):
		return []ticketing.Action{{Kind: ticketing.EventMuted, Actor: "anna", Comment: "Known since the move; noise.", Mute: ticketing.Mute{Count: 10_000, Period: time.Hour}}}
	case strings.HasPrefix(t.Title, "certificate"):
		return []ticketing.Action{{Kind: ticketing.EventMuted, Actor: "jonas", Mute: ticketing.Mute{Until: now.Add(72 * time.Hour)}}}
	case strings.HasPrefix(t.Title, "invoice"), strings.HasPrefix(t.Title, "could not parse"), strings.HasPrefix(t.Title, "inventory"):
		return []ticketing.Action{{Kind: ticketing.EventSolved, Actor: "anna", Comment: "Rounding is done per position now."}}
	case strings.HasPrefix(t.Title, "webhook"):
		return []ticketing.Action{{Kind: ticketing.EventSolved, Actor: "jonas", NextRelease: true}}
	}
	return nil
}

// regress records a solved ticket again.
func regress(ctx context.Context, store ticketing.Store, now time.Time) error {
	base, err := ticketing.NewBase(nil)
	if err != nil {
		return err
	}
	for _, s := range sites() {
		if strings.HasPrefix(s.template, "inventory") {
			e, err := base.Entry(s.record(rand.New(rand.NewPCG(3, 4)), now.Add(-11*time.Minute), 1))
			if err != nil {
				return err
			}
			return store.Record(ctx, []*ticketing.Entry{e})
		}
	}
	return nil
}
