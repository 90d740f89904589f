// Demo serves the page of a store with sample tickets, for pictures and tests in a browser.
//
//	go run ./ticketing/web/internal/demo -addr 127.0.0.1:8080
//
// It prints its address, and runs until its input ends. Each line of the input becomes a record.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/web"
	"github.com/logbook-go/logbook/ticketing/web/internal/sample"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "address to serve at")
	flag.Parse()
	store, err := ticketing.NewMemory(nil)
	if err != nil {
		log.Fatal(err)
	}
	if err := sample.Fill(context.Background(), store, time.Now()); err != nil {
		log.Fatal(err)
	}
	h, err := web.NewHandler(store, &web.Options{LocalUser: "anna"})
	if err != nil {
		log.Fatal(err)
	}
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s\n", l.Addr())
	go func() {
		server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
		log.Fatal(server.Serve(l))
	}()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if err := store.Record(context.Background(), []*ticketing.Entry{entry(lines.Text())}); err != nil {
			log.Fatal(err)
		}
	}
}

// entry returns an entry for a record in all fields of which is a text.
func entry(text string) *ticketing.Entry {
	base, err := ticketing.NewBase(&ticketing.HandlerOptions{AppID: text})
	if err != nil {
		log.Fatal(err)
	}
	e, err := base.Entry(logbook.NewRecord(logbook.RecordData{
		Time: time.Now(), Level: logbook.LevelError, Channel: text, Message: text, Template: text + " ",
		Attrs:  []slog.Attr{slog.String(text, text)},
		Extra:  []slog.Attr{slog.String("host", text), slog.String("release", text), slog.String("trace_id", text)},
		Source: &slog.Source{Function: text, File: text, Line: 1},
		Error:  &logbook.ErrorInfo{Type: text, Message: text, Trace: "  File \"" + text + "\", line 1, in " + text + "\n    " + text + "\n" + text + ": " + text},
	}))
	if err != nil {
		log.Fatal(err)
	}
	return e
}
