// Cryostat is a daemon as laboratories have them, with a simulated cryostat. It reads
// temperatures, stores them in PostgreSQL or SQLite, raises an alarm when a stage becomes too
// warm, and takes commands:
//
//	go run ./examples/lab/cryostat [-dir FOLDER] [-database URL] [-log FILE]
//	go run ./cmd/logbook daemon call localhost status
//	go run ./cmd/logbook daemon call localhost set 4K 4.2
//	go run ./cmd/logbook daemon call localhost quit
//
// The URL is one of PostgreSQL, by default that of the variable LAB_DATABASE; without one,
// the points are in the file points.db of the folder. The points wait in the folder while
// the server is down. The log goes where the file says, which is as in docs/configuration.md;
// without one, to the console.
//
// With -check it compares the table with the points that were acknowledged, instead. The exit
// code is 1 unless each of them is stored exactly once.
//
// See examples/lab/run.sh, which runs it through an outage.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/logbook-go/logbook/config"
	_ "github.com/logbook-go/logbook/config/all"
	_ "github.com/logbook-go/logbook/config/tickets"
	"github.com/logbook-go/logbook/logbook"
)

var log = logbook.New("cryostat")

type options struct {
	dir, database, log string
	listen             string
	every              time.Duration
	check              bool
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "run/lab", "write files to this `folder`, which is created if necessary")
	flag.StringVar(&o.database, "database", os.Getenv("LAB_DATABASE"), "store the points in the PostgreSQL database with this `URL`")
	flag.StringVar(&o.log, "log", "", "log as this `file` says")
	flag.StringVar(&o.listen, "listen", "", "take commands at this `address`, by default tcp://localhost:1507")
	flag.DurationVar(&o.every, "every", 50*time.Millisecond, "the `time` between two readings")
	flag.BoolVar(&o.check, "check", false, "check the points that are stored")
	flag.Parse()
	if flag.NArg() > 0 || o.every <= 0 {
		flag.Usage()
		os.Exit(2)
	}
	run := serve
	if o.check {
		run = checkAll
	}
	if err := run(context.Background(), &o); err != nil {
		fmt.Fprintln(os.Stderr, "cryostat:", err)
		os.Exit(1)
	}
}

// serve runs the daemon.
func serve(ctx context.Context, o *options) (err error) {
	if err := os.MkdirAll(o.dir, 0o750); err != nil {
		return err
	}
	cfg, err := config.FromEnv()
	if o.log != "" {
		cfg, err = config.Load(o.log, nil)
	}
	if err != nil {
		return err
	}
	unbind := logbook.PushApplication(cfg.Setup())
	defer func() {
		unbind()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		err = errors.Join(err, logbook.Close(ctx, cfg.Setup()))
	}()
	a, err := newApp(ctx, o)
	if err != nil {
		return err
	}
	return a.run(ctx)
}

// checkAll checks the points of the folder.
func checkAll(ctx context.Context, o *options) (err error) {
	acknowledged, err := os.Open(acknowledgedFile(o.dir))
	if err != nil {
		return err
	}
	defer acknowledged.Close()
	s, err := openStore(ctx, o.database, filepath.Join(o.dir, "points.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	c, err := check(ctx, s, acknowledged)
	if err != nil {
		return err
	}
	fmt.Println(c)
	if !c.exact() {
		return errors.New("not each point is stored exactly once")
	}
	return nil
}
