package sqlite_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/logbook-go/logbook/database"
	"github.com/logbook-go/logbook/database/sqlite"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "points")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	store, err := sqlite.Open(ctx, filepath.Join(dir, "points.db"), nil)
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	layout := &database.Layout{Table: "points", NameColumn: "name"}
	codenames := []string{"temperature"}
	if err := store.CreateTables(ctx, layout, codenames); err != nil {
		log.Fatal(err)
	}
	l, err := database.NewContinuousLogger(ctx, store, layout, filepath.Join(dir, "spool"), codenames, nil)
	if err != nil {
		log.Fatal(err)
	}
	noon := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	if err := l.Enqueue(ctx, "temperature", noon, 21.5); err != nil {
		log.Fatal(err)
	}
	if err := l.Stop(ctx); err != nil { // stores what is left
		log.Fatal(err)
	}

	var at string
	var value float64
	if err := store.DB().QueryRowContext(ctx, "SELECT time, value FROM points").Scan(&at, &value); err != nil {
		log.Fatal(err)
	}
	fmt.Println(at, value)
	// Output: 2026-11-30T12:00:00.000000Z 21.5
}
