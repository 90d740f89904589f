package database_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/logbook-go/logbook/database"
)

func Example() {
	ctx := context.Background()
	o, err := database.LoadOptions("database.ini")
	if err != nil {
		log.Fatal(err)
	}
	o.Timescale = database.TimescaleOptional
	db, err := database.Open(ctx, o)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	err = errors.Join(
		db.CreateTimescaleTable(ctx, "gauge", &database.TableOptions{DefaultNow: true, IfNotExists: true}),
		db.NewColumn(ctx, "gauge", "pressure", database.Float, database.Positive),
		db.CreateAggregateView(ctx, "gauge", nil),
		db.NewEntry(ctx, "gauge", []string{"pressure"}, []any{1.2e-6}),
	)
	if err != nil {
		log.Fatal(err)
	}
	for row, err := range db.Range(ctx, "gauge_1min", &database.RangeOptions{From: time.Now().Add(-time.Hour)}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(row...)
	}
}

func ExampleDB_NewEntries() {
	var (
		ctx = context.Background()
		db  *database.DB // opened before
	)
	rows := [][]any{{time.Now(), 1.2e-6}, {time.Now(), -1}}
	stored, err := db.NewEntries(ctx, "gauge", []string{"time", "pressure"}, rows, nil)
	if refused := (*database.RowsError)(nil); errors.As(err, &refused) {
		for _, r := range refused.Rows { // all others are stored
			fmt.Println(rows[r.Index], r.Err)
		}
	} else if err != nil {
		log.Fatal(err)
	}
	fmt.Println(stored, "rows stored")
}

func ExampleContinuousLogger() {
	ctx := context.Background()
	db, err := database.Open(ctx, &database.Options{Host: "lab", Database: "cinfdata", User: "lab", Lazy: true})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	l, err := database.NewContinuousLogger(ctx, db, database.PyExpLabSys("dateplots_lab"),
		"/var/lib/lab/spool", []string{"lab_temperature", "lab_pressure"}, &database.ContinuousOptions{StartAnyway: true})
	if err != nil {
		log.Fatal(err)
	}
	temperature, err := database.NewValueLogger(l, "lab_temperature", &database.ValueOptions{Change: 0.1})
	if err != nil {
		log.Fatal(err)
	}
	for range time.Tick(time.Second) {
		if _, err := temperature.Observe(ctx, time.Now(), 21.4); err != nil {
			log.Print(err)
		}
		if _, err := l.EnqueueNow(ctx, "lab_pressure", 1.2e-6); err != nil {
			log.Print(err)
			break
		}
	}
	if err := l.Stop(ctx); err != nil { // what is not stored yet is kept for the next start
		log.Print(err)
	}
}
