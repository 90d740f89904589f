package sqlitelog_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/logbook-go/logbook/handlers/sqlitelog"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// With a background handler before it, many records share a transaction.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "logs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	h, err := sqlitelog.New(filepath.Join(dir, "logs.db"), nil)
	if err != nil {
		log.Fatal(err)
	}
	background := queues.NewBackground(h, nil)
	logbook.InGoroutine(func() {
		for n := range 100 {
			logbook.Info("job {n} done", "n", n)
		}
	}, background)
	if err := background.Close(ctx); err != nil { // commits what is left, and closes h
		log.Fatal(err)
	}
	fmt.Println(h.Stats().Handled, "rows")
	// Output: 100 rows
}
