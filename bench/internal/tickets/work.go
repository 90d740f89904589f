// Package tickets measures how fast stores of tickets record, against plain inserts of the
// same records into the same kind of database.
package tickets

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// A Work is a stream of records, in batches that are committed one by one.
type Work struct {
	ID, Title string

	batch  int // records
	bytes  int // of a record
	known  int // tickets that exist, with as many occurrences as are kept
	ticket func(r *rand.Rand) func() int
}

const (
	kilobyte = 1 << 10
	seen     = 45 // times that the known tickets were seen before
)

// Works are what is measured of each store.
func Works() []Work {
	evenly := func(n int) func(*rand.Rand) func() int {
		return func(r *rand.Rand) func() int { return func() int { return r.IntN(n) } }
	}
	rarely := func(r *rand.Rand) func() int {
		zipf := rand.NewZipf(r, 1.2, 1, 9999)
		return func() int { return int(zipf.Uint64()) }
	}
	never := func(*rand.Rand) func() int {
		n := 0
		return func() int { n++; return n }
	}
	return []Work{
		{"hot8", "8 tickets", 500, kilobyte, 0, evenly(8)},
		{"wide10k", "10,000 tickets evenly", 500, kilobyte, 10_000, evenly(10_000)},
		{"zipf", "10,000 tickets, most of them rarely", 500, kilobyte, 10_000, rarely},
		{"storm", "a new ticket each", 500, kilobyte, 0, never},
		{"50k", "300 tickets, records of 50 KiB", 100, 50 * kilobyte, 300, evenly(300)},
	}
}

// source makes the records of a work.
type source struct {
	ticket func() int
	texts  []string
	number uint64
}

func (w *Work) source() *source {
	r := rand.New(rand.NewPCG(1, 2))
	s := &source{ticket: w.ticket(r)}
	for range 64 {
		var text strings.Builder
		for text.Len() < w.bytes-30 {
			fmt.Fprintf(&text, "/src/server/handler.go:%d %x; ", r.IntN(1000), r.Uint32())
		}
		s.texts = append(s.texts, fmt.Sprintf(`{"message": "failed", "x": %q}`, text.String()[:w.bytes-30]))
	}
	return s
}

func (s *source) entry(ticket int) *ticketing.Entry {
	s.number++
	return &ticketing.Entry{
		Fingerprint: ticketing.Hash("bench", fmt.Sprint(ticket)), Key: "bench/1", AppID: "bench", Level: logbook.LevelError, Channel: "app",
		Location: "/src/server/handler.go:17", Module: "server", Title: "failed", Host: "lab1", Release: "1.0",
		Time: time.Now(), Data: []byte(s.texts[s.number%uint64(len(s.texts))]), Instance: "bench", Number: s.number,
	}
}

func (s *source) batch(n int) []*ticketing.Entry {
	entries := make([]*ticketing.Entry, n)
	for i := range entries {
		entries[i] = s.entry(s.ticket())
	}
	return entries
}

// prepare records the tickets that are known.
func (w *Work) prepare(ctx context.Context, store ticketing.Store, s *source) error {
	for first := 0; first < w.known; first += 100 {
		var entries []*ticketing.Entry
		for ticket := first; ticket < first+100; ticket++ {
			for range seen {
				entries = append(entries, s.entry(ticket))
			}
		}
		if err := store.Record(ctx, entries); err != nil {
			return err
		}
	}
	return nil
}
