package sqlite_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/storebench"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

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
