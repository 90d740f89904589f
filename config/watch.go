package config

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/signals"
	"github.com/logbook-go/logbook/logbook"
)

// Watcher holds the configuration of a file, and reloads it on demand or at SIGHUP. Make
// one with [Watch]. It is safe for concurrent use.
type Watcher struct {
	dir     string // relative paths start here
	path    string
	options Options
	slot    *logbook.Slot
	config  atomic.Pointer[Config]

	reload  sync.Mutex
	stop    func()
	stopped sync.WaitGroup
}

// Watch loads the file, and reloads it at each SIGHUP, on systems that have it, until
// [Watcher.Stop] is called. Push its Slot:
//
//	w, err := config.Watch("/etc/app.ini", nil)
//	if err != nil {
//		return err
//	}
//	defer w.Stop()
//	defer logbook.PushApplication(w.Slot())()
//
// Relative paths, of the file itself and in it, start from the working directory at the
// time of this call.
//
// A reload loses no record: each record goes to either the old or the new configuration,
// and a record on its way to an old sink when that is closed is still written. A log file
// that both configurations name stays open, with the new options, and "truncate" does not
// empty it again. If the new configuration is invalid, the old one stays in use, no
// file is emptied or removed, and the error is logged at ERROR on channel "config". Sinks
// that were opened before the error was found may leave new, empty files.
func Watch(path string, o *Options) (*Watcher, error) {
	w := &Watcher{dir: workingDir(), path: path, options: o.orDefault()}
	c, err := loadFile(w.dir, w.path, w.options)
	if err != nil {
		return nil, err
	}
	w.config.Store(c)
	w.slot = logbook.NewSlot(c.Setup())
	w.options.Fallback = false // a reload falls back to the old configuration

	reload, release := signals.Reload()
	ended := make(chan struct{})
	w.stop = sync.OnceFunc(func() {
		release()
		close(ended)
	})
	w.stopped.Go(func() {
		for {
			select {
			case <-reload:
				if err := w.Reload(); err != nil {
					log.Errorf("reloading the configuration: %v", err)
				}
			case <-ended:
				return
			}
		}
	})
	return w, nil
}

// Slot returns the slot that holds the handlers of the configuration in use.
func (w *Watcher) Slot() *logbook.Slot { return w.slot }

// Config returns the configuration in use.
func (w *Watcher) Config() *Config { return w.config.Load() }

// Levels returns the levels of the configuration in use.
func (w *Watcher) Levels() *Levels { return w.Config().Levels() }

// Reload reloads the file now. If it is invalid, the old configuration stays in use, and
// the error is a [*FileError]. Otherwise the new configuration takes its place, and Reload
// closes the old sinks, which have five seconds to write the records they hold. Any other
// error is that of closing them.
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
		return fmt.Errorf("config: closing the replaced sinks: %w", err)
	}
	return nil
}

// Stop stops watching for signals. The configuration stays in use. Further calls do
// nothing.
func (w *Watcher) Stop() {
	w.stop()
	w.stopped.Wait()
}
