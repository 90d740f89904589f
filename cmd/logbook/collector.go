package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/internal/systemd"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/spool"
)

// collector receives records from sources and writes them to sinks.
type collector struct {
	from, to []string
	file     string // INI file with sources and sinks, in place of from and to
	filter   filter
	queue    count
	// Options of the queue before each sink.
	queueBytes size
	overflow   overflowFlag
	spoolDir   string // "": no spool, and these queues
	spoolSize  diskSize
	spoolSync  spool.Sync
	grace      time.Duration
	http       string
	quiet      bool // no counts at the end if nothing was lost

	stdin  io.Reader
	stderr io.Writer

	config  *config.Config
	slot    *logbook.Slot // the sinks of config
	undo    func()
	group   *queues.Group
	sources []*source // in the group; changed by reload only
	store   *store    // nil: no spool
	work    work
	server  *metricsServer

	received  atomic.Uint64 // records
	failures  atomic.Uint64 // reported by sinks
	stopping  atomic.Bool
	mu        sync.Mutex // for config and sources, which one goroutine changes, and for the following
	lost      map[string]uint64
	refused   uint64 // by sources that are closed
	unread    uint64 // records that these had, or that were on their way to the sinks
	complains map[string]*complaint
	reported  bool // the last line is written
}

// work takes what the sources yield to where the sinks get it.
type work interface {
	Done() <-chan struct{}
	Err() error
	Stop(ctx context.Context) error
}

// source is an open source.
type source struct {
	*config.Source
	queues.Subscriber
	dispatched *atomic.Uint64
	leaving    atomic.Bool // it is closed to be taken out of the group
}

// Receive implements [queues.Subscriber].
func (s *source) Receive(ctx context.Context) (queues.Delivery, error) {
	d, err := s.Subscriber.Receive(ctx)
	s.dispatched.Add(uint64(len(d.Records)))
	if err != nil && s.leaving.Load() {
		<-ctx.Done() // the group ends if its last member does, but not if that is taken out
	}
	return d, err
}

// options are those of the configuration.
func (c *collector) options() *config.Options {
	if c.spoolDir != "" {
		return &config.Options{Strict: true, Unqueued: true}
	}
	return &config.Options{Strict: true, Background: &queues.BackgroundOptions{
		MaxRecords: int(c.queue), MaxBytes: int(c.queueBytes), Overflow: c.overflow.Overflow,
	}}
}

// load reads the configuration and opens its sinks.
func (c *collector) load() (*config.Config, error) {
	if c.file != "" {
		config, err := config.Load(c.file, c.options())
		if err == nil && len(config.Sources()) == 0 {
			err = errors.Join(errors.New(c.file+": no section [source NAME]"), logbook.Close(context.Background(), config.Setup()))
		}
		return config, err
	}
	from, to := slices.Clone(c.from), c.to
	for i := range from {
		if from[i] == "-" {
			from[i] = stdinScheme + ":"
		}
	}
	if len(to) == 0 {
		to = []string{"console:-"}
	}
	return config.FromURIs(to, from, c.options())
}

// start opens everything and begins to receive.
func (c *collector) start() (err error) {
	var l net.Listener
	if c.http != "" { // first, since it makes no files
		if l, err = net.Listen("tcp", c.http); err != nil {
			return fmt.Errorf("--http %s: %w", c.http, err)
		}
		defer func() {
			if err != nil {
				_ = l.Close()
			}
		}()
	}
	if c.config, err = c.load(); err != nil {
		return err
	}
	c.slot = logbook.NewSlot(c.config.Setup())
	defer func() {
		if err != nil {
			c.close(context.Background())
		}
	}()
	if c.spoolDir != "" {
		c.store, err = openStore(c.spoolDir, &spool.Options{MaxBytes: int64(c.spoolSize), Sync: c.spoolSync, OnError: c.complain})
		if err != nil {
			return err
		}
	}
	c.group = queues.NewGroup(nil)
	opened, err := c.openNew(context.Background(), c.config.Sources())
	if err != nil {
		return err
	}
	for _, s := range opened {
		c.add(s)
	}
	if l != nil {
		c.server = serveMetrics(l, c)
	}
	logbook.SetDefaultHandler(nil)
	logbook.PushApplication(logbook.Flags{Errors: c.failed}) // to the end: sinks may fail late
	if c.store != nil {
		if err := c.store.read(context.Background(), c.config.Sinks(), &c.filter); err != nil {
			return err
		}
		c.reportOrphans()
		c.work = startIntake(c.group, c.store.log, c.complain)
	} else {
		c.reportWorth()
		c.undo = logbook.PushApplication(c.slot, logbook.Null{Filter: c.filter.drops})
		c.work = queues.DispatchInBackground(c.group)
	}
	return systemd.Notify(systemd.Ready)
}

// reportWorth says what an acknowledgement is worth without a spool.
func (c *collector) reportWorth() {
	for _, s := range c.sources {
		if s.Acknowledges() && !c.quiet { // tail, which is quiet, has no spool
			complain(c.stderr, "without --spool, records are acknowledged when they are in the queues in memory: those are lost if collect is killed")
			return
		}
	}
}

// reportOrphans names the cursors in the spool that no sink has.
func (c *collector) reportOrphans() {
	for _, o := range c.store.orphans() {
		complain(c.stderr, "no sink has the cursor %q of the spool, which keeps %s: to remove it, stop collect and run \"logbook spool drop %s %s\"", o.Name, number(o.Records, "record"), c.spoolDir, o.Name)
	}
}

// complain reports a failure, at most once a second each.
func (c *collector) complain(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.complainOnce(err.Error())
}

// add begins to receive from an open source.
func (c *collector) add(s *source) {
	c.mu.Lock()
	c.sources = append(slices.Clone(c.sources), s)
	c.mu.Unlock()
	_ = c.group.Add(s) // fails when the group is closed
}

// wait waits for a signal to stop, or for the end of all sources. It reloads the
// configuration and reports to systemd's watchdog meanwhile.
func (c *collector) wait(stop, reload <-chan os.Signal) {
	var watchdog <-chan time.Time
	if d := systemd.WatchdogInterval(); d > 0 {
		t := time.NewTicker(d)
		defer t.Stop()
		watchdog = t.C
	}
	progress := newProgress(c.stderr, c.config)
	defer progress.stop()
	for {
		select {
		case <-stop:
			return
		case <-reload:
			c.reload()
		case <-c.work.Done():
			return
		case <-watchdog:
			_ = systemd.Notify(systemd.Watchdog)
		case <-progress.tick:
			progress.show(c.collected(), c.lostSoFar())
		}
	}
}

// stop stops receiving, writes what was received, and reports the counts. It reports
// whether anything was lost.
func (c *collector) stop() (lost bool) {
	c.stopping.Store(true)
	_ = systemd.Notify(systemd.Stopping)
	ctx, cancel := context.WithTimeout(context.Background(), c.grace)
	defer cancel()
	failed := c.close(ctx)
	return c.report() || failed
}

// close closes what is open: first the sources, then the sinks. It reports whether one of
// them failed.
func (c *collector) close(ctx context.Context) (failed bool) {
	try := func(what string, err error) {
		if err != nil {
			complain(c.stderr, "%s: %v", what, err)
			failed = true
		}
	}
	if c.work != nil {
		if err := c.work.Err(); err != nil {
			try("receiving", err)
		}
	}
	if c.group != nil {
		// They yield what has arrived before they end, so that the group has to receive.
		errs := make([]error, len(c.sources))
		var closing sync.WaitGroup
		for i, s := range c.sources {
			closing.Go(func() { errs[i] = s.Close(ctx) })
		}
		closing.Wait()
		for i, s := range c.sources {
			try("closing the source "+s.Name(), errs[i])
		}
		err := c.group.Close(ctx)
		if u := (*logbook.UnsentError)(nil); errors.As(err, &u) {
			c.unread += uint64(u.Records)
		}
		try("closing the sources", err)
	}
	if c.work != nil {
		try("receiving", c.work.Stop(ctx))
	}
	if c.undo != nil {
		c.undo()
	}
	if c.store != nil {
		c.drain(ctx)
		try("stopping the sinks", c.store.stop(ctx))
	}
	try("closing the sinks", logbook.Close(ctx, c.slot))
	if c.store != nil {
		try("closing the spool", c.store.log.Close(ctx))
	}
	if c.server != nil {
		c.server.close()
	}
	c.countLosses(c.config)
	return failed
}

// failed reports the failure of a sink, at most once a second for each.
func (c *collector) failed(e *logbook.HandlerError) {
	c.failures.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reported {
		return // by a sink that goes on
	}
	c.complainOnce(e.Error())
}

// complainOnce writes a complaint, at most once a second. It is called with the lock held.
func (c *collector) complainOnce(text string) {
	if c.complains == nil {
		c.complains = make(map[string]*complaint)
	}
	k := c.complains[text]
	if k == nil && len(c.complains) < 1000 {
		k = new(complaint)
		c.complains[text] = k
	}
	if k != nil && k.isDue(time.Now()) {
		complain(c.stderr, "%s", text)
	}
}

// into returns the log that sources append to, or nil.
func (c *collector) into() *spool.Log {
	if c.store == nil {
		return nil
	}
	return c.store.log
}

// collected returns how many records have come.
func (c *collector) collected() uint64 {
	if c.store != nil {
		return c.store.log.Stats().Handled
	}
	return c.received.Load()
}

// complaint limits messages about one fault.
type complaint struct{ last time.Time }

func (k *complaint) isDue(now time.Time) bool {
	if now.Sub(k.last) < reportInterval {
		return false
	}
	k.last = now
	return true
}

// drain hands the sinks what they take of the spool, and reports what they leave there.
func (c *collector) drain(ctx context.Context) {
	for i, err := range c.store.drain(ctx) {
		if err != nil {
			complain(c.stderr, "sink %q: %v", c.store.readers[i].sink, err)
		}
	}
	for _, r := range c.store.readers {
		if n := r.Stats().Count("set_aside"); n > 0 {
			complain(c.stderr, "sink %q: %s set aside: see \"logbook spool ls %s\"", r.sink, number(n, "record"), c.spoolDir)
		}
	}
}
