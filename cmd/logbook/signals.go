package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// signals are the signals of a command that runs until it is stopped.
type signals struct {
	stop   <-chan os.Signal // the first one that stops the program; the next ends it at once
	reload <-chan os.Signal

	release func()
}

// notifySignals returns the signals of a service: SIGINT and SIGTERM stop it, and SIGHUP
// reloads its configuration.
func notifySignals() *signals {
	stop, release := stopSignal(os.Interrupt, syscall.SIGTERM)
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	return &signals{stop, reload, func() {
		release()
		signal.Stop(reload)
	}}
}

// sameSignal is the time in which a second signal is taken for the first one: timeout(1)
// sends one to the program, and then one to its process group.
const sameSignal = time.Second

// stopSignal returns a channel that receives the first of the signals. The next one, if it
// does not come within [sameSignal], ends the program, even while a sink blocks. A signal that
// is ignored at the start, as by nohup, stays ignored.
func stopSignal(all ...os.Signal) (stop <-chan os.Signal, release func()) {
	signals := make(chan os.Signal, 1)
	for _, s := range all {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	first := firstSignal(signals, func() { signal.Stop(signals) })
	return first, func() {
		signal.Stop(signals)
		close(signals)
	}
}

// firstSignal returns a channel that receives the first signal. Those that follow are ignored
// for [sameSignal], and then restore is called. Closing signals ends it.
func firstSignal(signals <-chan os.Signal, restore func()) <-chan os.Signal {
	first := make(chan os.Signal, 1)
	go func() {
		s, ok := <-signals
		if !ok {
			return
		}
		first <- s
		over := time.NewTimer(sameSignal)
		defer over.Stop()
		for ok {
			select {
			case _, ok = <-signals:
			case <-over.C:
				restore()
				return
			}
		}
	}()
	return first
}
