package spool_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/logbook-go/logbook/queues/spool"
)

// A cursor goes on where it was, also after a restart: here, with the second entry.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "spool")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	l, err := spool.Open(dir, nil)
	if err != nil {
		log.Fatal(err)
	}
	mails, err := l.Cursor("mails", nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, text := range []string{"first", "second"} {
		if err := l.Append(ctx, &spool.Entry{Records: 1, Body: []byte(text)}); err != nil {
			log.Fatal(err) // the entry may be lost
		}
	}
	entries, err := mails.Read(ctx, 1, 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d %s\n", entries[0].Number, entries[0].Body)
	mails.Ack(entries[0].Number)
	if err := l.Close(ctx); err != nil {
		log.Fatal(err)
	}

	if l, err = spool.Open(dir, nil); err != nil {
		log.Fatal(err)
	}
	defer l.Close(ctx)
	if mails, err = l.Cursor("mails", nil); err != nil {
		log.Fatal(err)
	}
	if entries, err = mails.Read(ctx, 1, 0); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d %s\n", entries[0].Number, entries[0].Body)
	// Output:
	// 1 first
	// 2 second
}
