// Logserver receives the records of Python programs, which use logging.handlers.SocketHandler,
// and writes them to standard error and to a table of an SQLite database, as dagrunner's log
// server does:
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
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/logbook-go/logbook/handlers"
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

func run() error {
	if len(os.Args) != 2 {
		return errors.New("usage: logserver DATABASE")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := serve("tcp://localhost:9020", os.Args[1], os.Stderr)
	if err != nil {
		return err
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

// dagrunner's format is
//
//	%(relativeCreated)5d %(name)-15s %(levelname)-8s %(hostname)s %(process)d %(asctime)s %(message)s
const format = "{record.extra[relativeCreated]:5} {record.channel:<15} {record.level_name:<8} {record.extra[hostname]} {record.process} {record.time:%Y-%m-%dT%H:%M:%S} {record.message}"

// serve receives at an address, and writes lines to w and rows to a database.
func serve(address, database string, w io.Writer) (*socket.Server, error) {
	lines, err := logbook.Format(format, &logbook.FormatOptions{Location: time.Local})
	if err != nil {
		return nil, err
	}
	logs, err := sqlitelog.New(database, nil)
	if err != nil {
		return nil, err
	}
	s, err := socket.Serve(address, &socket.ServeOptions{
		Listen: socket.ListenOptions{RelativeCreated: true},
		Setup: []logbook.Bindable{
			queues.NewBackground(logs, nil), // many records are one transaction
			handlers.NewStream(w, &logbook.Options{Formatter: lines, Bubble: true}),
		},
	})
	if err != nil {
		return nil, errors.Join(err, logs.Close(context.Background()))
	}
	return s, nil
}
