package logbooktest_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

var bank = logbook.New("bank")

func ExampleRecorder() {
	rec := logbooktest.NewRecorder() // in a test: rec := logbooktest.Record(t)
	defer logbook.PushGoroutine(rec)()

	bank.Warn("negative amount {n}", "n", -5, "account", "main")

	fmt.Println(rec.HasWarn("negative amount -5"))
	fmt.Println(rec.HasWarn("negative"), rec.HasErrors())
	fmt.Println(rec.Formatted())
	// Output:
	// true
	// false false
	// [[WARNING] bank: negative amount -5 account=main]
}

func ExampleRecorder_Has() {
	rec := logbooktest.NewRecorder()
	defer logbook.PushGoroutine(rec)()

	bank.Exception(fmt.Errorf("open ledger: %w", fs.ErrNotExist), "no ledger", "try", 3)

	fmt.Println(rec.HasErrors(logbooktest.ErrorIs(fs.ErrNotExist)))
	fmt.Println(rec.HasError("no ledger", logbooktest.Channel("bank"), logbooktest.Attr("try", 3)))
	fmt.Println(rec.Has(logbook.LevelError, logbooktest.Matching(regexp.MustCompile("^no "))))
	fmt.Println(rec.Has(logbook.LevelError, func(r *logbook.Record) bool { return r.Text("try") > "3" }))
	// Output:
	// true
	// true
	// true
	// false
}

func ExampleRecorder_Context() {
	rec := logbooktest.NewRecorder()
	ctx := rec.Context(context.Background())

	done := make(chan struct{})
	go func() {
		defer close(done)
		bank.ErrorContext(ctx, "transfer failed", logbook.Err(errors.New("no money")))
	}()
	<-done

	fmt.Println(rec.HasError("transfer failed"))
	// Output: true
}
