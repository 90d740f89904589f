// Logserver receives the records of Python programs, which use logging.handlers.SocketHandler,
// and writes them to a table of an SQLite database, as dagrunner's log server does:
//
//	go run ./examples/logserver logs.db
//	python3 -c 'import logging, logging.handlers
//	logging.getLogger().addHandler(logging.handlers.SocketHandler("localhost", 9020))
//	logging.warning("hello")'
//	sqlite3 logs.db 'SELECT * FROM logs'
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/logbook-go/logbook/handlers/sqlitelog"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/socket"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() (err error) {
	if len(os.Args) != 2 {
		return errors.New("usage: logserver DATABASE")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	logs, err := sqlitelog.New(os.Args[1], nil)
	if err != nil {
		return err
	}
	// With a queue before the table, many records are one transaction.
	s, err := socket.Serve("tcp://localhost:9020", &socket.ServeOptions{Setup: []logbook.Bindable{queues.NewBackground(logs, nil)}})
	if err != nil {
		return errors.Join(err, logs.Close(ctx))
	}
	fmt.Println("receiving on", s.Addr())
	<-ctx.Done()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Close(ctx); err != nil { // what has arrived is in the database
		return err
	}
	fmt.Println(s.Stats())
	return nil
}
