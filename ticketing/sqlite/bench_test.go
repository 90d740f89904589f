package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/storebench"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

// BenchmarkRecord records entries with all counters, growth control and numbers, and inserts
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
		{"wide10k/batch=2000", 2000, 1 << 10, 10_000, func() int { return random.IntN(10_000) }},
		{"zipf", 500, 1 << 10, 10_000, func() int { return int(zipf.Uint64()) }},
		{"storm", 500, 1 << 10, 0, func() int { storm++; return 1_000_000 + storm }},
		{"50KiB", 100, 50 << 10, 300, func() int { return random.IntN(300) }},
	} {
		b.Run(w.name, func(b *testing.B) { benchmark(b, w.batch, w.size, w.tickets, w.next) })
	}
}

func benchmark(b *testing.B, size, bytes, tickets int, next func() int) {
	ctx := context.Background()
	dir, err := os.MkdirTemp(os.Getenv("LOGBOOK_BENCH_DIR"), "tickets")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(dir)
	s, err := sqlite.Open(filepath.Join(dir, "t.db"), &sqlite.Options{Limits: &ticketing.Limits{NewTickets: math.MaxInt32}})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close(ctx)
	data := make([][]byte, 64)
	random := rand.New(rand.NewPCG(3, 4))
	for i := range data {
		var text strings.Builder
		for text.Len() < bytes-30 {
			fmt.Fprintf(&text, "%s:%d %x; ", "/src/server/handler.go", random.IntN(1000), random.Uint32())
		}
		data[i] = fmt.Appendf(nil, `{"message": "failed", "x": %q}`, text.String()[:bytes-30])
	}
	number := uint64(0)
	entry := func(ticket int) *ticketing.Entry {
		number++
		return &ticketing.Entry{
			Fingerprint: ticketing.Hash("bench", fmt.Sprint(ticket)), Key: "test/1", AppID: "bench", Channel: "app", Location: "/src/server/handler.go:17",
			Module: "server", Title: "failed", Host: "lab1", Release: "1.0", Time: time.Now(), Data: data[number%64], Instance: "bench", Number: number,
		}
	}
	for first := 0; first < tickets; first += 500 { // as many as are kept
		for range 3 {
			var batch []*ticketing.Entry
			for ticket := first; ticket < min(first+500, tickets); ticket++ {
				for range 15 {
					batch = append(batch, entry(ticket))
				}
			}
			if err := s.Record(ctx, batch); err != nil {
				b.Fatal(err)
			}
		}
	}
	db, err := sqlite.Raw(filepath.Join(dir, "raw.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("PRAGMA journal_mode = WAL; CREATE TABLE r (data TEXT)"); err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	insert, err := db.Prepare("INSERT INTO r VALUES (?)")
	if err != nil {
		b.Fatal(err)
	}
	defer insert.Close()

	var full, raw time.Duration
	for b.Loop() {
		batch := make([]*ticketing.Entry, size)
		for i := range batch {
			batch[i] = entry(next())
		}
		at := time.Now()
		if err := s.Record(ctx, batch); err != nil {
			b.Fatal(err)
		}
		full += time.Since(at)

		at = time.Now()
		if _, err := db.Exec("BEGIN IMMEDIATE"); err != nil {
			b.Fatal(err)
		}
		for _, e := range batch {
			if _, err := insert.Exec(string(e.Data)); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := db.Exec("COMMIT"); err != nil {
			b.Fatal(err)
		}
		raw += time.Since(at)
	}
	n := float64(b.N * size)
	b.ReportMetric(float64(raw)/float64(full), "ratio")
	b.ReportMetric(n/full.Seconds(), "records/s")
	b.ReportMetric(n/raw.Seconds(), "plain/s")
}

// BenchmarkQueries measures the queries of a full database: see [storebench.Queries]. With
// LOGBOOK_BENCH_DIR, the databases are large, and stay there for the next time.
func BenchmarkQueries(b *testing.B) {
	sizes := []storebench.Size{{Tickets: 1000, Records: 100_000, Bytes: 1 << 10}}
	dir := os.Getenv("LOGBOOK_BENCH_DIR")
	if dir == "" {
		dir = b.TempDir()
	} else {
		sizes = []storebench.Size{{Tickets: 100_000, Records: 10_000_000, Bytes: 1 << 10}, {Tickets: 1_000_000, Records: 10_000_000, Bytes: 300}}
	}
	for _, size := range sizes {
		b.Run(fmt.Sprint(size.Tickets), func(b *testing.B) {
			path := filepath.Join(dir, fmt.Sprintf("tickets-%d.db", size.Tickets))
			limits := ticketing.Limits{NewTickets: math.MaxInt32, MaxTickets: size.Tickets}
			if size.Tickets > 100_000 {
				limits.MaxBytes = 16 << 30
			}
			info, err := os.Stat(path)
			if err != nil {
				fill(b, path, size, &limits)
				info, err = os.Stat(path)
			}
			if err != nil {
				b.Fatal(err)
			}
			b.Logf("%d MB", info.Size()>>20)
			s := openStore(b, path, &sqlite.Options{Limits: &limits})
			storebench.Queries(b, s, size, info.ModTime())
		})
	}
}

// fill makes a database, which is there as a whole or not at all.
func fill(b *testing.B, path string, size storebench.Size, l *ticketing.Limits) {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + ".new" + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			b.Fatal(err)
		}
	}
	s, err := sqlite.Open(path+".new", &sqlite.Options{Limits: l})
	if err != nil {
		b.Fatal(err)
	}
	at := time.Now()
	if err := errors.Join(storebench.Fill(b.Context(), s, size, at), s.Close(b.Context())); err != nil {
		b.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		b.Fatal(err)
	}
	b.Logf("filled in %v", time.Since(at).Round(time.Second))
}
