// Demo serves the page of a store with sample tickets, for pictures and tests in a browser.
//
//	go run ./ticketing/web/internal/demo -addr 127.0.0.1:8080
//
// It prints its address, and runs until it is killed or its input ends.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

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
	_, _ = io.Copy(io.Discard, os.Stdin)
}
