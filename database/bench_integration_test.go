//go:build integration

package database_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/logbook-go/logbook/database"
)

const benchBatch = 10_000

func benchRows() [][]any {
	rows := make([][]any, benchBatch)
	for i := range rows {
		rows[i] = []any{int64(7), time.Unix(int64(i), 0), float64(i)}
	}
	return rows
}

var benchColumns = []string{"type", "time", "value"}

func perSecond(b *testing.B, n int) {
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkNewEntry stores rows one by one.
func BenchmarkNewEntry(b *testing.B) {
	db := open(b, nil)
	exec(b, db, dateplots)
	rows := benchRows()
	for b.Loop() {
		if err := db.NewEntry(b.Context(), "dateplots_lab", benchColumns, rows[0]); err != nil {
			b.Fatal(err)
		}
	}
	perSecond(b, b.N)
}

// BenchmarkNewEntries stores rows in batches.
func BenchmarkNewEntries(b *testing.B) {
	db := open(b, nil)
	exec(b, db, dateplots)
	rows := benchRows()
	for b.Loop() {
		if n, err := db.NewEntries(b.Context(), "dateplots_lab", benchColumns, rows, nil); n != benchBatch || err != nil {
			b.Fatal(n, err)
		}
	}
	perSecond(b, b.N*benchBatch)
}

// BenchmarkCopy stores the same rows by a bare COPY of pgx.
func BenchmarkCopy(b *testing.B) {
	db := open(b, nil)
	exec(b, db, dateplots)
	rows := benchRows()
	for b.Loop() {
		if _, err := db.Pool().CopyFrom(b.Context(), pgx.Identifier{"dateplots_lab"}, benchColumns, pgx.CopyFromRows(rows)); err != nil {
			b.Fatal(err)
		}
	}
	perSecond(b, b.N*benchBatch)
}

// BenchmarkContinuous stores the same rows by way of the spool: an operation is a batch, and
// the time ends when all are in the database.
func BenchmarkContinuous(b *testing.B) {
	db := open(b, nil)
	exec(b, db, dateplots)
	l, err := database.NewContinuousLogger(b.Context(), db, lab, b.TempDir(), []string{"a"}, nil)
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.WithoutCancel(b.Context())
	b.ResetTimer()
	for range b.N {
		for i := range benchBatch {
			if err := l.Enqueue(ctx, "a", time.Unix(int64(i), 0), float64(i)); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := l.Stop(ctx); err != nil {
		b.Fatal(err)
	}
	perSecond(b, b.N*benchBatch)
}

// BenchmarkEnqueue is the cost of a point to the caller, while there is room in memory.
func BenchmarkEnqueue(b *testing.B) {
	db := open(b, nil)
	exec(b, db, dateplots)
	l, err := database.NewContinuousLogger(b.Context(), db, lab, b.TempDir(), []string{"a"}, &database.ContinuousOptions{MaxHeld: 1 << 30, Interval: time.Hour})
	if err != nil {
		b.Fatal(err)
	}
	ctx, at := context.WithoutCancel(b.Context()), time.Now()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := l.Enqueue(ctx, "a", at, float64(i)); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	if err := l.Stop(ctx); err != nil {
		b.Fatal(err)
	}
}
