//go:build integration && unix

package postgres_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/logbook-go/logbook/internal/pgtest"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/storebench"
	"github.com/logbook-go/logbook/ticketing/postgres"
)

// BenchmarkRecord records entries with all counters, growth control and numbers, and copies
// the same bytes in the same batches into a table of one column. The ratio of the two rates is
// the metric "ratio". Each operation is a batch.
//
//	hot8     8 tickets
//	wide10k  10,000 tickets evenly, each seen 45 times before: each entry stores one
//	         occurrence and evicts one
//	zipf     the same tickets, most of them rarely
//	storm    each entry is a new ticket
//	50KiB    300 tickets, entries of 50 KiB
func BenchmarkRecord(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(random, 1.2, 1, 9999)
	storm := 0
	for _, w := range []struct {
		name                 string
		batch, size, tickets int
		next                 func() int
	}{
		{"hot8", 500, 1 << 10, 0, func() int { return random.IntN(8) }},
		{"wide10k", 500, 1 << 10, 10_000, func() int { return random.IntN(10_000) }},
		{"zipf", 500, 1 << 10, 10_000, func() int { return int(zipf.Uint64()) }},
		{"storm", 500, 1 << 10, 0, func() int { storm++; return 1_000_000 + storm }},
		{"50KiB", 100, 50 << 10, 300, func() int { return random.IntN(300) }},
	} {
		b.Run(w.name, func(b *testing.B) {
			s := newBench(b, w.size, w.tickets)
			var full, raw time.Duration
			for b.Loop() {
				batch := s.batch("bench", w.batch, w.next)
				at := time.Now()
				s.record(batch)
				full += time.Since(at)
				at = time.Now()
				s.copy(batch)
				raw += time.Since(at)
			}
			n := float64(b.N * w.batch)
			b.ReportMetric(float64(raw)/float64(full), "ratio")
			b.ReportMetric(n/full.Seconds(), "records/s")
			b.ReportMetric(n/raw.Seconds(), "copied/s")
		})
	}
}

// BenchmarkWriters records entries of 10,000 tickets from 8 connections at once. Each
// operation is a batch of 500.
func BenchmarkWriters(b *testing.B) {
	s := newBench(b, 1<<10, 10_000)
	var wg sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	for w := range 8 {
		store := openStore(b, s.url, s.options())
		wg.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(w)))
			for left.Add(-1) >= 0 {
				if err := store.Record(b.Context(), s.batch(fmt.Sprint("writer", w), 500, func() int { return random.IntN(10_000) })); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N*500)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkQueries measures the queries of a full database: see [storebench.Queries]. The
// variable LOGBOOK_BENCH_TICKETS is the number of tickets, each of which was seen 100 times.
func BenchmarkQueries(b *testing.B) {
	size := storebench.Size{Tickets: 1000, Bytes: 1 << 10}
	if n, err := strconv.Atoi(os.Getenv("LOGBOOK_BENCH_TICKETS")); err == nil {
		size.Tickets = n
	}
	size.Records = 100 * size.Tickets
	url, at := pgtest.URL(b), time.Now()
	s := openStore(b, url, &postgres.Options{Limits: &ticketing.Limits{NewTickets: math.MaxInt32, MaxTickets: size.Tickets, MaxBytes: 16 << 30}})
	if err := storebench.Fill(b.Context(), s, size, at); err != nil {
		b.Fatal(err)
	}
	execute(b, url, "VACUUM ANALYZE")
	var bytes int64
	query(b, url, "SELECT pg_database_size(current_database())", &bytes)
	b.Logf("filled in %v, %d MB", time.Since(at).Round(time.Second), bytes>>20)
	storebench.Queries(b, s, size, at)
}

// bench is a store, and a table beside it.
type bench struct {
	*testing.B
	url    string
	store  *postgres.Store
	conn   *pgx.Conn
	data   [64][]byte
	number atomic.Uint64
}

func newBench(b *testing.B, size, tickets int) *bench {
	s := &bench{B: b, url: pgtest.URL(b)}
	s.store = openStore(b, s.url, s.options())
	random := rand.New(rand.NewPCG(3, 4))
	for i := range s.data {
		var text strings.Builder
		for text.Len() < size-30 {
			fmt.Fprintf(&text, "%s:%d %x; ", "/src/server/handler.go", random.IntN(1000), random.Uint32())
		}
		s.data[i] = fmt.Appendf(nil, `{"message": "failed", "x": %q}`, text.String()[:size-30])
	}
	ticket := 0
	for range 45 * tickets / 5000 { // as many as are kept
		s.record(s.batch("bench", 5000, func() int { ticket++; return ticket % tickets }))
	}
	var err error
	if s.conn, err = pgx.Connect(b.Context(), s.url); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.conn.Close(context.Background()) })
	for _, statement := range []string{"CREATE TABLE raw (data TEXT)", "VACUUM ANALYZE"} {
		if _, err := s.conn.Exec(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

func (s *bench) options() *postgres.Options {
	return &postgres.Options{Limits: &ticketing.Limits{NewTickets: math.MaxInt32}}
}

func (s *bench) batch(instance string, size int, next func() int) []*ticketing.Entry {
	batch := make([]*ticketing.Entry, size)
	for i := range batch {
		n := s.number.Add(1)
		batch[i] = &ticketing.Entry{
			Fingerprint: ticketing.Hash("bench", fmt.Sprint(next())), Key: "test/1", AppID: "bench", Channel: "app", Location: "/src/server/handler.go:17",
			Module: "server", Title: "failed", Host: "lab1", Release: "1.0", Time: time.Now(), Data: s.data[n%64], Instance: instance, Number: n,
		}
	}
	return batch
}

func (s *bench) record(batch []*ticketing.Entry) {
	if err := s.store.Record(s.Context(), batch); err != nil {
		s.Fatal(err)
	}
}

func (s *bench) copy(batch []*ticketing.Entry) {
	_, err := s.conn.CopyFrom(s.Context(), pgx.Identifier{"raw"}, []string{"data"}, pgx.CopyFromSlice(len(batch), func(i int) ([]any, error) {
		return []any{bytes.Clone(batch[i].Data)}, nil
	}))
	if err != nil {
		s.Fatal(err)
	}
}
