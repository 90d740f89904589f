package storebench

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/logbook-go/logbook/ticketing"
)

// incoming is how many records come in each second while queries are measured under load.
const incoming = 500

// Queries measures the queries of a full store, idle and while records come in. The metrics
// are the median and the 95th percentile in milliseconds, of as many calls as -benchtime says.
func Queries(b *testing.B, s ticketing.Store, size Size, end time.Time) {
	for _, load := range []struct {
		name   string
		during func(b *testing.B)
	}{
		{"idle", func(*testing.B) {}},
		{"incoming", func(b *testing.B) { record(b, s, size) }},
	} {
		b.Run(load.name, func(b *testing.B) {
			load.during(b)
			for _, q := range queries(b, s, size, end) {
				b.Run(q.name, func(b *testing.B) { measure(b, q.run) })
			}
		})
	}
}

func measure(b *testing.B, run func() error) {
	var times []time.Duration
	for b.Loop() {
		at := time.Now()
		if err := run(); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(at))
	}
	slices.Sort(times)
	ms := func(share float64) float64 {
		return float64(times[int(share*float64(len(times)-1))]) / float64(time.Millisecond)
	}
	b.ReportMetric(ms(0.5), "p50-ms")
	b.ReportMetric(ms(0.95), "p95-ms")
	b.ReportMetric(0, "ns/op")
}

// record records until the benchmark ends, of all tickets evenly.
func record(b *testing.B, s ticketing.Store, size Size) {
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan struct{})
	b.Cleanup(func() {
		stop()
		<-ended
	})
	go func() {
		defer close(ended)
		random, bodies := rand.New(rand.NewPCG(5, 6)), Bodies(size.Bytes)
		tick := time.NewTicker(time.Second / 10)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			entries := make([]*ticketing.Entry, incoming/10)
			for i := range entries {
				entries[i] = Entry(random.IntN(size.Tickets), time.Now(), bodies)
			}
			if err := s.Record(ctx, entries); err != nil && ctx.Err() == nil {
				b.Error(err)
				return
			}
		}
	}()
}

type query struct {
	name string
	run  func() error
}

func queries(b *testing.B, s ticketing.Store, size Size, end time.Time) []query {
	ctx, random := b.Context(), rand.New(rand.NewPCG(7, 8))
	open := []ticketing.State{ticketing.Open, ticketing.Regressed}
	list := func(q ticketing.Query) func() error {
		return func() error { _, err := s.Tickets(ctx, &q); return err }
	}
	count := func(q ticketing.Query) func() error {
		return func() error { _, err := s.Count(ctx, &q); return err }
	}
	somewhere := func() *ticketing.Ticket {
		return &ticketing.Ticket{
			ID: 1 + random.Int64N(int64(size.Tickets)), Count: 1 + random.Int64N(60),
			LastSeen: end.Add(-time.Duration(random.Float64() * float64(3*24*time.Hour))),
		}
	}
	var page []int64
	tickets, err := s.Tickets(ctx, &ticketing.Query{States: open})
	if err != nil || len(tickets) == 0 {
		b.Fatal(len(tickets), err)
	}
	for _, t := range tickets {
		page = append(page, t.ID)
	}
	ticket := func(run func(id int64) error) func() error {
		return func() error { return run(1 + random.Int64N(int64(size.Tickets))) }
	}
	hours := func(ids []int64, span time.Duration) func() error {
		return func() error { _, err := s.Hours(ctx, ids, end.Add(-span), end); return err }
	}
	var all []query
	for _, tab := range []struct {
		name   string
		states []ticketing.State
	}{{"open", open}, {"muted", []ticketing.State{ticketing.Muted}}, {"solved", []ticketing.State{ticketing.Solved}}, {"all", nil}} {
		all = append(all,
			query{"seen/" + tab.name, list(ticketing.Query{States: tab.states})},
			query{"frequent/" + tab.name, list(ticketing.Query{States: tab.states, Order: ticketing.ByCount})},
			query{"page/" + tab.name, func() error {
				_, err := s.Tickets(ctx, &ticketing.Query{States: tab.states, After: somewhere()})
				return err
			}},
			query{"count/" + tab.name, count(ticketing.Query{States: tab.states})},
		)
	}
	return append(all, []query{
		{"page/frequent", func() error {
			_, err := s.Tickets(ctx, &ticketing.Query{States: open, Order: ticketing.ByCount, After: somewhere()})
			return err
		}},
		{"regressed", list(ticketing.Query{States: []ticketing.State{ticketing.Regressed}})},
		{"channel", list(ticketing.Query{States: open, Channel: "lab.part7"})},
		{"channel/count", count(ticketing.Query{States: open, Channel: "lab.part7"})},
		{"channel/none", list(ticketing.Query{States: open, Channel: none})},
		{"app", list(ticketing.Query{States: open, AppID: "app1"})},
		{"assignee", list(ticketing.Query{States: open, Assignee: "person7"})},
		{"assignee/none", list(ticketing.Query{States: open, Assignee: none})},
		{"host", list(ticketing.Query{States: open, Host: "host7"})},
		{"release", list(ticketing.Query{States: open, Release: "1.7"})},
		{"linked", list(ticketing.Query{States: open, Linked: true})},
		{"day", list(ticketing.Query{States: open, Since: end.Add(-24 * time.Hour)})},
		{"search/common", list(ticketing.Query{States: open, Text: common})},
		{"search/rare", list(ticketing.Query{States: open, Text: rare})},
		{"search/none", list(ticketing.Query{States: open, Text: none})},
		{"search/count", count(ticketing.Query{States: open, Text: common})},
		{"ticket", ticket(func(id int64) error { _, err := s.Ticket(ctx, id); return err })},
		{"ticket/occurrences", ticket(func(id int64) error { _, err := s.Occurrences(ctx, id, nil); return err })},
		{"ticket/newest", ticket(func(id int64) error {
			_, err := s.Occurrences(ctx, id, &ticketing.OccurrenceQuery{Limit: 1})
			return err
		})},
		{"ticket/history", ticket(func(id int64) error { _, err := s.History(ctx, id); return err })},
		{"hours/day/50", hours(page, 24*time.Hour)},
		{"hours/week/50", hours(page, 7*24*time.Hour)},
		{"hours/month/1", ticket(func(id int64) error { return hours([]int64{id}, days*24*time.Hour)() })},
	}...)
}
