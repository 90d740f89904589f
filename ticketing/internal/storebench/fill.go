// Package storebench measures stores of tickets: how fast they record, and how fast they answer
// when they are full.
package storebench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// Size is that of a full store.
type Size struct {
	Tickets int
	Records int
	Bytes   int // of a record
}

// days is the time from the first record of a full store to the last one.
const days = 30

// Fill records in a store what an institute's programs do in 30 days: a third of the
// records evenly of all tickets, and the others of few. Then it solves, mutes, assigns and
// links some tickets. The limit of new tickets must allow it.
func Fill(ctx context.Context, s ticketing.Store, size Size, end time.Time) error {
	random := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(random, 1.2, 10, uint64(size.Tickets-1))
	bodies := Bodies(size.Bytes)
	const step = 6 * time.Hour // of one transaction
	steps := int(days * 24 * time.Hour / step)
	for i := range steps {
		n := size.Records/steps + 1
		at := end.Add(time.Duration(i-steps) * step)
		entries := make([]*ticketing.Entry, 0, n)
		next := func() time.Time { return at.Add(time.Duration(len(entries)) * step / time.Duration(n)) }
		for ticket := i; ticket < size.Tickets; ticket += steps { // each one at least once
			entries = append(entries, Entry(ticket, next(), bodies))
		}
		for len(entries) < n {
			ticket := random.IntN(size.Tickets)
			if random.IntN(3) > 0 {
				ticket = int(zipf.Uint64())
			}
			entries = append(entries, Entry(ticket, next(), bodies))
		}
		if err := s.Record(ctx, entries); err != nil {
			return err
		}
	}
	if _, err := s.Prune(ctx, end); err != nil {
		return err
	}
	for _, kind := range []struct {
		ticketing.Action
		share int // one in so many
	}{
		{ticketing.Action{Kind: ticketing.EventSolved}, 50},
		{ticketing.Action{Kind: ticketing.EventMuted}, 100},
		{ticketing.Action{Kind: ticketing.EventAssigned}, 100},
		{ticketing.Action{Kind: ticketing.EventLinked}, 200},
	} {
		for n := range min(size.Tickets/kind.share, 2000) {
			a := kind.Action
			switch a.Kind {
			case ticketing.EventAssigned:
				a.Assignee = fmt.Sprintf("person%d", n%10)
			case ticketing.EventLinked:
				a.Link = fmt.Sprintf("https://git.example.com/issues/%d", n)
			}
			// Ids are dense after the tickets were made in turn.
			if err := s.Act(ctx, 1+random.Int64N(int64(size.Tickets)), &a); err != nil {
				return err
			}
		}
	}
	return nil
}

// Bodies returns some records of a size, with a text like a stack trace.
func Bodies(bytes int) [][]byte {
	random := rand.New(rand.NewPCG(3, 4))
	bodies := make([][]byte, 64)
	for i := range bodies {
		var text strings.Builder
		for text.Len() < bytes {
			fmt.Fprintf(&text, "/src/lab/server/handler.go:%d %x; ", random.IntN(1000), random.Uint32())
		}
		bodies[i] = fmt.Appendf(nil, `{"message": "failed", "x": %q}`, text.String()[:max(bytes-30, 1)])
	}
	return bodies
}

// Words of titles, and how many tickets have them.
const (
	common = "timeout"  // one in 5
	rare   = "deadlock" // one in 5000
	none   = "unicorn"
)

// Channels is the number of channels.
const channels = 60

// Entry returns a record of a ticket with a number from 0.
func Entry(ticket int, at time.Time, bodies [][]byte) *ticketing.Entry {
	word := "refused"
	switch {
	case ticket%5000 == 17:
		word = rare
	case ticket%5 == 0:
		word = common
	}
	return &ticketing.Entry{
		Fingerprint: ticketing.Hash("bench", fmt.Sprint(ticket)), Key: "bench/1", AppID: fmt.Sprintf("app%d", ticket%3),
		Level: logbook.LevelError, Channel: fmt.Sprintf("lab.part%d", ticket%channels),
		Location: fmt.Sprintf("/src/lab/part%d/file%d.go:%d", ticket%channels, ticket%997, ticket%1009), Module: "lab",
		Title: fmt.Sprintf("request %d of the spectrometer: %s", ticket, word),
		Host:  fmt.Sprintf("host%d", (ticket+at.Hour()%2)%50), Release: fmt.Sprintf("1.%d", ticket%10),
		Time: at, Data: bodies[ticket%len(bodies)],
	}
}
