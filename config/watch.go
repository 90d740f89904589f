package config

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"

	"github.com/logbook-go/logbook/logbook"
)

// Watcher keeps a configuration file in use, and loads it again on demand or at SIGHUP.
// It is made by [Watch], and is safe for concurrent use.
type Watcher struct {
	dir     string // from which relative paths start
	path    string
	options Options
	slot    *logbook.Slot
	config  atomic.Pointer[Config]

	reload  sync.Mutex
	stop    func()
	stopped sync.WaitGroup
}

// Watch loads the file, and loads it again at each SIGHUP, where the system has that,
// until [Watcher.Stop].
// Push its Slot:
//
//	w, err := config.Watch("/etc/app.ini", nil)
//	if err != nil {
//		return err
//	}
//	defer w.Stop()
//	defer logbook.PushApplication(w.Slot())()
//
// Relative paths, that of the file and those in it, start from the working directory
// of this call, wherever the program goes later.
//
// A new configuration takes the place of the old one between two records: each
// record meets either of them, and one that was still on its way to a sink of the
// old one when that was closed is written all the same. A log file that both name stays
// open, with the new options, and "truncate" does not empty it again. If the new
// configuration is bad, the old one stays, nothing changes on the disk, and the reason is
// logged at ERROR on channel "config".
func Watch(path string, o *Options) (*Watcher, error) {
	w := &Watcher{dir: workingDir(), path: path, options: o.orDefault()}
	c, err := loadFile(w.dir, w.path, w.options)
	if err != nil {
		return nil, err
	}
	w.config.Store(c)
	w.slot = logbook.NewSlot(c.Setup())
	w.options.Fallback = false // the old configuration is better

	signals := make(chan os.Signal, 1)
	if len(reloadSignals) > 0 { // Notify with none means every signal
		signal.Notify(signals, reloadSignals...)
	}
	ended := make(chan struct{})
	w.stop = sync.OnceFunc(func() {
		signal.Stop(signals)
		close(ended)
	})
	w.stopped.Go(func() {
		for {
			select {
			case <-signals:
				if err := w.Reload(); err != nil {
					log.Errorf("reading the configuration again: %v", err)
				}
			case <-ended:
				return
			}
		}
	})
	return w, nil
}

// Slot returns the slot that holds what is configured.
func (w *Watcher) Slot() *logbook.Slot { return w.slot }

// Config returns the configuration in use.
func (w *Watcher) Config() *Config { return w.config.Load() }

// Levels returns those of the configuration in use.
func (w *Watcher) Levels() *Levels { return w.Config().Levels() }

// Reload loads the file again now. If it is bad, the old configuration stays, and
// the error is a [*FileError]. An error of closing the old sinks, which have five
// seconds for what they hold back, is returned, too; then the new ones are in use.
func (w *Watcher) Reload() error {
	w.reload.Lock()
	defer w.reload.Unlock()
	c, err := loadFile(w.dir, w.path, w.options)
	if err != nil {
		return err
	}
	w.config.Store(c)
	old := w.slot.Set(c.Setup())
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if err := logbook.Close(ctx, old...); err != nil {
		return fmt.Errorf("config: closing the sinks that were replaced: %w", err)
	}
	return nil
}

// Stop ends the watching for signals. What is configured stays in use. Stopping
// again does nothing.
func (w *Watcher) Stop() {
	w.stop()
	w.stopped.Wait()
}
