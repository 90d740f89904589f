package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/logbook-go/logbook/daemon"
	"github.com/logbook-go/logbook/database"
	"github.com/logbook-go/logbook/queues"
)

// app is the daemon with what it works with.
type app struct {
	store   store
	sampler *sampler
	server  *daemon.Server
}

// newApp opens everything. An error leaves nothing open.
func newApp(ctx context.Context, o *options) (_ *app, err error) {
	a := new(app)
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close())
		}
	}()
	if a.store, err = openStore(ctx, o.database, filepath.Join(o.dir, "points.db")); err != nil {
		return nil, err
	}
	a.sampler = &sampler{cryostat: newSimulation(time.Now()), every: o.every, warm: make(map[string]bool)}
	if a.sampler.acknowledged, err = os.OpenFile(acknowledgedFile(o.dir), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640); err != nil {
		return nil, err
	}
	a.sampler.points, err = database.NewContinuousLogger(ctx, a.store, layout, filepath.Join(o.dir, "points.spool"), stageNames,
		&database.ContinuousOptions{StartAnyway: true})
	if err != nil {
		return nil, err
	}
	a.server, err = daemon.New(o.listen, &daemon.Options{
		Name:        "cryostat",
		Description: "Reads and sets the temperatures of the cryostat.",
		Commands:    []daemon.Command{setCommand(a.sampler.cryostat)},
		Status:      a.status,
	})
	return a, err
}

// acknowledgedFile has the readings that are on the disk.
func acknowledgedFile(dir string) string { return filepath.Join(dir, "acknowledged.txt") }

// run samples and serves until the command quit, a signal, or the end of the context.
func (a *app) run(ctx context.Context) error {
	log.Notice("serving at {address}", "address", a.server.Addr())
	sampling, stop := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() { a.sampler.run(sampling) })
	err := a.server.Run(ctx)
	stop()
	done.Wait()
	return errors.Join(err, a.close())
}

// close stores what is left, and closes what was opened.
func (a *app) close() error {
	var errs []error
	if a.server != nil {
		errs = append(errs, a.server.Close())
	}
	if a.sampler != nil && a.sampler.points != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		err := a.sampler.points.Stop(ctx)
		if left := (*queues.SpooledError)(nil); errors.As(err, &left) {
			log.Warn("the next start stores the rest: {error}", "error", err.Error())
			err = nil
		}
		errs = append(errs, err)
	}
	if a.sampler != nil && a.sampler.acknowledged != nil {
		errs = append(errs, a.sampler.acknowledged.Close())
	}
	if a.store != nil {
		errs = append(errs, a.store.close())
	}
	return errors.Join(errs...)
}
